import { decimal, rateSchema } from './decimal.ts'

/** A share of a whole: a plain decimal string from 0 to 1. */
export const shareSchema = rateSchema.refine(isAtMostOne, 'must be at most 1')

/** A share that neither takes nothing nor everything. */
export const properShareSchema = rateSchema.refine(
  (share) => decimal(share).gt(0) && decimal(share).lt(1),
  'must be between 0 and 1',
)

function isAtMostOne(share: string): boolean {
  return decimal(share).lte(1)
}
