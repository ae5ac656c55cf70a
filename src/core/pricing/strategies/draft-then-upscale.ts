import type { Nano } from '../../money.ts'
import type { Comparison } from './draft-refine.ts'

/**
 * A small picture, enlarged afterwards, beside making it large at once.
 * @example a draft of $0.0025 and an upscale of $0.004 = $0.0065 instead of $0.01
 */
export const draftThenUpscale = (prices: {
  readonly draftNano: Nano
  readonly upscaleNano: Nano
  readonly directNano: Nano
}): Comparison => ({
  costNano: prices.draftNano + prices.upscaleNano,
  withoutNano: prices.directNano,
})
