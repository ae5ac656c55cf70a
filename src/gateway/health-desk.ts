import {
  type Admission,
  admissionOf,
  type Breaker,
  type BreakerCause,
  type BreakerEvent,
  type BreakerRule,
  closedBreaker,
  nextBreaker,
} from '../core/breaker/breaker.ts'
import type { FailureClass, ProviderFailure } from '../core/errors/provider-failure.ts'
import type { Instant } from '../core/time.ts'
import type { GatewayEvent } from './events.ts'
import type { LatencyDesk } from './latency-desk.ts'

/** Limits of what is remembered about providers. */
const limits = {
  /** Breakers; there are two for each offer and credential that was called. */
  maxBreakers: 10_000,
  /** So many times the usual duration counts as a failure. */
  slowFactor: 10,
} as const

/** Where a call goes. */
export interface CallTarget {
  readonly provider: string
  /** `provider/model`. */
  readonly offer: string
  /** Which of the provider's credentials; a refused one says nothing about the others. */
  readonly credential: string
  /** Prior of its duration, until it is measured. */
  readonly typicalSeconds: number
}

/** How a call ended, as far as the provider's health is concerned. */
export interface CallReport {
  readonly durationMs: number
  /** Absent when every picture came. */
  readonly failure?: ProviderFailure
  /** We gave it up ourselves, so it says nothing. */
  readonly isAbandoned?: boolean
}

/** A call under way; it must be ended exactly once. */
export interface CallWatch {
  end(report: CallReport): void
}

/** What one failure says about the whole provider, and about the one offer. */
interface Verdict {
  readonly line: BreakerEvent
  readonly offer: BreakerEvent
}

const good: BreakerEvent = { kind: 'succeeded' }
const bad: BreakerEvent = { kind: 'failed' }
const nothing: BreakerEvent = { kind: 'abandoned' }
const noCredential: BreakerEvent = { kind: 'refused', cause: 'credential' }

/** Errors of the caller prove that the provider answers; being too many is the lanes' affair. */
const verdicts: { readonly [Class in FailureClass]: Verdict } = {
  rate_limited: { line: nothing, offer: nothing },
  overloaded: { line: bad, offer: bad },
  timeout_unknown: { line: bad, offer: bad },
  quota_exhausted: { line: noCredential, offer: nothing },
  auth: { line: noCredential, offer: nothing },
  model_gone: { line: good, offer: { kind: 'refused', cause: 'model_gone' } },
  invalid_request: { line: good, offer: nothing },
  content_policy_input: { line: good, offer: nothing },
  content_policy_output: { line: good, offer: nothing },
  empty: { line: good, offer: bad },
  bad_image: { line: good, offer: bad },
  gate_refused: { line: good, offer: nothing },
  cancelled: { line: nothing, offer: nothing },
}

/** One breaker, as pages and metrics show it. */
export interface ShownBreaker {
  readonly provider: string
  readonly credential: string
  /** Absent for the breaker of the whole provider. */
  readonly offer?: string
  readonly state: Breaker['kind']
  readonly cause?: BreakerCause
  readonly until?: Instant
}

/** A call that is not known to be too late. */
interface Waited {
  readonly begunAt: Instant
}

interface Entry {
  readonly target: Omit<ShownBreaker, 'state' | 'cause' | 'until'>
  breaker: Breaker
}

/**
 * Knows which providers answer. Two breakers stand before each call: one for the provider and the
 * credential, because an outage usually takes all models along, and one for the offer, because a
 * model can be broken alone.
 */
export class HealthDesk {
  readonly #entries = new Map<string, Entry>()
  readonly #latencies: LatencyDesk
  /** Calls under way by offer and credential, oldest first. */
  readonly #underWay = new Map<string, Waited[]>()
  /** The shortest median of each offer. */
  readonly #best = new Map<string, number>()
  readonly #rule: BreakerRule
  readonly #now: () => Instant
  readonly #emit: (event: GatewayEvent) => void

  constructor(
    rule: BreakerRule,
    parts: {
      readonly now: () => Instant
      readonly emit: (event: GatewayEvent) => void
      readonly latencies: LatencyDesk
    },
  ) {
    this.#rule = rule
    this.#now = parts.now
    this.#emit = parts.emit
    this.#latencies = parts.latencies
  }

