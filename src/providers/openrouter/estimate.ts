import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import type { Usage } from '../../core/pricing/usage.ts'
import type { InputImage } from '../../core/request/image-request.ts'
import { textTokens } from '../shared/text-tokens.ts'
import { factsOf } from './facts.ts'
import { readOptions } from './options.ts'
import { imageTokensOf, inputTokensOf, thinkingTokensOf } from './tokens.ts'

/** Pixels of a megapixel as Black Forest Labs counts them. */
const MEGAPIXEL = 2 ** 20
/** Whole megapixels of each class; the edges that a supplier chooses never add to one. */
const MEGAPIXELS: { readonly [resolution: string]: number } = { '1k': 1, '2k': 4, '4k': 16 }

/**
 * What a call can use. Its answer says what it cost, so this is what is held and compared. A model
 * paid by tokens without a known count has none at all: pricing then refuses.
 */
export const estimate = (plan: CallPlan): UsageEstimate => ({
  low: usageAt('low', plan),
  expected: usageAt('expected', plan),
  high: usageAt('high', plan),
})

function usageAt(bound: keyof UsageEstimate, plan: CallPlan): Usage {
  const { n, expectedSize, settings, operation, images, model } = plan
  const { quality, resolution, size } = settings
  const fonts = readOptions(plan).passthrough?.font_inputs
  const facts: Usage = {
    images: n,
    ...expectedSize,
    operation,
    ...(quality === undefined ? {} : { quality }),
    ...(resolution === undefined ? {} : { resolution }),
    ...(size === undefined ? { outputMegapixels: MEGAPIXELS[resolution ?? '1k'] ?? 1 } : {}),
    inputMegapixels: images.reduce((sum, image) => sum + megapixelsOf(image), 0),
    references: images.length,
    fonts: Array.isArray(fonts) ? fonts.length : 0,
  }
  if (factsOf(model).tokens === undefined) return facts
  const image = imageTokensOf(plan)
  if (image === undefined) return facts
  return {
    ...facts,
    tokens: {
      textIn: textTokens(plan.prompt)[bound],
      imageIn: images.length * inputTokensOf(plan)[bound],
      imageOut: image[bound],
      textOut: thinkingTokensOf(plan)[bound],
    },
  }
}

const megapixelsOf = ({ width, height }: InputImage): number =>
  Math.max(1, Math.ceil((width * height) / MEGAPIXEL))
