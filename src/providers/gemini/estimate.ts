import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import type { Usage } from '../../core/pricing/usage.ts'
import { textTokens } from '../shared/text-tokens.ts'
import { readOptions } from './options.ts'
import { INPUT_IMAGE_TOKENS, imageTokensOf, thinkingTokensOf } from './tokens.ts'

/** Searches of one call that may search; Google names no limit, the ceiling is ours. */
const SEARCHES = { low: 0, expected: 1, high: 10 } as const

/**
 * What a call can use. The tokens of a picture are known before it is made, so only the prompt, the
 * input images and the thinking are ranges. A model without a published count has no tokens at all:
 * pricing then refuses, which is better than a guess.
 */
export const estimate = (plan: CallPlan): UsageEstimate => ({
  low: usageAt('low', plan),
  expected: usageAt('expected', plan),
  high: usageAt('high', plan),
})

function usageAt(bound: keyof UsageEstimate, plan: CallPlan): Usage {
  const { n, expectedSize, settings, operation, images } = plan
  const facts: Usage = {
    images: n,
    ...expectedSize,
    operation,
    ...(settings.resolution === undefined ? {} : { resolution: settings.resolution }),
    searches: readOptions(plan).google_search === true ? SEARCHES[bound] : 0,
  }
  const image = imageTokensOf(plan)
  if (image === undefined) return facts
  return {
    ...facts,
    tokens: {
      textIn: textTokens(plan.prompt)[bound],
      imageIn: images.length * INPUT_IMAGE_TOKENS[bound],
      imageOut: n * image[bound],
      textOut: thinkingTokensOf(plan)[bound],
    },
  }
}
