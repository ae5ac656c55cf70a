import { ok, type Result, refused } from '../result.ts'
import { type ChargeLine, chargeLine } from './charge.ts'
import { decimal } from './decimal.ts'
import { missingUsage, type UnpriceableReason } from './unpriceable.ts'
import type { Usage } from './usage.ts'

/** What add-ons are counted by. */
type AddOnCount = 'controlnets' | 'loras' | 'references' | 'fonts' | 'searches'

/** How many add-ons a call has. A price that asks for them needs the count, if only a zero. */
export function addOnCount(
  usage: Usage,
  field: AddOnCount,
  kind: string,
): Result<number, UnpriceableReason> {
  const count = usage[field]
  return count === undefined ? refused(missingUsage(field, kind)) : ok(count)
}

/** A fee for each add-on of each image, or of the call as a whole. */
export function addOnLines(
  fee: {
    readonly kind: string
    readonly field: AddOnCount
    /** Singular: `LoRA`. */
    readonly unit: string
    readonly per: 'image' | 'call'
    readonly rate: string
  },
  usage: Usage,
): Result<readonly ChargeLine[], UnpriceableReason> {
  const { kind, field, unit, per, rate } = fee
  const count = addOnCount(usage, field, kind)
  if (!count.ok) return count
  const quantity = decimal(count.value).times(per === 'image' ? usage.images : 1)
  if (quantity.eq(0)) return ok([])
  return ok([chargeLine({ kind, label: `${unit}, added to the ${per}`, quantity, unit, rate })])
}
