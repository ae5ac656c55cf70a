import type { PromptForm } from '../core/cache/prompt-form/prompt-form.ts'
import type { Lens } from '../core/cache/similarity/nearness.ts'
import { toUnitVector, type UnitVector } from '../core/cache/similarity/unit-vector.ts'
import type { Clock } from '../ports/clock.ts'
import type { Embedder } from '../ports/embedder.ts'
import type { Log } from '../ports/log.ts'
import type { PaidTool } from '../ports/paid-tool.ts'
import { AskedOnce } from './asked-once.ts'
import type { LookTerms } from './gate-evidence.ts'

/** What makes vectors. */
export interface VectorParts {
  /** Without a model prompts are compared by their words. */
  readonly lens: Lens
  readonly embedder?: Embedder
  readonly clock: Clock
  readonly log: Log
}

/** Vectors of prompts, by their words or by a model; one that charges is asked on terms alone. */
export class PromptVectors {
  readonly #lens: Lens
  readonly #model:
    | { readonly embedder: Embedder; readonly asked: AskedOnce<UnitVector> }
    | undefined

  constructor({ lens, embedder, ...parts }: VectorParts) {
    this.#lens = lens
    this.#model = embedder && { embedder, asked: new AskedOnce(embedder, parts) }
  }

  /** What makes the vectors: those of another name cannot be compared. */
  get name(): string {
    return this.#model?.embedder.id ?? 'words-1'
  }

  /** The vector of a prompt, as far as it costs nothing. */
  async of(prompt: string, form: PromptForm): Promise<UnitVector | undefined> {
    if (this.#model === undefined) return this.#lens.vectorOf(prompt, form)
    const { embedder, asked } = this.#model
    return asked.recall(prompt) ?? (embedder.ceilingNano === 0n ? this.#ask(prompt) : undefined)
  }

  /** Who must be paid before there is a vector of a prompt; undefined when nobody has to be. */
  toPayFor(prompt: string): PaidTool | undefined {
    if (this.#model === undefined || this.#model.embedder.ceilingNano === 0n) return undefined
    return this.#model.asked.isOpen(prompt) ? this.#model.embedder : undefined
  }

  /** Has a vector made, and its cost booked; what fails is logged. */
  async buy(prompt: string, terms: LookTerms): Promise<void> {
    await this.#ask(prompt, terms)
  }

  async #ask(prompt: string, terms?: LookTerms): Promise<UnitVector | undefined> {
    if (this.#model === undefined) return undefined
    const { embedder, asked } = this.#model
    const send = async (signal: AbortSignal | undefined) => {
      const embedded = await embedder.embed([{ text: prompt }], signal)
      const { costNano } = embedded
      if (!embedded.ok) return { reason: embedded.reason, costNano }
      return { value: toUnitVector(embedded.vectors[0] ?? []), costNano }
    }
    return asked.ask(prompt, send, terms)
  }
}
