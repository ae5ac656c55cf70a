import type { Nano } from '../core/money.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { PaidTool } from '../ports/paid-tool.ts'
import type { LookTerms } from './gate-evidence.ts'
import { remember } from './remember.ts'

/** What came of asking a tool; without a value the reason says why. */
export interface ToolAnswer<Value> {
  readonly value?: Value | undefined
  readonly reason?: string
  readonly costNano: Nano | undefined
}

/** Limits of what is kept in mind, and of patience. */
const limits = {
  /** Answers that are remembered: a prompt is sought first and kept later. */
  answers: 1_000,
  /** A tool that failed is left alone for so long: no request waits for it meanwhile. */
  restMs: 30_000,
} as const

/**
 * Remembers what a tool answered. Equal questions at one time are asked, and paid, once; a tool
 * that charges is asked on terms alone.
 */
export class AskedOnce<Value> {
  readonly #tool: PaidTool
  readonly #parts: { readonly clock: Clock; readonly log: Log }
  readonly #known = new Map<string, Promise<Value | undefined>>()
  #restsUntilMs = Number.NEGATIVE_INFINITY

  constructor(tool: PaidTool, parts: { readonly clock: Clock; readonly log: Log }) {
    this.#tool = tool
    this.#parts = parts
  }

  /** What came, or is being asked for; undefined when nobody asked. */
  recall(key: string): Promise<Value | undefined> | undefined {
    return this.#known.get(key)
  }

  /** Whether it would be asked now. */
  isOpen(key: string): boolean {
    return !this.#isResting && !this.#known.has(key)
  }

  /** Asks, unless the answer is there. What fails is logged, not remembered, and undefined. */
  ask(
    key: string,
    send: (signal: AbortSignal | undefined) => Promise<ToolAnswer<Value>>,
    terms: LookTerms = {},
  ): Promise<Value | undefined> {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const asked = this.#send(send, terms)
    remember(this.#known, limits.answers, key, asked)
    return asked.then((value) => {
      if (value === undefined) this.#known.delete(key)
      return value
    })
  }

  get #isResting(): boolean {
    return this.#parts.clock.monotonicMs() < this.#restsUntilMs
  }

  async #send(
    send: (signal: AbortSignal | undefined) => Promise<ToolAnswer<Value>>,
    { account, signal }: LookTerms,
  ): Promise<Value | undefined> {
    const { clock, log } = this.#parts
    if (this.#isResting) return undefined
    const book = account === undefined ? () => undefined : await account.open(this.#tool)
    if (book === undefined) return undefined
    const { value, reason, costNano } = await send(signal)
    book(costNano)
    if (value !== undefined || signal?.aborted === true) return value
    this.#restsUntilMs = clock.monotonicMs() + limits.restMs
    log.warn({ tool: this.#tool.account, reason }, 'a tool gave no answer')
    return undefined
  }
}
