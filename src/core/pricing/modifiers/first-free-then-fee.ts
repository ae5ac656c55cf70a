import { z } from 'zod'
import { ok } from '../../result.ts'
import { addOnCount } from '../add-on-fee.ts'
import { chargeLine } from '../charge.ts'
import { positiveRateSchema, rateSchema } from '../decimal.ts'
import { defineModifier } from '../modifier.ts'

const schema = z.strictObject({
  kind: z.literal('first_free_then_fee'),
  /** Dollars for the first image of the call, in or out; mostly 0. */
  first: rateSchema,
  /** Dollars for each further one. */
  extra: positiveRateSchema,
})

/**
 * Images of a call, in and out together, cost a fee each but for the first.
 * @example one image made from three others at $0.003 = $0.009 on top of its price
 */
export const firstFreeThenFee = defineModifier({
  title: 'First image free, then a fee',
  summary: 'Input and output images of a call cost a fee each, the first one another or none.',
  schema,
  modify: (modifier, usage, lines) => {
    const { kind, first, extra } = modifier
    const references = addOnCount(usage, 'references', kind)
    if (!references.ok) return references
    if (usage.images === 0) return ok(lines)
    const parts = [
      { label: 'first image, in or out', quantity: 1, rate: first },
      { label: 'further images', quantity: usage.images + references.value - 1, rate: extra },
    ]
    const fees = parts
      .filter(({ quantity }) => quantity > 0)
      .map((part) => chargeLine({ kind, ...part, unit: 'image' }))
      .filter(({ amountNano }) => amountNano > 0n)
    return ok([...lines, ...fees])
  },
  example: {
    title: 'One image from three others by Seedream 5 pro',
    base: { kind: 'per_image', usd: '0.045' },
    modifier: { kind: 'first_free_then_fee', first: '0', extra: '0.003' },
    usage: { images: 1, references: 3 },
    usd: '0.054',
    source: 'Comfy partner node prices, 2026',
  },
})
