import type { CallPlan, UsageEstimate } from '../core/catalog/call-plan.ts'
import { withOperationUsage } from '../core/catalog/operation-usage.ts'
import { megapixelsOf } from '../core/pricing/megapixels.ts'
import type { Usage } from '../core/pricing/usage.ts'
import type { Quality } from '../core/request/image-request.ts'
import type { Estimator } from '../core/routing/quote-offer.ts'

/** A model is expected to take between half and all of its limit; the limit is what is certain. */
const LEAST_SHARE_OF_SECONDS = 0.5

/**
 * What a call uses as far as the request itself says: no adapter knows more of this model. Tokens
 * stay unknown, so a price by the token is refused unless whoever asks gives their number.
 */
export const plainEstimator = (given: Partial<Usage>): Estimator =>
  withUsage(
    {
      checkOptions: () => undefined,
      estimate: (plan) => withOperationUsage(estimatePlainly(plan), plan),
      isSimulated: false,
    },
    given,
  )

/** An estimator whose estimate gives way to what is known. */
export function withUsage(
  { checkOptions, estimate, isSimulated }: Estimator,
  given: Partial<Usage>,
): Estimator {
  if (Object.keys(given).length === 0) return { checkOptions, estimate, isSimulated }
  const known = (usage: Usage): Usage => ({
    ...usage,
    ...given,
    ...(given.tokens === undefined ? {} : { tokens: { ...usage.tokens, ...given.tokens } }),
  })
  return {
    checkOptions,
    isSimulated,
    estimate: (plan) => {
      const { low, expected, high } = estimate(plan)
      return { low: known(low), expected: known(expected), high: known(high) }
    },
  }
}

function estimatePlainly(plan: CallPlan): UsageEstimate {
  const { model, settings, expectedSize, images } = plan
  const { width, height } = expectedSize
  const steps = settings.steps ?? model.steps?.default
  const inputMegapixels = images.reduce((sum, image) => sum + Number(megapixelsOf(image, {})), 0)
  const usage = (each: number, quality: Quality | undefined): Usage => ({
    images: plan.n,
    width,
    height,
    size: `${width}x${height}`,
    ...(quality === undefined ? {} : { quality }),
    ...(steps === undefined || steps === 0 ? {} : { steps }),
    operation: plan.operation,
    inputMegapixels,
    references: images.length,
    controlnets: plan.operation === 'control' ? 1 : 0,
    loras: 0,
    fonts: 0,
    searches: 0,
    startupSeconds: 0,
    utilisation: 1,
    predictSeconds: each * plan.n,
  })
  const { low, expected, high } = qualitiesOf(plan)
  return {
    low: usage(model.typicalSeconds * LEAST_SHARE_OF_SECONDS, low),
    expected: usage(model.typicalSeconds, expected),
    high: usage(model.timeoutMs / 1000, high),
  }
}

/** Where nobody says a quality the provider chooses, so the range spans what it may choose. */
function qualitiesOf({ settings: { quality }, model: { qualities } }: CallPlan) {
  if (quality !== undefined) return { low: quality, expected: quality, high: quality }
  const usual = qualities.includes('medium') ? 'medium' : qualities[0]
  return { low: qualities[0], expected: usual, high: qualities.at(-1) }
}
