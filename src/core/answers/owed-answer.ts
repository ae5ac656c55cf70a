import type { Instant } from '../time.ts'

/**
 * An answer that is paid for and was not handed over yet. It is written before the first call and
 * goes when the client has the last byte, so what a lost connection or a crash leaves behind can be
 * given to the client when it asks again.
 */
export interface OwedAnswer {
  readonly requestId: string
  readonly keyId: string
  /** Digest of the request and of the form its answer is wanted in. */
  readonly fingerprint: string
  readonly createdAt: Instant
  /** The process whose client waits for it; absent once that client has gone. */
  readonly holder?: string
  /** Until when the holder counts as alive; renewed while it is. */
  readonly heldUntil: Instant
  /** Until when an equal request may adopt it, once nobody waits for it. */
  readonly keptUntil: Instant
}

/** Times of owed answers. */
export const owedTimes = {
  /** How long an equal request adopts what its client did not get: ten minutes. */
  adoptMs: 10 * 60_000,
  /**
   * How long a failure that cost money answers equal requests. The AI SDK resends twice within six
   * seconds, whatever it is told (ai 7.0.173, read and measured 2026-11-25).
   */
  paidFailureMs: 15_000,
  /**
   * No client library resends sooner: openai waits 375 ms at least, the AI SDK two seconds (openai
   * 7.55.0, ai 7.0.173, read 2026-11-25). What comes sooner is no resend but a sibling.
   */
  soonestResendMs: 300,
} as const

/** Who looks at an owed answer, and when. */
export interface Looker {
  readonly owner: string
  readonly now: Instant
}

/**
 * Whether nobody waits for it any more: its client has gone, or the process that served it. Who
 * looks at an answer of its own lives, however late its leases are.
 */
export const isFree = ({ holder, heldUntil }: OwedAnswer, { owner, now }: Looker): boolean =>
  holder === undefined || (holder !== owner && heldUntil <= now)

/**
 * Whether another process holds it that may have died without a sign. Whether it has, its lease
 * tells: it is renewed, or it runs out.
 */
export const isDoubtful = (answer: OwedAnswer, looker: Looker): boolean =>
  !isFree(answer, looker) &&
  answer.holder !== looker.owner &&
  looker.now - answer.createdAt >= owedTimes.soonestResendMs

/** How an answer left. */
export interface Departure {
  /** Whether its last byte was handed over before the connection closed. */
  readonly isComplete: boolean
  /** Whether it was a job, which leads to all that follows. */
  readonly isJob?: boolean
}

/** How an answer left, and what it was. */
export interface Handover extends Departure {
  /** Undefined while the work goes on, which is also so after the caller's deadline. */
  readonly outcome?: 'images' | 'paid failure' | 'free failure'
}

/**
 * How long equal requests may have an answer after its handover, in milliseconds. Nothing is owed
 * for what was delivered, nor for a failure that cost nothing: to ask again is a new attempt.
 */
export function keptForMs({ isComplete, isJob, outcome }: Handover): number {
  if (outcome === 'free failure' || (isComplete && isJob === true)) return 0
  if (outcome === undefined || !isComplete) return owedTimes.adoptMs
  return outcome === 'images' ? 0 : owedTimes.paidFailureMs
}
