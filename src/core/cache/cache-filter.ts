import type { Instant } from '../time.ts'

/** Which entries of the cache are meant; all that is named must hold. */
export interface CacheFilter {
  readonly tenant?: string
  readonly imageId?: string
  /** The prompt as it was asked, but for case and the spaces around it. */
  readonly prompt?: string
  /** A tag of the request that the picture was made for; any value when none is named. */
  readonly tag?: { readonly name: string; readonly value?: string }
  /** Made before this. */
  readonly before?: Instant
}
