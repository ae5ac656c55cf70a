import { isTooSlow } from '../core/alerts/latency-alarm.ts'
import { MAX_DURATIONS, percentile } from '../core/breaker/latency.ts'
import type { Instant } from '../core/time.ts'
import type { GatewayEvent } from './events.ts'

/** Limits of what is remembered about durations. */
const limits = {
  /** Offers; the oldest go first. */
  maxOffers: 10_000,
  /** Calls that a duration must be measured over before it is believed. */
  fewestCalls: 20,
  /** Slow calls that are older ring no alarm. */
  alarmWindowMs: 600_000,
} as const

interface TimedCall {
  readonly at: Instant
  readonly durationMs: number
}

/** What happens at one offer, and whether it is said to be too slow. */
interface Entry {
  readonly calls: readonly TimedCall[]
  readonly isTooSlow: boolean
}

/**
 * Remembers how long the latest good calls of each offer took. It tells what is usual, for
 * breakers, hedges and the price of waiting, and it tells when an offer becomes too slow.
 */
export class LatencyDesk {
  readonly #entries = new Map<string, Entry>()
  readonly #emit: (event: GatewayEvent) => void
  readonly #limitMs: number | undefined

  /** @param limitMs p95 above which an offer is said to be too slow; never without it. */
  constructor(emit: (event: GatewayEvent) => void, limitMs?: number) {
    this.#emit = emit
    this.#limitMs = limitMs
  }

  /** Takes the duration of a call that gave pictures. */
  take(offer: string, durationMs: number, at: Instant): void {
    const before = this.#entries.get(offer) ?? { calls: [], isTooSlow: false }
    const calls = [...before.calls, { at, durationMs }].slice(-MAX_DURATIONS)
    const isSlowNow = this.#alarm(offer, calls, before.isTooSlow)
    this.#entries.delete(offer)
    this.#entries.set(offer, { calls, isTooSlow: isSlowNow })
    if (this.#entries.size <= limits.maxOffers) return
    const oldest = this.#entries.keys().next()
    if (oldest.done !== true) this.#entries.delete(oldest.value)
  }

  /** Duration that a share of an offer's calls does not exceed; undefined until it is measured. */
  shareMs(offer: string, share: number): number | undefined {
    const calls = this.#entries.get(offer)?.calls ?? []
    return calls.length < limits.fewestCalls ? undefined : percentile(durationsOf(calls), share)
  }

  /** Seconds of the latest good calls of an offer, in their order. */
  secondsOf(offer: string): readonly number[] {
    const calls = this.#entries.get(offer)?.calls ?? []
    return calls.map(({ durationMs }) => durationMs / 1_000)
  }

  /** Mean duration of an offer's calls; undefined until it is measured. */
  meanMs(offer: string): number | undefined {
    const calls = this.#entries.get(offer)?.calls ?? []
    if (calls.length < limits.fewestCalls) return undefined
    return durationsOf(calls).reduce((sum, durationMs) => sum + durationMs, 0) / calls.length
  }

  #alarm(offer: string, calls: readonly TimedCall[], was: boolean): boolean {
    const limitMs = this.#limitMs
    const since = (calls.at(-1)?.at ?? 0) - limits.alarmWindowMs
    const recent = calls.filter(({ at }) => at > since)
    if (limitMs === undefined || recent.length < limits.fewestCalls) return was
    const p95Ms = percentile(durationsOf(recent), 0.95) ?? 0
    const is = isTooSlow(was, { p95Ms, limitMs })
    if (is !== was) {
      const kind = is ? 'latency-exceeded' : 'latency-recovered'
      this.#emit({ kind, offer, p95Ms, limitMs, calls: recent.length })
    }
    return is
  }
}

const durationsOf = (calls: readonly TimedCall[]): readonly number[] =>
  calls.map(({ durationMs }) => durationMs)
