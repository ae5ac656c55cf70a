import type { Instant } from '../time.ts'

/** When a breaker opens and for how long. All of it can be set; these are starting values. */
export interface BreakerRule {
  /** Failures in a row that open it. */
  readonly failuresInRow: number
  /** Failures in a row that open it again soon after it was closed: what flaps is not trusted. */
  readonly failuresInProbation: number
  /** How long after closing a breaker is on probation, in milliseconds. */
  readonly probationMs: number
  /** Share of the latest calls, 0 to 1, that opens it however they are ordered. */
  readonly failureShare: number
  /** The latest calls that the share is taken of; also the fewest. */
  readonly sample: number
  /** Calls older than this do not count for the share. */
  readonly sampleMs: number
  /** Pause after the first opening; doubles with each further one. */
  readonly pauseMs: number
  readonly maxPauseMs: number
  /** Pause after our credential or a model was refused for good: asking again helps nobody. */
  readonly refusalPauseMs: number
  /** A probe that has not ended after this time is forgotten, and another one may start. */
  readonly probeMs: number
}

/**
 * Envoy's outlier detection opens after 5 failures in a row and ejects for 30 s times the number of
 * ejections (Envoy documentation, read 2026-11-20); image calls are fewer and dearer than its, so
 * the first pause is shorter and the following ones double.
 */
export const defaultBreakerRule: BreakerRule = {
  failuresInRow: 5,
  failuresInProbation: 1,
  probationMs: 120_000,
  failureShare: 0.5,
  sample: 20,
  sampleMs: 60_000,
  pauseMs: 10_000,
  maxPauseMs: 300_000,
  refusalPauseMs: 600_000,
  probeMs: 300_000,
}

/** Goes to a provider whatever it has done: for those who switch breakers off. */
export const neverOpen: BreakerRule = {
  ...defaultBreakerRule,
  ...{ failuresInRow: Number.POSITIVE_INFINITY, failuresInProbation: Number.POSITIVE_INFINITY },
  ...{ failureShare: 2, pauseMs: 0, maxPauseMs: 0, refusalPauseMs: 0, probeMs: 0 },
}

/** Why a breaker is open. */
export type BreakerCause = 'failures' | 'slow' | 'credential' | 'model_gone'

/** One call that counts, kept as short as possible: there is a breaker for every offer. */
interface Sample {
  readonly at: Instant
  readonly isFailure: boolean
}

/** A circuit breaker as a value; see {@link nextBreaker}. */
export type Breaker =
  | {
      /** Calls go through. */
      readonly kind: 'closed'
      readonly inRow: number
      /** When the first failure of the row was seen. */
      readonly rowSince?: Instant
      readonly samples: readonly Sample[]
      /** Openings that are not forgotten yet; they lengthen the next pause. */
      readonly openings: number
      readonly closedAt?: Instant
    }
  | {
      /** No call goes through until the pause is over. */
      readonly kind: 'open'
      readonly cause: BreakerCause
      readonly since: Instant
      readonly until: Instant
      readonly openings: number
    }
  | {
      /** One call is on its way to find out whether the others may follow. */
      readonly kind: 'half_open'
      readonly cause: BreakerCause
      readonly since: Instant
      readonly probeAt: Instant
      readonly openings: number
    }

/** What happens to a breaker. Errors of the caller never reach it. */
export type BreakerEvent =
  /** A call was let through; only a breaker whose pause is over takes note. */
  | { readonly kind: 'admitted' }
  | {
      readonly kind: 'succeeded'
      /**
       * When the call began: one that is older than a failure says nothing about what came since.
       */
      readonly begunAt?: Instant
    }
  | { readonly kind: 'failed' }
  /** It answered, but so late that callers are better served elsewhere. */
  | { readonly kind: 'slow' }
  /** Our key was refused, our account is empty, or the model is not there any more. */
  | { readonly kind: 'refused'; readonly cause: 'credential' | 'model_gone' }
  /** A call that says nothing about the provider, such as one that was cancelled. */
  | { readonly kind: 'abandoned' }

/** A breaker that nothing has happened to. */
export const closedBreaker: Breaker = { kind: 'closed', inRow: 0, samples: [], openings: 0 }

/** Whether a call may go through: freely, as the one probe, or not before an instant. */
export type Admission =
  | { readonly kind: 'free' }
  | { readonly kind: 'probe' }
  | { readonly kind: 'refused'; readonly until: Instant; readonly cause: BreakerCause }

