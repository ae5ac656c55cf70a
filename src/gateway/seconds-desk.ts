import { withDuration } from '../core/breaker/latency.ts'
import type { MeasuredSeconds } from '../core/catalog/measured-seconds.ts'
import { offerName } from '../core/catalog/model.ts'
import type { Attempt } from '../core/jobs/request-record.ts'
import type { HistoryStore } from '../ports/history-store.ts'
import type { Snapshot } from './dependencies.ts'

/** Limits of what is remembered. */
const limits = {
  /** Kinds of calls; the oldest go first. */
  maxKeys: 10_000,
  /** Calls of one offer that are read at the start. */
  maxCalls: 200,
  windowMs: 30 * 86_400_000,
} as const

/**
 * Remembers how long machines that are paid by the second worked on a picture, so that a quote is
 * made of what calls alike really took.
 */
export class SecondsDesk {
  readonly #seconds = new Map<string, readonly number[]>()

  /** See {@link MeasuredSeconds}. */
  readonly measured: MeasuredSeconds = (key) => this.#seconds.get(key) ?? []

  /** Takes the seconds of a settled call, if it has any. */
  take(attempt: Attempt): void {
    const usage = (attempt.usage ?? {}) as {
      predictSeconds?: unknown
      images?: unknown
      operation?: unknown
    }
    const { predictSeconds, images } = usage
    if (typeof predictSeconds !== 'number' || typeof images !== 'number') return
    if (attempt.outcome !== 'produced' || predictSeconds <= 0 || images <= 0) return
    const key = keyOf(attempt, usage.operation)
    const known = this.#seconds.get(key) ?? []
    this.#seconds.delete(key)
    this.#seconds.set(key, withDuration(known, predictSeconds / images))
    if (this.#seconds.size <= limits.maxKeys) return
    const oldest = this.#seconds.keys().next()
    if (oldest.done !== true) this.#seconds.delete(oldest.value)
  }

  /** Reads what was measured before a restart, for the offers that are paid by the second. */
  async recall(snapshot: Snapshot, history: HistoryStore, now: number): Promise<void> {
    const since = now - limits.windowMs
    const offers = new Set(snapshot.catalog.models.map(offerName))
    const bySecond = new Set(
      snapshot.book.rows
        .filter(({ components }) => components.some(({ kind }) => kind === 'gpu_second'))
        .map(({ offer }) => offer)
        .filter((offer) => offers.has(offer)),
    )
    for (const offer of bySecond) {
      const calls = await history.callsTo({ offer, since, limit: limits.maxCalls })
      for (const attempt of calls.toReversed()) this.take(attempt)
    }
  }
}

/** The same text as `secondsKey` makes of a call's plan. */
function keyOf({ offer, call }: Attempt, operation: unknown): string {
  const settings = (call.settings ?? {}) as { steps?: unknown }
  const size = (call.expectedSize ?? {}) as { width?: unknown; height?: unknown }
  return [
    offer,
    typeof operation === 'string' ? operation : 'generate',
    `${size.width}x${size.height}`,
    typeof settings.steps === 'number' ? settings.steps : 'default',
  ].join(' ')
}
