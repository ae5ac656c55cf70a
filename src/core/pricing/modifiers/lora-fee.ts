import { z } from 'zod'
import { ok } from '../../result.ts'
import { addOnLines } from '../add-on-fee.ts'
import { positiveRateSchema } from '../decimal.ts'
import { defineModifier } from '../modifier.ts'

const schema = z.strictObject({
  kind: z.literal('lora_fee'),
  /** Dollars for one LoRA on one image. */
  fee: positiveRateSchema,
})

/**
 * Every LoRA applied to an image costs a fee, often more than half of the picture itself.
 * @example a picture of $0.0075 with two LoRA at $0.0051 = $0.0177
 */
export const loraFee = defineModifier({
  title: 'Fee for LoRA',
  summary: 'Every LoRA applied to an image costs a fee.',
  schema,
  modify: (modifier, usage, lines) => {
    const { kind, fee: rate } = modifier
    const fees = addOnLines({ kind, field: 'loras', unit: 'LoRA', per: 'image', rate }, usage)
    return fees.ok ? ok([...lines, ...fees.value]) : fees
  },
  example: {
    title: 'One SDXL image in thirty steps with two LoRA at dezgo',
    base: { kind: 'per_image', usd: '0.0075' },
    modifier: { kind: 'lora_fee', fee: '0.0051' },
    usage: { images: 1, loras: 2 },
    usd: '0.0177',
    source: 'dezgo price page, read by 2026-11-20',
  },
})
