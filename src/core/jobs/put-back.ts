import type { GatewayError } from '../errors/gateway-error.ts'
import type { Instant } from '../time.ts'
import type { QueuePlace } from './queue-place.ts'

/** Limits of trying a job again. */
export const retryLimits = {
  /** After so many tries it is left as a dead letter: failed, for somebody to look at. */
  maxTries: 6,
  /** The pause after the first try; it doubles with each one. */
  pauseMs: 5_000,
  maxPauseMs: 600_000,
  /** A budget that never begins anew may be given back what others put aside: a look that often. */
  budgetLookMs: 3_600_000,
} as const

/** How a job goes back into the queue. */
export interface PutBack extends Pick<QueuePlace, 'dueAt' | 'tries' | 'pausedBy'> {
  readonly state: 'queued' | 'paused'
}

/** What is in the way of a job, as far as the queue must know. */
export type Obstacle = Pick<GatewayError, 'code' | 'retryable' | 'retryAfterMs'> & {
  /** The budget that refused it. */
  readonly budgetId?: string | undefined
  /** When the budget that refused it begins anew. */
  readonly resetsAt?: Instant | undefined
  readonly mayFitLater?: boolean
}

/**
 * When a job is tried again that could not be made now. A budget pauses it until its window turns
 * or, where none does, until somebody raises it, as often as it takes; other obstacles must pass
 * within the tries, ever further apart.
 * @param chance 0 to 1, spreads the next tries of jobs that met the same obstacle.
 * @returns undefined when it has failed for good.
 */
export function whenAgain(
  error: Obstacle,
  { tries }: Pick<QueuePlace, 'tries'>,
  { now, chance }: { readonly now: Instant; readonly chance: number },
): PutBack | undefined {
  if (error.code === 'insufficient_quota') {
    const lookMs = error.mayFitLater === true ? retryLimits.budgetLookMs : undefined
    const waitMs = error.retryAfterMs || lookMs
    const pausedUntil = error.resetsAt ?? (waitMs && now + waitMs)
    const pausedBy = error.budgetId === undefined ? {} : { pausedBy: error.budgetId }
    return pausedUntil ? { state: 'paused', dueAt: pausedUntil, tries, ...pausedBy } : undefined
  }
  if (isOurs(error)) return { state: 'queued', dueAt: now + spread(0, chance), tries }
  if (!error.retryable || tries + 1 >= retryLimits.maxTries) return undefined
  const dueAt = now + Math.max(error.retryAfterMs ?? 0, spread(tries, chance))
  return { state: 'queued', dueAt, tries: tries + 1 }
}

/** We had no room, or no database: nothing was tried. */
const isOurs = ({ code }: Obstacle): boolean =>
  code === 'overloaded' || code === 'ledger_unavailable'

/** A pause that doubles with each try, of which half is left to chance. */
function spread(tries: number, chance: number): number {
  const pauseMs = Math.min(retryLimits.pauseMs * 2 ** tries, retryLimits.maxPauseMs)
  return Math.round(pauseMs * (0.5 + chance / 2))
}

/** A job whose process died goes on at once, unless it has done so too often. */
export const afterDeath = ({ tries }: QueuePlace, now: Instant): PutBack | undefined =>
  tries + 1 >= retryLimits.maxTries ? undefined : { state: 'queued', dueAt: now, tries: tries + 1 }
