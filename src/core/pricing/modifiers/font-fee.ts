import { z } from 'zod'
import { ok } from '../../result.ts'
import { addOnLines } from '../add-on-fee.ts'
import { positiveRateSchema } from '../decimal.ts'
import { defineModifier } from '../modifier.ts'

const schema = z.strictObject({
  kind: z.literal('font_fee'),
  /** Dollars for one font on one image. */
  fee: positiveRateSchema,
})

/**
 * Every licensed font that text in an image is set in costs a fee.
 * @example a picture of $0.05 with one font at $0.01 = $0.06
 */
export const fontFee = defineModifier({
  title: 'Fee for fonts',
  summary: 'Every font that text in an image is set in costs a fee.',
  schema,
  modify: (modifier, usage, lines) => {
    const { kind, fee: rate } = modifier
    const fees = addOnLines({ kind, field: 'fonts', unit: 'font', per: 'image', rate }, usage)
    return fees.ok ? ok([...lines, ...fees.value]) : fees
  },
  example: {
    title: 'One image with text in one licensed font',
    base: { kind: 'per_image', usd: '0.05' },
    modifier: { kind: 'font_fee', fee: '0.01' },
    usage: { images: 1, fonts: 1 },
    usd: '0.06',
    source: 'illustrative',
  },
})
