import { sigmoid } from './difficulty.ts'
import { type Luck, nameKey } from './luck.ts'
import type { OutageMode } from './policy.ts'
import type { Regime } from './regime.ts'
import type { WorldRequest } from './requests.ts'
import { secondsOf, stepFactor, type World, type WorldOffer } from './world.ts'

/** A call as it really went. */
export type Outcome =
  | { readonly error: OutageMode; readonly seconds: number }
  | {
      readonly error?: undefined
      readonly seconds: number
      /** Hidden: whether the picture is worth keeping. */
      readonly isGood: boolean
      readonly wouldPass: boolean
    }

/**
 * Seconds until a call has failed. A server that is down answers at once; a call without an answer
 * is given up after the gateway's own limit for synchronous calls.
 */
const ERROR_SECONDS: Readonly<Record<OutageMode, number>> = { '5xx': 1, '429': 0.3, timeout: 300 }

/** One call, and how the picture turns out. */
export interface Call {
  readonly request: WorldRequest
  readonly offer: WorldOffer
  readonly regime: Regime
  /** Calls and pictures of this request before. */
  readonly calls: number
  readonly pictures: number
}

/**
 * Plays one call. Luck is keyed by request, attempt and model alone: an offer with fewer steps
 * meets the same luck as the whole one, and what went before changes nothing.
 */
export function play(world: World, luck: Luck, call: Call): Outcome {
  const { request, offer, regime, calls, pictures } = call
  const model = nameKey(offer.model)
  const down = regime.down.get(offer.provider)
  if (down !== undefined) return { error: down, seconds: ERROR_SECONDS[down] }
  const errorShare = regime.errorShares.get(offer.provider) ?? 0
  if (luck.unit('error', request.index, calls, model) < errorShare) {
    return { error: '5xx', seconds: ERROR_SECONDS['5xx'] }
  }
  const context = world.contexts[request.context]
  const ability = context?.abilities.get(offer.model)
  if (context === undefined || ability === undefined) {
    throw new RangeError(`${offer.name} cannot make what request ${request.index} asks for`)
  }
  const key = [request.index, pictures, model] as const
  const level = ability + (regime.changes.get(offer.model) ?? 0) - request.difficulty
  const isGood = luck.unit('good', ...key) < sigmoid(level) * stepFactor(offer, context)
  const isStalled = luck.unit('stall', ...key) < offer.latency.stallShare
  return {
    seconds: secondsOf(offer.latency, luck.normal('latency', ...key), isStalled),
    isGood,
    wouldPass: luck.unit('gate', ...key) < (isGood ? world.gate.passGood : world.gate.passBad),
  }
}

/** Spread of the delay of verdicts around their median, in logarithms; invented. */
const DELAY_SIGMA = 1

/** What somebody will say of a delivered picture and when; undefined for nothing. */
export function verdictOn(
  { feedback }: World,
  luck: Luck,
  { request, offer, pictures }: Call,
  isGood: boolean,
): { readonly isAccepted: boolean; readonly afterHours: number } | undefined {
  const key = [request.index, pictures, nameKey(offer.model)] as const
  const rate = feedback.rate * (isGood ? 1 : feedback.badBias)
  if (luck.unit('report', ...key) >= rate) return undefined
  const isRight =
    luck.unit('rater', ...key) < (isGood ? feedback.sensitivity : feedback.specificity)
  const delay = Math.exp(DELAY_SIGMA * luck.normal('delay', ...key))
  return { isAccepted: isGood === isRight, afterHours: feedback.delayHoursMedian * delay }
}
