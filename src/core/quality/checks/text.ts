import { z } from 'zod'
import { defineCheck } from '../check.ts'
import { characterErrorRate, comparedForm } from '../lettering.ts'
import { failed, passed, skipped } from '../verdict.ts'

/** Up to so many characters every mistake is seen at once. */
const SHORT = 12

/** Whether the texts that were asked for stand in a picture, correctly spelt. */
export const text = defineCheck({
  name: 'text',
  needs: 'text',
  summary: 'Every quoted text of the prompt can be read in the picture, correctly spelt.',
  settings: {
    max_error: z
      .number()
      .min(0)
      .max(0.5)
      .default(0.05)
      .describe('Wrong characters, as a share, in texts of more than 12; shorter ones have none'),
  },
  run: (readings, { literals }, { max_error: maxError }) => {
    if (literals.length === 0) return skipped('no text was asked for')
    const rates = literals.map((literal) => ({
      literal,
      rate: Math.min(1, ...readings.map((reading) => characterErrorRate(literal, reading))),
      limit: comparedForm(literal).length <= SHORT ? 0 : maxError,
    }))
    const wrong = rates.filter(({ rate, limit }) => rate > limit)
    const worst = Math.max(...rates.map(({ rate }) => rate))
    const measured = { character_error_rate: Math.round(worst * 10_000) / 10_000 }
    if (wrong.length === 0) return passed(1 - worst, 'all texts can be read', measured)
    const missing = wrong.map(({ literal }) => literal)
    const named = missing.map((literal) => JSON.stringify(literal)).join(', ')
    return failed(1 - worst, `not to be read as spelt: ${named}`, { ...measured, missing })
  },
})
