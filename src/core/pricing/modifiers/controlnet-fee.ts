import { z } from 'zod'
import { ok } from '../../result.ts'
import { addOnLines } from '../add-on-fee.ts'
import { positiveRateSchema } from '../decimal.ts'
import { defineModifier } from '../modifier.ts'

const schema = z.strictObject({
  kind: z.literal('controlnet_fee'),
  /** Dollars for one ControlNet on one image. */
  fee: positiveRateSchema,
})

/**
 * Every ControlNet that steers an image costs a fee.
 * @example a picture of $0.01 with one ControlNet at $0.003 = $0.013
 */
export const controlnetFee = defineModifier({
  title: 'Fee for ControlNet',
  summary: 'Every ControlNet that steers an image costs a fee.',
  schema,
  modify: (modifier, usage, lines) => {
    const { kind, fee: rate } = modifier
    const fees = addOnLines(
      { kind, field: 'controlnets', unit: 'ControlNet', per: 'image', rate },
      usage,
    )
    return fees.ok ? ok([...lines, ...fees.value]) : fees
  },
  example: {
    title: 'One image with one ControlNet at Replicate',
    base: { kind: 'per_image', usd: '0.01' },
    modifier: { kind: 'controlnet_fee', fee: '0.003' },
    usage: { images: 1, controlnets: 1 },
    usd: '0.013',
    source: 'Replicate prices as published in 2026-06',
  },
})
