import type { Attempt, Fact } from '../core/jobs/request-record.ts'
import { closeEntry, settleEntry } from '../core/ledger/entry.ts'
import type { Instant } from '../core/time.ts'
import { acceptedRecord } from './acceptance.ts'
import type { Run } from './run.ts'

/** Why the attempts of a commit that may or may not be written were never made. */
const REASON = 'not sent: the database was lost while it confirmed'

/**
 * Takes back what the commit before a call may have written, when nobody knows whether it did: its
 * attempts were never made and cost nothing, and a request that began with them has failed. When
 * it had written nothing these facts contradict, and nothing is what remains.
 */
export function unsentFacts(
  run: Run,
  { attempts, isFirst }: { readonly attempts: readonly Attempt[]; readonly isFirst: boolean },
  at: Instant,
): readonly Fact[] {
  const { hold } = run
  if (hold === undefined) return []
  const settled = attempts.map((attempt): Fact => {
    const entry = settleEntry(hold, { id: attempt.id, costNano: 0n, book: hold.book }, at)
    const ended: Attempt = {
      ...attempt,
      state: 'settled',
      settledAt: at,
      outcome: 'overloaded',
      failureMessage: REASON,
      costBasis: 'not_billed',
    }
    return { kind: 'attempt-settled', attempt: ended, entry, images: [] }
  })
  const accepted = acceptedRecord(run.unwritten)
  if (!isFirst || accepted === undefined) return settled
  const closed: Fact = { kind: 'hold-closed', entry: closeEntry(hold, 'release', 0n, at) }
  // A job goes back into the queue by itself.
  if (run.job !== undefined) return [...settled, closed]
  const { leaseOwner: _, leaseUntil: __, ...record } = accepted
  const error = { code: 'ledger_unavailable', message: REASON }
  const owed = run.unwritten.filter((fact) => fact.kind === 'answer-owed')
  return [
    ...settled,
    { kind: 'request-ended', request: { ...record, state: 'failed', endedAt: at, error } },
    closed,
    ...owed.map(({ answer }): Fact => ({ kind: 'answer-closed', answer })),
  ]
}
