import { z } from 'zod'
import { defineCheck } from '../check.ts'
import {
  differingBits,
  gridDifference,
  looksAlike,
  MIN_DETAIL,
  NEAR_PHOTO_BITS,
} from '../measures/picture-hash.ts'
import { failed, passed, skipped, unknown } from '../verdict.ts'

/** Whether a picture is another one than those that the same answer has already. */
export const duplicate = defineCheck({
  name: 'duplicate',
  needs: 'pixels',
  summary: 'Not nearly the same as another picture of the answer.',
  settings: {
    max_bits: z
      .int()
      .min(0)
      .max(128)
      .default(NEAR_PHOTO_BITS)
      .describe('Bits of 256 in which nearly equal pictures differ at most'),
  },
  run: ({ hash }, { shown = [] }, { max_bits: maxBits }) => {
    const measured = { detail: hash.detail }
    if (shown.length === 0) return skipped('there is no other picture', measured)
    if (hash.detail < MIN_DETAIL) return unknown('too flat to be told from others', measured)
    const twin = shown.find((other) => looksAlike(hash, other, maxBits))
    if (twin === undefined) return passed(1, 'unlike the others', measured)
    return failed(0, 'nearly the same as another picture of the answer', {
      ...measured,
      bits: differingBits(hash.bits, twin.bits),
      colour_difference: Math.round(gridDifference(hash.grid, twin.grid) * 100) / 100,
    })
  },
})
