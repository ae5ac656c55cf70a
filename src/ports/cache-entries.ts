import type { CacheFilter } from '../core/cache/cache-filter.ts'
import type { ImageRecord } from '../core/jobs/request-record.ts'
import type { Instant } from '../core/time.ts'

/** A picture that the cache holds, under however many keys. */
export interface CachedPicture {
  readonly image: ImageRecord
  readonly prompt: string
  readonly keys: number
  readonly isPinned: boolean
  readonly expiresAt: Instant
}

/** What the cache holds in all. */
export interface CacheSize {
  readonly entries: number
  readonly pictures: number
  readonly pinned: number
}

/** The entries of the cache as operators see and change them. */
export interface CacheEntries {
  /** Pictures that still answer, newest first. */
  list(query: {
    readonly filter: CacheFilter
    readonly now: Instant
    readonly limit: number
  }): Promise<readonly CachedPicture[]>
  /**
   * Takes entries out, of which none answers from then on; pinned ones only when their picture is
   * named. The pictures themselves stay. @returns how many entries went.
   */
  evict(filter: CacheFilter): Promise<number>
  /** Keeps a picture from expiring, or no longer; returns how many entries changed. */
  pin(pin: {
    readonly imageId: string
    readonly tenant?: string
    readonly isPinned: boolean
  }): Promise<number>
  size(now: Instant, tenant?: string): Promise<CacheSize>
}
