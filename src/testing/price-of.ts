import { dollarsFromNano } from '../core/money.ts'
import { monthBill } from '../core/pricebook/month-bill.ts'
import { termSchema } from '../core/pricebook/terms/index.ts'
import { modifierSchema } from '../core/pricing/modifiers/index.ts'
import { rate } from '../core/pricing/rate.ts'
import { componentSchema } from '../core/pricing/structures/index.ts'
import type { UnpriceableReason } from '../core/pricing/unpriceable.ts'

/** A price as tests compare it: dollars, or the code and the subject of the refusal. */
type PriceText = string

/**
 * What a usage costs by one component and modifiers as they stand in a price row: `0.04`, or
 * `missing_usage steps`. The usage is an object of any shape, because tests plant faults in it.
 */
export function priceOf(
  component: object,
  usage: object,
  modifiers: readonly object[] = [],
): PriceText {
  const price = {
    components: [componentSchema.parse(component)],
    modifiers: modifiers.map((modifier) => modifierSchema.parse(modifier)),
  }
  const rated = rate(price, { images: 1, ...usage })
  return rated.ok ? dollarsFromNano(rated.charge.totalNano) : refusalText(rated.reason)
}

/** What a month costs by a term: its total, what one more image adds, and what each has cost. */
export function monthOf(term: object, month: object): readonly [PriceText, ...PriceText[]] {
  const billed = monthBill(termSchema.parse(term), { images: 0, ...month })
  if (!billed.ok) return [refusalText(billed.refusal)]
  const { totalNano, marginalUsd = 'no more', effectiveUsd = 'no image' } = billed.value
  return [dollarsFromNano(totalNano), marginalUsd, effectiveUsd]
}

const refusalText = ({ code, subject }: UnpriceableReason): PriceText => `${code} ${subject}`
