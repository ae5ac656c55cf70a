import { z } from 'zod'
import { defineCheck } from '../check.ts'
import { differingBits, SAME_PHOTO_BITS } from '../measures/picture-hash.ts'
import { failed, passed } from '../verdict.ts'

/** Grey values of a picture with something in it deviate by more than this, of 255. */
const MIN_DEVIATION = 3
/**
 * A larger share of one colour is a picture of nothing; unless a text was asked for: a word on
 * plain paper leaves 99 % of it as it was.
 */
const MAX_COMMON_SHARE = 0.98

/** Whether there is something in a picture, and not what stands for a withheld one. */
export const blank = defineCheck({
  name: 'blank',
  needs: 'pixels',
  summary: 'Not black, white, of one colour, or a placeholder that is known.',
  settings: {
    max_common_share: z
      .number()
      .min(0.5)
      .max(1)
      .default(MAX_COMMON_SHARE)
      .describe('Largest share of one colour, where no text was asked for; more for small icons'),
    placeholders: z
      .array(z.string().regex(/^[0-9a-f]{64}$/, 'write the 64 digits of a picture hash'))
      .max(1_000)
      .default([])
      .describe('Hashes of pictures that providers send in the place of a withheld one'),
  },
  run: ({ greyDeviation, commonShare, hash }, { literals }, settings) => {
    const { placeholders, max_common_share: mostCommon } = settings
    const measured = { grey_deviation: rounded(greyDeviation), common_share: rounded(commonShare) }
    if (greyDeviation < MIN_DEVIATION) return failed(0, 'hardly any light and shade', measured)
    if (commonShare > mostCommon && literals.length === 0) {
      return failed(0, 'nearly all of one colour', measured)
    }
    const isKnown = placeholders.some((bits) => differingBits(bits, hash.bits) <= SAME_PHOTO_BITS)
    if (isKnown) return failed(0, 'a known placeholder', { ...measured, hash: hash.bits })
    return passed(1, 'there is something in it', measured)
  },
})

const rounded = (value: number): number => Math.round(value * 1_000) / 1_000
