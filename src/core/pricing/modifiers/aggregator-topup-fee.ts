import { z } from 'zod'
import { ok } from '../../result.ts'
import { scaledBy } from '../adjustment.ts'
import { decimal } from '../decimal.ts'
import { defineModifier } from '../modifier.ts'
import { properShareSchema } from '../share.ts'

const schema = z.strictObject({
  kind: z.literal('aggregator_topup_fee'),
  /** Share of each deposit that the reseller keeps: `0.055` is 5.5 %. */
  fee_on_topup: properShareSchema,
})

/**
 * A reseller keeps a share of each deposit, so a dollar of use costs more than a dollar, and more
 * than the share suggests.
 * @example $0.04 where 5.5 % of deposits is kept = $0.04 ÷ 0.945 = $0.042328042
 */
export const aggregatorTopupFee = defineModifier({
  title: 'Fee on deposits',
  summary: 'Use is paid from deposits of which a share was kept, so it costs more than it says.',
  schema,
  modify: (modifier, _usage, lines) => {
    const { kind, fee_on_topup } = modifier
    const kept = decimal(1).minus(fee_on_topup)
    const label = `fee of ${decimal(fee_on_topup).times(100).toFixed()} % on deposits`
    return ok(scaledBy(lines, decimal(1).div(kept), { kind, label }))
  },
  example: {
    title: 'One image, paid from a deposit of which 5.5 % was kept',
    base: { kind: 'per_image', usd: '0.04' },
    modifier: { kind: 'aggregator_topup_fee', fee_on_topup: '0.055' },
    usage: { images: 1 },
    usd: '0.042328042',
    source: 'fee of a reseller of models on credit purchases, 2026',
  },
})
