/** Every way a call can have no price. */
export const unpriceableCodes = [
  /** The price depends on a usage field that nobody knows. */
  'missing_usage',
  /** A usage field holds no possible count. */
  'invalid_usage',
  /** The book has no rate for something that was used. */
  'unknown_rate',
  /** The price table does not know this quality, size or resolution at all. */
  'not_listed',
  /** Larger or finer than anything the price table lists. */
  'above_largest',
  /** The price has no components; nothing is free by omission. */
  'no_components',
  /** No row of the price book holds for the offer at that instant. */
  'no_price',
] as const
/** See {@link unpriceableCodes}. */
export type UnpriceableCode = (typeof unpriceableCodes)[number]

/** Why a call has no price. A value, not an exception: such an offer is simply not callable. */
export interface UnpriceableReason {
  readonly code: UnpriceableCode
  /** The usage field, rate or offer at fault. */
  readonly subject: string
  /** One sentence for people. */
  readonly text: string
}

/** Makes a reason. */
export const unpriceable = (
  code: UnpriceableCode,
  subject: string,
  text: string,
): UnpriceableReason => ({ code, subject, text })

/** The reason for an absent usage field. */
export const missingUsage = (field: string, kind: string): UnpriceableReason =>
  unpriceable('missing_usage', field, `the ${kind} price needs ${field}, which is not known`)
