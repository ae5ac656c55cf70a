import type { PromptForm } from '../core/cache/prompt-form/prompt-form.ts'
import type { Lens } from '../core/cache/similarity/nearness.ts'
import { toUnitVector, type UnitVector } from '../core/cache/similarity/unit-vector.ts'
import type { Clock } from '../ports/clock.ts'
import type { Embedder } from '../ports/embedder.ts'
import type { Log } from '../ports/log.ts'
import type { PaidTool } from '../ports/paid-tool.ts'
import type { LookTerms } from './gate-evidence.ts'
import { remember } from './remember.ts'

/** What makes vectors. */
export interface VectorParts {
  /** Without a model prompts are compared by their words. */
  readonly lens: Lens
  readonly embedder?: Embedder
  readonly clock: Clock
  readonly log: Log
}

/** Limits of what is kept in mind, and of patience. */
const limits = {
  /** Vectors of a model: a prompt is sought first and kept later. */
  vectors: 1_000,
  /** An embedder that failed is left alone for so long: no request waits for it meanwhile. */
  restMs: 30_000,
} as const

/** Vectors of prompts, by their words or by a model; one that charges is asked on terms alone. */
export class PromptVectors {
  readonly #parts: VectorParts
  /** What came, and what is being asked for: equal requests at one time pay once. */
  readonly #known = new Map<string, Promise<UnitVector | undefined>>()
  #restsUntilMs = Number.NEGATIVE_INFINITY

  constructor(parts: VectorParts) {
    this.#parts = parts
  }

  /** What makes the vectors: those of another name cannot be compared. */
  get name(): string {
    return this.#parts.embedder?.id ?? 'words-1'
  }

  /** The vector of a prompt, as far as it costs nothing. */
  async of(prompt: string, form: PromptForm): Promise<UnitVector | undefined> {
    const { embedder, lens } = this.#parts
    if (embedder === undefined) return lens.vectorOf(prompt, form)
    const known = this.#known.get(prompt)
    return known === undefined && embedder.ceilingNano === 0n
      ? this.#remembered(prompt, () => this.#ask(embedder, prompt, {}))
      : known
  }

  /** Who must be paid before there is a vector of a prompt; undefined when nobody has to be. */
  toPayFor(prompt: string): PaidTool | undefined {
    const { embedder, clock } = this.#parts
    if (embedder === undefined || embedder.ceilingNano === 0n) return undefined
    const isResting = clock.monotonicMs() < this.#restsUntilMs
    return isResting || this.#known.has(prompt) ? undefined : embedder
  }

  /** Has a vector made, and its cost booked; what fails is logged. */
  async buy(prompt: string, terms: LookTerms): Promise<void> {
    const { embedder } = this.#parts
    if (embedder === undefined || this.#known.has(prompt)) return
    await this.#remembered(prompt, () => this.#ask(embedder, prompt, terms))
  }

  #remembered(prompt: string, ask: () => Promise<UnitVector | undefined>) {
    const asked = ask()
    remember(this.#known, limits.vectors, prompt, asked)
    return asked.then((vector) => {
      if (vector === undefined) this.#known.delete(prompt)
      return vector
    })
  }

  async #ask(
    embedder: Embedder,
    prompt: string,
    { account, signal }: LookTerms,
  ): Promise<UnitVector | undefined> {
    const { clock, log } = this.#parts
    if (clock.monotonicMs() < this.#restsUntilMs) return undefined
    const book = account === undefined ? () => undefined : await account.open(embedder)
    if (book === undefined) return undefined
    const embedded = await embedder.embed([{ text: prompt }], signal)
    book(embedded.costNano)
    if (embedded.ok) return toUnitVector(embedded.vectors[0] ?? [])
    if (signal?.aborted === true) return undefined
    this.#restsUntilMs = clock.monotonicMs() + limits.restMs
    log.warn({ reason: embedded.reason }, 'no vector for a prompt')
    return undefined
  }
}
