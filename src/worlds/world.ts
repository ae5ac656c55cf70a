import type { OutageMode, Tier } from './policy.ts'

/**
 * A simulated world: what is asked for, what it is worth, and everything a gateway cannot see.
 * Dollars are floating-point here, as in forecasts: a simulation settles nothing.
 */
export interface World {
  readonly id: string
  /** What kind of shocks it has, such as `stationary` or `price`. */
  readonly kind: string
  readonly days: number
  readonly requests: number
  /** Price of a second of the caller's waiting, in dollars. */
  readonly secondPrice: number
  readonly offers: readonly WorldOffer[]
  readonly contexts: readonly WorldContext[]
  /** By time. */
  readonly events: readonly WorldEvent[]
  /** Hidden: spread of the difficulty of requests, in log-odds. */
  readonly sigma: number
  /** Hidden: how well pictures are checked. */
  readonly gate: WorldGate
  /** Hidden: who tells what became of a picture, and when. */
  readonly feedback: WorldFeedback
  readonly duplicates: WorldDuplicates
  readonly traffic: WorldTraffic
}

/** One way to make a picture: a model, at a step count where steps can be set. */
export interface WorldOffer {
  /** The model, with `@steps` where they differ from what is usual. */
  readonly name: string
  readonly model: string
  readonly provider: string
  readonly tier: Tier
  /** Dollars for one picture before any event. */
  readonly price: number
  readonly latency: WorldLatency
  /** Undefined where steps cannot be set. */
  readonly steps: number | undefined
  /** The step count that the model is usually run at. */
  readonly usualSteps: number | undefined
  /** Hidden: what fewer steps cost in acceptance. */
  readonly stepLoss: StepLoss | undefined
}

/** Lognormal seconds; a share of the calls stalls and takes ten times as long. */
export interface WorldLatency {
  readonly median: number
  readonly sigma: number
  readonly stallShare: number
}

/** Acceptance is multiplied by `1 − drop · factor · exp(−steps / scale)`. */
export interface StepLoss {
  readonly drop: number
  readonly scale: number
  /** The factor for people, textured and glass; 1 for all others. */
  readonly complexFactor: number
}

/** What is asked for, how often, and how well it must turn out. */
export interface WorldContext {
  readonly purpose: string
  readonly category: string
  readonly share: number
  /** Share of requests that must end in an accepted picture. */
  readonly floor: number
  /** Dollars lost by delivering a bad picture. */
  readonly badCost: number
  /** Hidden: ability of each model in log-odds; one that cannot do it is not there. */
  readonly abilities: ReadonlyMap<string, number>
}

/** `passGood` and `passBad`: how often good and bad pictures pass. Cost and seconds of a check. */
export interface WorldGate {
  readonly passGood: number
  readonly passBad: number
  readonly cost: number
  readonly seconds: number
}

/** Verdicts of people: how many come, how late, how right, and which are kept back. */
export interface WorldFeedback {
  /** Share of good pictures that get a verdict. */
  readonly rate: number
  readonly delayHoursMedian: number
  readonly sensitivity: number
  readonly specificity: number
  /** How many times likelier a bad picture is reported than a good one. */
  readonly badBias: number
}

/** Repeated prompts, for runs with a cache. */
export interface WorldDuplicates {
  readonly exactShare: number
  readonly semanticShare: number
  readonly nearShare: number
  readonly keptHours: number
  /** Exponent of popularity: the higher, the more repeats go to few prompts. */
  readonly zipf: number
}

/** How unevenly requests arrive, for runs with bursts. */
export interface WorldTraffic {
  readonly burstsPerMonth: number
  readonly burstFactor: number
  readonly burstHours: readonly [number, number]
  readonly growthSigma: number
}

/** Something that changes, at an hour since the start. */
export type WorldEvent = { readonly atHours: number } & (
  | {
      readonly kind: 'price'
      readonly model: string
      readonly factor: number
      /** In the price feed; otherwise only the bill tells. */
      readonly isAnnounced: boolean
    }
  | { readonly kind: 'silent_quality'; readonly model: string; readonly change: number }
  | {
      readonly kind: 'outage'
      readonly provider: string
      readonly hours: number
      readonly mode: OutageMode
    }
  | {
      readonly kind: 'brownout'
      readonly provider: string
      readonly hours: number
      readonly errorShare: number
    }
)

const COMPLEX = new Set(['people', 'textured', 'glass'])

/** What is left of an offer's acceptance at its step count. */
export function stepFactor({ steps, stepLoss }: WorldOffer, { category }: WorldContext): number {
  if (steps === undefined || stepLoss === undefined) return 1
  const { drop, scale, complexFactor } = stepLoss
  const factor = COMPLEX.has(category) ? complexFactor : 1
  return Math.max(0, 1 - drop * factor * Math.exp(-steps / scale))
}

const STALL_FACTOR = 10

/** Mean seconds of a call, stalls included. */
export const meanSeconds = ({ median, sigma, stallShare }: WorldLatency): number =>
  median * Math.exp(sigma ** 2 / 2) * (1 + (STALL_FACTOR - 1) * stallShare)

/** Seconds of one call, by a standard normal number and whether it stalls. */
export const secondsOf = (
  { median, sigma }: WorldLatency,
  normal: number,
  isStalled: boolean,
): number => median * Math.exp(sigma * normal) * (isStalled ? STALL_FACTOR : 1)
