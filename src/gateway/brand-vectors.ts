import type { Nano } from '../core/money.ts'
import type { Gate } from '../core/quality/gate.ts'
import type { ImageFormat } from '../core/request/image-request.ts'
import type { Embeddings } from '../ports/embedder.ts'
import { remember } from './remember.ts'

/** A picture that others are to be like. */
export interface ReferencePicture {
  readonly bytes: Uint8Array
  readonly format: ImageFormat
}

/** Vectors that are kept: at most 16 kB each, of the longest that models make. */
const MOST_VECTORS = 2_000

/** Finds a picture that is not of the settings, by the name that its gate has for it. */
export type FindPicture = (name: string) => Promise<ReferencePicture | undefined>

/**
 * The pictures of brands as vectors; each is asked for once, and paid by who needs it first. What
 * requests bring along is named by its content, and forgotten when it was not needed for long.
 */
export class BrandVectors {
  readonly #pictures: ReadonlyMap<string, ReferencePicture>
  readonly #known = new Map<string, Float32Array>()

  /** @param pictures by the names that gates have for them */
  constructor(pictures: ReadonlyMap<string, ReferencePicture> = new Map()) {
    this.#pictures = pictures
  }

  /** How many pictures a gate compares with that are still to be asked for. */
  unseenOf(gate: Gate): number {
    return namesOf(gate).filter((name) => !this.#known.has(name)).length
  }

  /** The vectors that a gate compares with. */
  async of(
    gate: Gate,
    ask: (image: ReferencePicture) => Promise<Embeddings>,
    find: FindPicture = async () => undefined,
  ): Promise<Embeddings> {
    let costNano: Nano | undefined = 0n
    const vectors: Float32Array[] = []
    for (const name of namesOf(gate)) {
      let vector = this.#known.get(name)
      const image = vector === undefined ? await this.#pictureOf(name, find) : undefined
      if (image !== undefined) {
        const answer = await ask(image)
        costNano = bothNano(costNano, answer.costNano)
        if (!answer.ok) return { ...answer, costNano }
        vector = answer.vectors[0]
      }
      if (vector === undefined) continue
      remember(this.#known, MOST_VECTORS, name, vector)
      vectors.push(vector)
    }
    return { ok: true, vectors, costNano }
  }

  #pictureOf(
    name: string,
    find: FindPicture,
  ): ReferencePicture | Promise<ReferencePicture | undefined> {
    return this.#pictures.get(name) ?? find(name)
  }
}

/** Two costs together; undefined when one of them is not known. */
export const bothNano = (one: Nano | undefined, other: Nano | undefined): Nano | undefined =>
  one === undefined || other === undefined ? undefined : one + other

const namesOf = (gate: Gate): readonly string[] =>
  gate.gate === 'similarity' && gate.to === 'references' ? gate.references : []
