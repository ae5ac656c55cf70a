import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import type { Model } from '../../core/catalog/model.ts'
import { isObject } from '../../core/json.ts'
import type { Usage } from '../../core/pricing/usage.ts'
import { exactUsage } from '../shared/exact-estimate.ts'

/** The size that observed costs are taken to be of. */
const BASE_PIXELS = 1_024 * 1_024
/** And that of enlargements: such a picture, twice as wide and high. */
const ENLARGED_PIXELS = 4 * BASE_PIXELS
/** Digits after the point that are kept: nano-dollars. */
const DIGITS = 9

/** What one picture of a model was seen to cost, in dollars (`wire.observed_usd`). */
function observedOf({ wire }: Model): Readonly<Record<'least' | 'usual' | 'most', number>> {
  const { least, usual, most } = isObject(wire.observed_usd) ? wire.observed_usd : {}
  return { least: Number(least), usual: Number(usual), most: Number(most) }
}

/**
 * What a call can cost. Runware bills compute time at rates that it does not publish, so the range
 * is what was observed, with the usual cost in proportion to pixels and steps. A credit of the
 * book is a dollar.
 */
export function estimate(plan: CallPlan): UsageEstimate {
  const { model, n, settings, operation } = plan
  const { width, height } = settings.size ?? plan.expectedSize
  const usualSteps = model.steps?.default ?? 1
  const steps = settings.steps ?? usualSteps
  const basePixels = operation === 'upscale' ? ENLARGED_PIXELS : BASE_PIXELS
  const effort = ((width * height) / basePixels) * (steps / usualSteps)
  const { least, usual, most } = observedOf(model)
  const at = (dollars: number): Usage =>
    exactUsage(plan, { width, height, steps, credits: Number((n * dollars).toFixed(DIGITS)) })
  return {
    low: at(least * Math.min(1, effort)),
    expected: at(usual * effort),
    high: at(most * Math.max(1, effort)),
  }
}
