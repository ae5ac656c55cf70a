import type { Delivery, KeptNotice } from '../core/notices/delivery.ts'
import type { Destination } from '../core/notices/destination.ts'
import type { Instant } from '../core/time.ts'

/** Destinations, and notices and deliveries after they were written as facts of the journal. */
export interface NoticeStore {
  /** What was told after that id, the oldest first; without a tenant that of all, and of none. */
  noticesAfter(query: {
    readonly after: string
    readonly tenant?: string
    readonly limit: number
  }): Promise<readonly KeptNotice[]>
  /** Forgets notices before that id, and all but the newest so many. */
  forgetNotices(rule: { readonly before: string; readonly kept: number }): Promise<void>
  /** All destinations of all tenants, the oldest first. */
  destinations(): Promise<readonly Destination[]>
  /** Writes one, in the place of the one with its id. */
  putDestination(destination: Destination): Promise<void>
  removeDestination(id: string): Promise<void>
  /** What the settings name now; what they named before and do not any more goes. */
  replaceSettings(destinations: readonly Destination[]): Promise<void>
  /**
   * Leases deliveries that are due and that nobody has leased, those that wait longest first. Two
   * callers never get the same one.
   */
  claimDeliveries(claim: {
    readonly owner: string
    readonly now: Instant
    readonly leaseUntil: Instant
    readonly limit: number
    /** Destinations that are busy enough. */
    readonly except: readonly string[]
  }): Promise<readonly Delivery[]>
  /** Writes what came of a try and gives the lease up; false when another process has it now. */
  recordDelivery(delivery: Delivery, owner: string): Promise<boolean>
  delivery(id: string): Promise<Delivery | undefined>
  /** Newest first; `after` is the id of the last one seen. */
  deliveries(query: {
    readonly owners: readonly string[]
    readonly destinationId?: string
    readonly state?: Delivery['state']
    readonly limit: number
    readonly after?: string
  }): Promise<readonly Delivery[]>
  /** Whether a destination has taken anything since then. */
  hasDelivered(destination: Pick<Destination, 'id' | 'tenant'>, since: Instant): Promise<boolean>
  /** Begins a delivery anew; false when there is none, or it is on its way. */
  replayDelivery(id: string, now: Instant): Promise<boolean>
  /** Deletes up to `limit` deliveries that ended before; returns how many went. */
  purgeDeliveries(endedBefore: Instant, limit: number): Promise<number>
}
