import { z } from 'zod'
import { ok } from '../../result.ts'
import { chargeLine } from '../charge.ts'
import { decimal, positiveRateSchema, quotient } from '../decimal.ts'
import { defineStructure } from '../structure.ts'

const schema = z.strictObject({
  kind: z.literal('gpu_hour_owned'),
  /** Dollars the hardware cost. */
  hardware_usd: positiveRateSchema,
  /** Hours in which it will work before it is replaced: years × hours × share of use. */
  life_h: positiveRateSchema,
  /** Dollars for the power of one hour at work. */
  power_usd_per_h: positiveRateSchema,
  /** Images it makes in an hour. */
  images_per_h: positiveRateSchema,
})

/**
 * Hardware one owns: its purchase, spread over the hours it will work, and power. The lines stand
 * apart, because what a further image adds to the bill is the power alone.
 * @example $1,600 over 13,140 hours and $0.15 of power, 400 images an hour = $0.000679414
 */
export const gpuHourOwned = defineStructure({
  title: 'Hours of an own GPU',
  summary: 'An image costs its share of the purchase, spread over the working life, and of power.',
  schema,
  rate: (component, usage) => {
    const { kind } = component
    if (usage.images === 0) return ok([])
    const quantity = decimal(usage.images).div(component.images_per_h)
    const hardware = quotient(component.hardware_usd, component.life_h)
    const parts = [
      { label: 'hardware, spread over its working life', rate: hardware },
      { label: 'power', rate: component.power_usd_per_h },
    ]
    return ok(parts.map((part) => chargeLine({ kind, ...part, quantity, unit: 'GPU-hour' })))
  },
  example: {
    title: 'SDXL on a card for $1,600 that works half of three years',
    component: {
      kind: 'gpu_hour_owned',
      hardware_usd: '1600',
      life_h: '13140',
      power_usd_per_h: '0.15',
      images_per_h: '400',
    },
    usage: { images: 1 },
    usd: '0.000679414',
    source: 'RTX 4090 list price of 2022, images an hour as published in 2026-06',
  },
})
