import { isEnded, type RequestRecord } from '../jobs/request-record.ts'
import type { Handover } from './owed-answer.ts'

/** What of a record tells its outcome. */
type Told = Pick<RequestRecord, 'state' | 'costNano' | 'error' | 'cancelAskedAt'>

/**
 * What the record of a request holds for its client: `undefined` while the work goes on, and
 * `nothing` when it was given up for no reason that the client knows of, so that it begins anew.
 */
export function recordedOutcome(record: Told): Handover['outcome'] | 'nothing' {
  const { state, costNano, error, cancelAskedAt } = record
  if (!isEnded(state)) return undefined
  // The connection was lost before all was bought. Whoever asked for a cancelling wants no other.
  if (state === 'cancelled' && cancelAskedAt === undefined) return 'nothing'
  if (error === undefined) return 'images'
  if (costNano > 0n) return 'paid failure'
  // The database was lost while it confirmed the beginning: nothing was sent.
  return error.code === 'ledger_unavailable' ? 'nothing' : 'free failure'
}
