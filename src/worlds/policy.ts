/** How dear and good a model is said to be. */
export type Tier = 'budget' | 'standard' | 'premium'

/** How a provider that is down answers. */
export type OutageMode = '5xx' | '429' | 'timeout'

/** What a gateway knows of an offer from its catalogue. */
export interface OfferCard {
  readonly name: string
  readonly model: string
  readonly provider: string
  readonly tier: Tier
  /** Median seconds, as published. */
  readonly typicalSeconds: number
  /** Undefined where steps cannot be set. */
  readonly steps: number | undefined
  readonly usualSteps: number | undefined
}

/** A request as a gateway sees it at the moment of its decision. */
export interface RequestView {
  readonly index: number
  /** Seconds since the start of the world. */
  readonly atSeconds: number
  readonly purpose: string
  readonly category: string
  readonly floor: number
  readonly badCost: number
  /** Offers that can do it and whose provider is not known to be down, with today's list price. */
  readonly offers: readonly OfferView[]
  /** Pictures that may still be made, at most three. */
  readonly attemptsLeft: number
  /** Offers whose picture the gate has refused in this request. */
  readonly refused: readonly string[]
}

/** An offer at its price in the price feed, in dollars for one picture. */
export interface OfferView {
  readonly card: OfferCard
  readonly price: number
}

/** What a policy wants tried, and why. */
export interface PolicyDecision {
  /** Names of offers in order, at most `attemptsLeft`. The last one's picture is not checked. */
  readonly steps: readonly string[]
  /** Whether pictures are checked; otherwise the first one made is delivered. */
  readonly isGated: boolean
  /**
   * The first picture that the gate refuses is delivered all the same, so that its verdict tells
   * how often the gate refuses good ones.
   */
  readonly isAudit?: boolean
  /** A gate that is off looks at the picture all the same, and refuses nothing. */
  readonly isTrial?: boolean
  /** Dollars expected beyond the best plan known; above 0 the decision explores. */
  readonly exploringExtra: number
  readonly explanation: PolicyExplanation
}

/** A decision counts as explained when every offer of the view is a step or has a reason. */
export interface PolicyExplanation {
  readonly chosen: string
  readonly losers: ReadonlyMap<string, string>
}

/** One call to an offer and what came of it. */
export interface AttemptSeen {
  readonly kind: 'attempt'
  readonly requestIndex: number
  /** Counts the calls of one request from 0. */
  readonly call: number
  readonly offer: string
  readonly atSeconds: number
  readonly seconds: number
  /** Dollars on the bill. */
  readonly billed: number
  /** Undefined when a picture was made. */
  readonly error: OutageMode | undefined
  /** Undefined when the picture was not checked. */
  readonly gate:
    | { readonly hasPassed: boolean; readonly cost: number; readonly seconds: number }
    | undefined
}

/** A verdict on a delivered picture, hours later and not always right. */
export interface VerdictSeen {
  readonly kind: 'verdict'
  readonly requestIndex: number
  readonly call: number
  readonly offer: string
  readonly atSeconds: number
  readonly isAccepted: boolean
}

/** All that a policy ever learns from: what a real gateway would have seen. */
export type Observation = AttemptSeen | VerdictSeen

/** A way to choose offers. */
export interface WorldPolicy {
  decide(request: RequestView): PolicyDecision
  observe(observation: Observation): void
}

/** What a policy is started with. */
export interface PolicySetting {
  readonly offers: readonly OfferCard[]
  /** Price of a second of the caller's waiting, in dollars. */
  readonly secondPrice: number
  /** Numbers from 0 (inclusive) to 1 (exclusive), the same for the same seed. */
  readonly draw: () => number
  /** Truths that replace what would be learned; only `--decompose` gives them. */
  readonly given: Given
}

/**
 * Truths in place of estimates, to find out what a lack of knowledge costs. A policy that learns
 * uses each one that is there instead of its own estimate; all others ignore them.
 */
export interface Given {
  /** Mean acceptance of an offer now, over all difficulties. */
  readonly acceptance?: (offer: string, request: RequestView) => number
  /** Spread of difficulty in log-odds. */
  readonly sigma?: number
  readonly gate?: {
    readonly passGood: number
    readonly passBad: number
    readonly cost: number
    readonly seconds: number
  }
  /** False: the best plan known is always taken. */
  readonly isExploring?: boolean
  /** False: plans are made for the purpose's own floor, whatever came of earlier ones. */
  readonly hasFloorController?: boolean
}

/** Starts a policy for one run. */
export type PolicyMaker = (setting: PolicySetting) => WorldPolicy
