import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import type { Usage } from '../../core/pricing/usage.ts'

/**
 * The level that is asked for when the caller names none. Ideogram's own default differs by model
 * and operation, and with it the price.
 */
export const USUAL_QUALITY = 'medium'

/** Pixels up to which a picture costs no more than one of 2K (fal.ai, Ideogram 4.6, 2026-11-25). */
const MOST_PIXELS_OF_2K = 2_048 * 2_048

/** What a call uses: pictures of a level, at one of two resolutions where that matters. */
export function estimate({
  n,
  operation,
  settings,
  expectedSize,
  images,
}: CallPlan): UsageEstimate {
  const { width, height } = expectedSize
  const exact: Usage = {
    images: n,
    width,
    height,
    operation,
    quality: settings.quality ?? USUAL_QUALITY,
    resolution: width * height <= MOST_PIXELS_OF_2K ? '2k' : '4k',
    references: images.length,
  }
  return { low: exact, expected: exact, high: exact }
}
