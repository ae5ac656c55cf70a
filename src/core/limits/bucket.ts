/**
 * What is left of a minute's allowance. It fills up evenly, so that a minute's worth may come at
 * once, but never two at the turn of a minute.
 */
export interface Bucket {
  readonly perMinute: number
  readonly left: number
  /** When that much was left, in milliseconds of a clock that is never set. */
  readonly atMs: number
}

const MINUTE_MS = 60_000

/** A bucket of which nothing is used. */
export const fullBucket = (perMinute: number, atMs: number): Bucket => ({
  ...{ perMinute, left: perMinute, atMs },
})

/** The bucket as it is later. */
export const refill = ({ perMinute, left, atMs }: Bucket, nowMs: number): Bucket => ({
  perMinute,
  left: Math.min(perMinute, left + (Math.max(0, nowMs - atMs) * perMinute) / MINUTE_MS),
  atMs: Math.max(atMs, nowMs),
})

/** The bucket after some of it was used. */
export const take = (bucket: Bucket, amount: number): Bucket => ({
  ...bucket,
  left: bucket.left - amount,
})

/**
 * How long until so much is there; 0 when it is.
 * @example waitMs({ perMinute: 60, left: 0.5, atMs: 0 }, 2) // 1500
 */
export const waitMs = ({ perMinute, left }: Bucket, amount: number): number =>
  amount <= left ? 0 : Math.ceil(((amount - left) * MINUTE_MS) / perMinute)
