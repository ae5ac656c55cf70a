import { printForm, promptForm } from '../core/cache/prompt-form/prompt-form.ts'
import { type Bucket, fullBucket, refill, take } from '../core/limits/bucket.ts'
import type { PromptClass } from '../core/purpose/prompt-class.ts'
import type { Classifier } from '../ports/classifier.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import { AskedOnce } from './asked-once.ts'
import type { LookTerms } from './gate-evidence.ts'

/** What the desk works with. */
export interface ClassParts {
  readonly classifier: Classifier
  /** Prompts that are asked about in a minute. */
  readonly perMinute: number
  /** Names of the purposes that it may choose from. */
  readonly purposes: readonly string[]
  readonly clock: Clock
  readonly log: Log
}

/**
 * Has a model say what prompts are about. Prompts of one normal form are asked about once; whoever
 * finds no answer goes by the rules.
 */
export class ClassDesk {
  readonly #parts: ClassParts
  readonly #asked: AskedOnce<PromptClass>
  #bucket: Bucket

  constructor(parts: ClassParts) {
    this.#parts = parts
    this.#asked = new AskedOnce(parts.classifier, parts)
    this.#bucket = fullBucket(parts.perMinute, parts.clock.monotonicMs())
  }

  /** What was said of a prompt before, or is being asked; undefined when nobody asked. */
  recall(prompt: string): Promise<PromptClass | undefined> | undefined {
    return this.#asked.recall(keyOf(prompt))
  }

  /** Who would be asked about a prompt now; undefined while it rests, or was asked too often. */
  toAsk(prompt: string): Classifier | undefined {
    const { classifier } = this.#parts
    this.#bucket = refill(this.#bucket, this.#parts.clock.monotonicMs())
    return this.#bucket.left >= 1 && this.#asked.isOpen(keyOf(prompt)) ? classifier : undefined
  }

  /** Asks about a prompt; what fails is logged. */
  ask(prompt: string, terms: LookTerms): Promise<PromptClass | undefined> {
    const { classifier, purposes } = this.#parts
    this.#bucket = take(this.#bucket, 1)
    const send = async (signal: AbortSignal | undefined) => {
      const { costNano, ...said } = await classifier.classify(prompt, purposes, signal)
      return said.ok ? { value: said.answer, costNano } : { reason: said.reason, costNano }
    }
    return this.#asked.ask(keyOf(prompt), send, terms)
  }
}

const keyOf = (prompt: string): string => printForm(promptForm(prompt))
