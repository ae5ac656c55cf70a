import { z } from 'zod'
import { ok } from '../../result.ts'
import { addOnLines } from '../add-on-fee.ts'
import { positiveRateSchema } from '../decimal.ts'
import { defineModifier } from '../modifier.ts'

const schema = z.strictObject({
  kind: z.literal('grounding_search_fee'),
  /** Dollars for one search. */
  fee: positiveRateSchema,
})

/**
 * Every search that a model makes before it paints costs a fee, once for the whole call.
 * @example a picture of $0.1 with two searches at $0.014 = $0.128
 */
export const groundingSearchFee = defineModifier({
  title: 'Fee for grounding searches',
  summary: 'Every search on the web that the call made costs a fee.',
  schema,
  modify: (modifier, usage, lines) => {
    const { kind, fee: rate } = modifier
    const fees = addOnLines({ kind, field: 'searches', unit: 'search', per: 'call', rate }, usage)
    return fees.ok ? ok([...lines, ...fees.value]) : fees
  },
  example: {
    title: 'One image of a current event, after two searches',
    base: { kind: 'per_image', usd: '0.1' },
    modifier: { kind: 'grounding_search_fee', fee: '0.014' },
    usage: { images: 1, searches: 2 },
    usd: '0.128',
    source: 'illustrative',
  },
})
