import { z } from 'zod'
import { defineCheck } from '../check.ts'
import { failed, passed, skipped } from '../verdict.ts'

/** Whether the background of a cut-out is really clear. */
export const transparent = defineCheck({
  name: 'transparent',
  needs: 'pixels',
  summary: 'Alpha is there and the border is clear, where a transparent background was asked for.',
  settings: {
    clear_border: z
      .number()
      .min(0.01)
      .max(1)
      .default(1)
      .describe(
        'Share of the outermost pixels that must be clear; less for things cut by the edge',
      ),
  },
  run: ({ hasAlpha, clearBorder }, { isTransparent }, { clear_border: least }) => {
    const measured = { clear_border: Math.round(clearBorder * 1_000) / 1_000 }
    if (!isTransparent) return skipped('no transparency was asked for', measured)
    if (!hasAlpha) return failed(0, 'it has no transparency', measured)
    return clearBorder >= least
      ? passed(1, 'the border is clear', measured)
      : failed(clearBorder, 'the border is not clear', measured)
  },
})
