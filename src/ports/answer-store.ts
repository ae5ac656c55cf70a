import type { IdempotencyKey } from '../core/answers/idempotency-key.ts'
import type { OwedAnswer } from '../core/answers/owed-answer.ts'
import type { Instant } from '../core/time.ts'

/**
 * What clients are owed that ask again. Answers and names begin and end as facts of the journal;
 * here stands what changes in between, and rarely.
 */
export interface AnswerStore {
  /** Answers that are kept for equal requests of a virtual key, the oldest request first. */
  owed(query: {
    readonly keyId: string
    readonly fingerprint: string
    readonly now: Instant
    readonly limit: number
  }): Promise<readonly OwedAnswer[]>
  /** Makes `holder` the one whose client waits, if nobody does; of two callers one is told true. */
  take(claim: {
    readonly answer: OwedAnswer
    readonly holder: string
    readonly now: Instant
    readonly heldUntil: Instant
  }): Promise<boolean>
  /** Nobody waits for it from now on; it comes back when it was closed before. */
  offer(answer: OwedAnswer, keptUntil: Instant): Promise<void>
  /** Shows that a process is alive: what it holds stays held, and is kept longer. */
  renew(lease: {
    readonly holder: string
    readonly heldUntil: Instant
    readonly keptUntil: Instant
  }): Promise<void>
  /** The answer of a request became ready late, and is kept from then on. */
  keepUntil(requestId: string, keptUntil: Instant): Promise<void>
  /** The request that a name leads to. */
  named(name: {
    readonly keyId: string
    readonly name: string
    readonly now: Instant
  }): Promise<IdempotencyKey | undefined>
  /** Gives a name up, if it still leads to the same request. */
  free(key: IdempotencyKey): Promise<void>
  /** Deletes up to `limit` answers and as many names whose time is over; returns how many went. */
  purge(now: Instant, limit: number): Promise<number>
}
