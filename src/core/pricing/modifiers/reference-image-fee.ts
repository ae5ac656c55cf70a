import { z } from 'zod'
import { ok } from '../../result.ts'
import { addOnLines } from '../add-on-fee.ts'
import { positiveRateSchema } from '../decimal.ts'
import { defineModifier } from '../modifier.ts'

const schema = z.strictObject({
  kind: z.literal('reference_image_fee'),
  /** Dollars for one input image. */
  fee: positiveRateSchema,
})

/**
 * Every input image costs a fee, for each image that is made from it.
 * @example a picture of $0.0404 with three references at $0.003 = $0.0494
 */
export const referenceImageFee = defineModifier({
  title: 'Fee for reference images',
  summary: 'Every input image costs a fee.',
  schema,
  modify: (modifier, usage, lines) => {
    const { kind, fee: rate } = modifier
    const fees = addOnLines(
      { kind, field: 'references', unit: 'reference image', per: 'image', rate },
      usage,
    )
    return fees.ok ? ok([...lines, ...fees.value]) : fees
  },
  example: {
    title: 'One image with three references by Luma uni-1',
    base: { kind: 'per_image', usd: '0.0404' },
    modifier: { kind: 'reference_image_fee', fee: '0.003' },
    usage: { images: 1, references: 3 },
    usd: '0.0494',
    source: 'Comfy partner node prices, 2026',
  },
})
