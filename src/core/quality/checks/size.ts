import { z } from 'zod'
import { defineCheck } from '../check.ts'
import { failed, passed, skipped } from '../verdict.ts'

/** Whether a picture has the size, or at least the shape, that the provider was asked for. */
export const size = defineCheck({
  name: 'size',
  needs: 'header',
  summary: 'The size that the provider was asked for, or with a tolerance its shape.',
  settings: {
    aspect_tolerance: z
      .number()
      .min(0)
      .max(0.5)
      .optional()
      .describe('Any size passes whose width over height differs by at most this share'),
  },
  run: (report, { size: wanted }, { aspect_tolerance: tolerance }) => {
    if (!report.ok) return failed(0, 'its size cannot be read', { fault: report.reason })
    const { width, height } = report.header
    const measured = { width, height }
    if (wanted === undefined) return skipped('its provider was left the size', measured)
    const isSame = width === wanted.width && height === wanted.height
    const distortion = Math.abs((width * wanted.height) / (height * wanted.width) - 1)
    if (isSame) return passed(1, 'the size that was asked for', measured)
    if (tolerance !== undefined && distortion <= tolerance) {
      return passed(1 - distortion, 'the shape that was asked for', measured)
    }
    return failed(0, `${width}x${height} instead of ${wanted.width}x${wanted.height}`, measured)
  },
})
