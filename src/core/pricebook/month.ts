import { type UnpriceableReason, unpriceable } from '../pricing/unpriceable.ts'

/** Clouds bill gigabytes of 2³⁰ bytes. */
export const MEGABYTES_PER_GIGABYTE = 1024

/**
 * What an account used in one month, as far as a term of its contract asks. One type for all terms;
 * each reads the fields it needs and refuses when one of them is not known.
 */
export interface MonthUsage {
  /** Images of the month that the term is about. */
  readonly images: number
  /** Mean size of an image file, in megabytes of 2²⁰ bytes. */
  readonly megabytesPerImage?: number
  /** Times each image was sent out. */
  readonly viewsPerImage?: number
  /** Months for which each image is kept, this one included; absent = 1. */
  readonly storedMonths?: number
  /** Prepaid credits that are left over from before and still valid; absent = none. */
  readonly creditsLeft?: number
}

const decimalFields = [
  'megabytesPerImage',
  'viewsPerImage',
  'storedMonths',
  'creditsLeft',
] as const satisfies readonly (keyof MonthUsage)[]

/** What is impossible in a month, if anything. */
export function flawOfMonth(month: MonthUsage): UnpriceableReason | undefined {
  if (!Number.isSafeInteger(month.images) || month.images < 0) {
    return impossible('images', month.images)
  }
  const field = decimalFields.find((name) => !isCount(month[name] ?? 0))
  return field === undefined ? undefined : impossible(field, month[field])
}

const isCount = (count: number): boolean => count >= 0 && count <= Number.MAX_SAFE_INTEGER

const impossible = (name: string, count: unknown): UnpriceableReason =>
  unpriceable('invalid_usage', name, `${name} cannot be ${String(count)}`)
