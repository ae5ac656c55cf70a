import { z } from 'zod'
import { ok } from '../../result.ts'
import { scaledBy } from '../adjustment.ts'
import { decimal, positiveRateSchema } from '../decimal.ts'
import { defineModifier } from '../modifier.ts'

const schema = z.strictObject({
  kind: z.literal('aggregator_markup'),
  /** What the reseller adds, as a share of the price: `0.1` is 10 %. */
  markup: positiveRateSchema,
})

/**
 * A reseller adds a share to the provider's price. It may differ from model to model.
 * @example $0.04 and 10 % = $0.044
 */
export const aggregatorMarkup = defineModifier({
  title: 'Markup of a reseller',
  summary: 'A share of everything before it is added.',
  schema,
  modify: (modifier, _usage, lines) => {
    const { kind, markup } = modifier
    const label = `markup of ${decimal(markup).times(100).toFixed()} %`
    return ok(scaledBy(lines, decimal(markup).plus(1), { kind, label }))
  },
  example: {
    title: 'One image by way of OpenRouter',
    base: { kind: 'per_image', usd: '0.04' },
    modifier: { kind: 'aggregator_markup', markup: '0.1' },
    usage: { images: 1 },
    usd: '0.044',
    source: 'OpenRouter as described in 2026-06',
  },
})
