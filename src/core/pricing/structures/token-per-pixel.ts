import Big from 'big.js'
import { z } from 'zod'
import { ok } from '../../result.ts'
import { chargeLine } from '../charge.ts'
import { positiveRateSchema } from '../decimal.ts'
import { outputPixels } from '../output-area.ts'
import { defineStructure } from '../structure.ts'

const schema = z.strictObject({
  kind: z.literal('token_per_pixel'),
  /** Pixels that are one token. */
  pixels_per_token: z.int().positive(),
  /** Dollars for one token. */
  usd_per_token: positiveRateSchema,
  /** Rounding to whole tokens; absent = `ceil`. */
  round: z.enum(['ceil', 'nearest', 'none']).optional(),
})

const roundingModes = { ceil: Big.roundUp, nearest: Big.roundHalfUp } as const

/**
 * Tokens that follow from the area of the picture alone, so the price is known before the call.
 * @example 1024x1024 pixels at 750 a token = 1,399 tokens at $0.000015 = $0.020985
 */
export const tokenPerPixel = defineStructure({
  title: 'Tokens by area',
  summary: 'The area of each image makes a number of tokens, and each token costs the same.',
  schema,
  rate: (component, usage) => {
    const pixels = outputPixels(usage, component.kind)
    if (!pixels.ok) return pixels
    if (usage.images === 0) return ok([])
    const exact = pixels.value.div(component.pixels_per_token)
    const rounding = component.round ?? 'ceil'
    const tokens = rounding === 'none' ? exact : exact.round(0, roundingModes[rounding])
    // A picture smaller than half a token is still a picture.
    const billed = rounding !== 'none' && tokens.lt(1) ? tokens.plus(1) : tokens
    const rate = component.usd_per_token
    const line = { kind: component.kind, label: 'tokens of the output area', unit: 'token', rate }
    return ok([chargeLine({ ...line, quantity: billed.times(usage.images) })])
  },
  example: {
    title: 'A square image at 750 pixels a token',
    component: {
      kind: 'token_per_pixel',
      pixels_per_token: 750,
      usd_per_token: '0.000015',
      round: 'ceil',
    },
    usage: { images: 1, width: 1024, height: 1024 },
    usd: '0.020985',
    source: 'illustrative: the pixels per token of a public vision tariff, not its rate',
  },
})
