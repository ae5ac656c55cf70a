import type { Attempt, RequestRecord } from '../core/jobs/request-record.ts'
import type { Instant } from '../core/time.ts'

/** What was asked and called lately, over all tenants: for what a change means for the traffic. */
export interface HistoryStore {
  /** Settled calls to an offer that began since an instant, newest first. */
  callsTo(query: {
    readonly offer: string
    readonly since: Instant
    readonly limit: number
  }): Promise<readonly Attempt[]>
  /** How many calls to an offer began since an instant and are settled. */
  countCallsTo(offer: string, since: Instant): Promise<number>
  /** Requests that began since an instant, newest first. */
  requests(query: {
    readonly since: Instant
    readonly limit: number
  }): Promise<readonly RequestRecord[]>
}