  /** Whether a call may go there now; the stricter of both breakers decides. */
  admission(target: CallTarget): Admission {
    const now = this.#now()
    this.#countLate(target, now)
    let answer: Admission = { kind: 'free' }
    for (const key of keysOf(target)) {
      const breaker = this.#entries.get(key)?.breaker ?? closedBreaker
      const admission = admissionOf(breaker, now, this.#rule)
      if (admission.kind === 'refused') return admission
      if (admission.kind === 'probe') answer = admission
    }
    return answer
  }

  /** Notes that a call starts; whoever is admitted after a pause is the only one for now. */
  begin(target: CallTarget): CallWatch {
    const [line, offer] = keysOf(target)
    const begunAt = this.#now()
    const dated = (event: BreakerEvent): BreakerEvent =>
      event.kind === 'succeeded' ? { ...event, begunAt } : event
    this.#apply(line, target, { kind: 'admitted' })
    this.#apply(offer, target, { kind: 'admitted' })
    const call = { begunAt }
    this.#underWay.set(offer, [...(this.#underWay.get(offer) ?? []), call])
    return {
      end: (report) => {
        const verdict = this.#verdict(target, report)
        this.#apply(line, target, dated(verdict.line))
        // One that was too late before it ended has been counted.
        if (this.#leave(offer, call)) this.#apply(offer, target, dated(verdict.offer))
      },
    }
  }

  /** All breakers that something has happened to. */
  shown(): readonly ShownBreaker[] {
    return [...this.#entries.values()].map(({ target, breaker }) => ({
      ...target,
      state: breaker.kind,
      ...(breaker.kind === 'closed' ? {} : { cause: breaker.cause }),
      ...(breaker.kind === 'open' ? { until: breaker.until } : {}),
    }))
  }

  /**
   * Who takes ten times as long is not waited for: until the first such answer comes, many more
   * calls would have been sent after it.
   */
  #countLate(target: CallTarget, now: Instant): void {
    const [, offer] = keysOf(target)
    const calls = this.#underWay.get(offer) ?? []
    const limitMs = this.#bestMs(target) * limits.slowFactor
    const firstGood = calls.findIndex(({ begunAt }) => now - begunAt <= limitMs)
    const late = firstGood < 0 ? calls : calls.slice(0, firstGood)
    for (const call of late) {
      this.#leave(offer, call)
      this.#apply(offer, target, { kind: 'slow' })
    }
  }

  /** @returns whether the call was under way. */
  #leave(offer: string, call: Waited): boolean {
    const calls = this.#underWay.get(offer) ?? []
    const others = calls.filter((other) => other !== call)
    if (others.length > 0) this.#underWay.set(offer, others)
    else this.#underWay.delete(offer)
    return others.length < calls.length
  }

  #verdict(target: CallTarget, { failure, durationMs, isAbandoned }: CallReport): Verdict {
    if (isAbandoned === true) return { line: nothing, offer: nothing }
    if (failure !== undefined) return verdicts[failure.class]
    const isSlow = durationMs > this.#usualMs(target) * limits.slowFactor
    this.#latencies.take(target.offer, durationMs, this.#now())
    return { line: good, offer: isSlow ? { kind: 'slow' } : good }
  }

  /**
   * The best median so far: who slows down little by little would otherwise carry the measure
   * along, and never be slow by it.
   */
  #usualMs(target: CallTarget): number {
    const { offer } = target
    const measured = this.#latencies.shareMs(offer, 0.5)
    if (measured === undefined) return this.#bestMs(target)
    const best = Math.min(measured, this.#best.get(offer) ?? measured)
    this.#best.set(offer, best)
    return best
  }

  #bestMs({ offer, typicalSeconds }: CallTarget): number {
    return this.#best.get(offer) ?? typicalSeconds * 1_000
  }

  #apply(key: string, target: CallTarget, event: BreakerEvent): void {
    const { provider, credential, offer } = target
    const isLine = key === keysOf(target)[0]
    const entry = this.#entries.get(key) ?? {
      target: { provider, credential, ...(isLine ? {} : { offer }) },
      breaker: closedBreaker,
    }
    const before = entry.breaker
    entry.breaker = nextBreaker(before, event, this.#now(), this.#rule)
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    if (this.#entries.size > limits.maxBreakers) {
      const oldest = this.#entries.keys().next()
      if (oldest.done !== true) this.#entries.delete(oldest.value)
    }
    this.#tell(entry, before)
  }

  #tell({ target, breaker }: Entry, before: Breaker): void {
    if (breaker.kind === 'open' && before.kind === 'closed') {
      const { cause, until } = breaker
      this.#emit({ kind: 'provider-down', ...target, cause, until })
    }
    if (breaker.kind === 'closed' && before.kind !== 'closed') {
      this.#emit({ kind: 'provider-up', ...target })
    }
  }
}

const keysOf = ({ provider, offer, credential }: CallTarget): readonly [string, string] => [
  `${provider}\n${credential}`,
  `${offer}\n${credential}`,
]
