import { createHash } from 'node:crypto'
import { z } from 'zod'
import { traitsOf } from '../core/purpose/classify.ts'
import type { Drawing } from '../providers/shared/emulator.ts'
import { hashText, unitOf } from './seeded.ts'

const share = z.number().min(0).max(1)

/** Of which pictures a row speaks, how many of them are good, and what is wrong with the others. */
const row = z.strictObject({
  offer: z
    .string()
    .regex(/^[^/\s]+(\/\S+)?$/, 'write provider, or provider/model in the words of its wire')
    .default('*')
    .describe('provider, provider/model as it stands in requests to it, or * for all'),
  purpose: z.string().min(1).max(80).optional().describe('By the words of the prompt'),
  category: z.string().min(1).max(80).optional().describe('By the words of the prompt'),
  good: share.describe('Share of its pictures that are good'),
  defect: z
    .enum(['hidden', 'blurred', 'misspelt'])
    .default('hidden')
    .describe('What is wrong with the others: nothing that can be seen unless it says so'),
})

/** The hidden truth about emulated pictures, as a file has it. The first row that fits counts. */
export const truthSchema = z.strictObject({
  seed: z.union([z.number(), z.string()]).default(1),
  rows: z.array(row).max(1_000).default([]),
  judge: z
    .strictObject({ pass_good: share.default(0.9), pass_bad: share.default(0.2) })
    .prefault({})
    .describe('How often the emulated judge passes good and bad pictures'),
})
/** See {@link truthSchema}. */
export type TruthFile = z.output<typeof truthSchema>

/** Where nobody says anything: most pictures are good, some models fail at what is hard. */
const usualTruth: TruthFile = truthSchema.parse({
  rows: [
    { offer: '*', category: 'glass', good: 0.6 },
    { offer: '*', category: 'people', good: 0.75 },
    { offer: '*', good: 0.9 },
  ],
})

/** What is true of one emulated picture. */
export interface PictureTruth {
  readonly isGood: boolean
  /** Share of pictures like it that are good. */
  readonly good: number
  readonly provider: string
  readonly prompt: string
  readonly purpose: string
  readonly category: string
}

/** Pictures that are remembered: at some 300 bytes each. */
const MAX_PICTURES = 20_000

/**
 * Decides of each emulated picture whether it is good, and remembers it by its bytes. Only the
 * control endpoint and the emulated judge may ask; the gateway never does.
 */
export class TruthBook {
  readonly #file: TruthFile
  readonly #pictures = new Map<string, PictureTruth>()

  constructor(file: TruthFile = usualTruth) {
    this.#file = file
  }

  /** How often the emulated judge errs. */
  get judge(): TruthFile['judge'] {
    return this.#file.judge
  }

  /**
   * Draws a picture as good or bad as it is to be. The same drawing of the same provider always
   * comes out the same.
   * @param names whether the request names a model.
   */
  async draw(
    drawing: Drawing,
    about: { readonly provider: string; readonly names: (model: string) => boolean },
    paint: (drawing: Drawing) => Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    const { prompt } = drawing
    const { purpose, category, literals } = traitsOf({ ...noWishes, prompt })
    const found = this.#file.rows.find(
      (each) =>
        isOffer(each.offer, about) &&
        (each.purpose ?? purpose) === purpose &&
        (each.category ?? category) === category,
    )
    const good = found?.good ?? 1
    const luck = hashText(`${this.#file.seed}:${about.provider}:${drawing.seed}:${prompt}`)
    const isLucky = unitOf(luck) < good
    const isGood = isLucky && drawing.blank !== true && drawing.blurred !== true
    const defect = isLucky ? 'hidden' : (found?.defect ?? 'hidden')
    const bytes = await paint({
      ...drawing,
      ...(defect === 'blurred' ? { blurred: true } : {}),
      ...(defect === 'misspelt' && literals.length > 0 ? { misspelt: true } : {}),
    })
    // Previews are no pictures of their own.
    if ((drawing.coarseness ?? 0) === 0) {
      const { provider } = about
      this.#remember(digestOf(bytes), { isGood, good, provider, prompt, purpose, category })
    }
    return bytes
  }

  /** What is true of the picture with this SHA-256; undefined for one that was not drawn here. */
  of(digest: string): PictureTruth | undefined {
    return this.#pictures.get(digest)
  }

  #remember(digest: string, truth: PictureTruth): void {
    const [oldest] = this.#pictures.keys()
    if (this.#pictures.size >= MAX_PICTURES && oldest !== undefined) this.#pictures.delete(oldest)
    this.#pictures.set(digest, truth)
  }
}

const noWishes = { needs: [], images: [], operation: 'generate' } as const

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function isOffer(
  offer: string,
  { provider, names }: { readonly provider: string; readonly names: (model: string) => boolean },
): boolean {
  const cut = offer.indexOf('/')
  if (cut === -1) return offer === '*' || offer === provider
  return offer.slice(0, cut) === provider && names(offer.slice(cut + 1))
}
