import type { CacheLookup, LookupResult, TierSums } from '../core/cache/lookup.ts'
import type { Instant } from '../core/time.ts'

/** What became of look-ups: the material of the cache's report. Never the truth about money. */
export interface CacheLookupStore {
  note(lookups: readonly CacheLookup[]): Promise<void>
  /**
   * Says of a served picture whether it was kept: of the request that is named, or of the last one
   * of the tenant that was given it.
   * @returns how the pictures had been found.
   */
  judge(verdict: {
    readonly imageId: string
    readonly tenant: string
    readonly requestId?: string
    readonly isAccepted: boolean
  }): Promise<readonly LookupResult[]>
  /** Sums by tier over a time, `to` excluded. */
  sums(range: {
    readonly from: Instant
    readonly to: Instant
    readonly tenant?: string
  }): Promise<readonly TierSums[]>
  /** Deletes up to `limit` from before an instant; returns how many went. */
  purge(before: Instant, limit: number): Promise<number>
}