/** What a breaker says to a call that would start now. */
export function admissionOf(breaker: Breaker, now: Instant, rule: BreakerRule): Admission {
  switch (breaker.kind) {
    case 'closed':
      return { kind: 'free' }
    case 'open':
      if (now >= breaker.until) return { kind: 'probe' }
      return { kind: 'refused', until: breaker.until, cause: breaker.cause }
    case 'half_open': {
      const until = breaker.probeAt + rule.probeMs
      return now >= until ? { kind: 'probe' } : { kind: 'refused', until, cause: breaker.cause }
    }
  }
}

/** The breaker after an event. Pure: clock and rule come in. */
export function nextBreaker(
  breaker: Breaker,
  event: BreakerEvent,
  now: Instant,
  rule: BreakerRule,
): Breaker {
  if (event.kind === 'refused') return opened(breaker, event.cause, now, rule)
  switch (breaker.kind) {
    case 'closed':
      return fromClosed(breaker, event, now, rule)
    case 'open':
      return fromOpen(breaker, event, now)
    case 'half_open':
      return fromHalfOpen(breaker, event, now, rule)
  }
}

function fromClosed(
  breaker: Extract<Breaker, { kind: 'closed' }>,
  event: BreakerEvent,
  now: Instant,
  rule: BreakerRule,
): Breaker {
  if (event.kind === 'admitted' || event.kind === 'abandoned') return breaker
  const isFailure = event.kind !== 'succeeded'
  const samples = [...breaker.samples, { at: now, isFailure }].slice(-rule.sample)
  const { rowSince = now } = breaker
  const isOld = event.kind === 'succeeded' && (event.begunAt ?? now) < rowSince
  const inRow = isFailure ? breaker.inRow + 1 : isOld ? breaker.inRow : 0
  const row = inRow > 0 ? { inRow, rowSince } : { inRow }
  const isOnProbation = breaker.closedAt !== undefined && now - breaker.closedAt < rule.probationMs
  if (isFailure) {
    const most = isOnProbation ? rule.failuresInProbation : rule.failuresInRow
    if (inRow >= most || hasFailedTooOften(samples, now, rule)) {
      return opened(breaker, event.kind === 'slow' ? 'slow' : 'failures', now, rule)
    }
  }
  // A good probation clears the record.
  const isForgiven = !isFailure && breaker.closedAt !== undefined && !isOnProbation
  if (isForgiven) return { kind: 'closed', ...row, samples, openings: 0 }
  const { rowSince: _, ...rest } = breaker
  return { ...rest, samples, ...row }
}

function hasFailedTooOften(samples: readonly Sample[], now: Instant, rule: BreakerRule): boolean {
  const recent = samples.filter(({ at }) => now - at <= rule.sampleMs)
  if (recent.length < rule.sample) return false
  const failures = recent.filter(({ isFailure }) => isFailure).length
  return failures >= rule.failureShare * recent.length
}

/** Answers to calls that were let through before it opened change little: only a success helps. */
function fromOpen(
  breaker: Extract<Breaker, { kind: 'open' }>,
  event: BreakerEvent,
  now: Instant,
): Breaker {
  if (event.kind !== 'admitted' || now < breaker.until) return breaker
  const { cause, since, openings } = breaker
  return { kind: 'half_open', cause, since, probeAt: now, openings }
}

function fromHalfOpen(
  breaker: Extract<Breaker, { kind: 'half_open' }>,
  event: BreakerEvent,
  now: Instant,
  rule: BreakerRule,
): Breaker {
  const { cause, since, openings } = breaker
  switch (event.kind) {
    case 'succeeded':
      // A call from before the outage that ends only now is no probe.
      if ((event.begunAt ?? now) < breaker.probeAt) return breaker
      return { kind: 'closed', inRow: 0, samples: [], openings, closedAt: now }
    case 'failed':
    case 'slow':
      return opened(breaker, event.kind === 'slow' ? 'slow' : 'failures', now, rule)
    case 'abandoned':
      // Nothing was learned: the next call may be the probe.
      return { kind: 'open', cause, since, until: now, openings }
    default:
      return { ...breaker, probeAt: now }
  }
}

function opened(breaker: Breaker, cause: BreakerCause, now: Instant, rule: BreakerRule): Breaker {
  const openings = breaker.openings + 1
  const doubled = rule.pauseMs * 2 ** Math.min(openings - 1, 30)
  const isFinal = cause === 'credential' || cause === 'model_gone'
  const pauseMs = isFinal ? rule.refusalPauseMs : Math.min(doubled, rule.maxPauseMs)
  const since = breaker.kind === 'closed' ? now : breaker.since
  return { kind: 'open', cause, since, until: now + pauseMs, openings }
}
