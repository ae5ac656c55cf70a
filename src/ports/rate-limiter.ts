import type { Bucket } from '../core/limits/bucket.ts'

/** What a key wants to use of its minute: of all of these, or nothing. */
export interface RateWish {
  readonly keyId: string
  readonly rates: readonly {
    readonly what: 'requests' | 'images'
    readonly perMinute: number
    readonly amount: number
  }[]
}

/** What came of a {@link RateWish}. */
export interface RateCount {
  /** Whether all was taken; else nothing was. */
  readonly isTaken: boolean
  /** What is left of each rate, in their order. */
  readonly buckets: readonly Bucket[]
}

/** Pictures that a key is about to have made. */
export interface PlaceWish {
  readonly keyId: string
  /** How many of them it may have at a time. */
  readonly most: number
  readonly images: number
}

/** What came of a {@link PlaceWish}. */
export interface Places {
  /** Pictures that were being made before. */
  readonly taken: number
  /** Gives the places back, more than once counts once; absent when there were none. */
  readonly release?: () => void
}

/** Counts what keys use of their limits, for everybody who counts on it. */
export interface RateLimiter {
  /** @throws when it cannot be reached. */
  take(wish: RateWish): Promise<RateCount>
  /** @throws when it cannot be reached. */
  occupy(wish: PlaceWish): Promise<Places>
}

/** One that counts for all processes. */
export interface SharedLimiter extends RateLimiter {
  /** How many processes count here, this one among them. @throws when it cannot be reached. */
  processes(): Promise<number>
}
