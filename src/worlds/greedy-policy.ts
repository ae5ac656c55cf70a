import { bestSequence, type CheckRates, type Choice } from './best-sequence.ts'
import { difficultyNodes, sigmoid } from './difficulty.ts'
import { atUsualSteps } from './fixed-policy.ts'
import type {
  Observation,
  OfferView,
  PolicyDecision,
  PolicyMaker,
  PolicySetting,
  RequestView,
  WorldPolicy,
} from './policy.ts'

/** What a tier promises, and the pictures that the promise counts as. */
const PRIOR_MEAN = { budget: 0.57, standard: 0.73, premium: 0.77 } as const
const PRIOR_WEIGHT = 3
/** Assumed for good: greedy learns the means of acceptance and nothing else. */
const ASSUMED = { sigma: 0.8, passGood: 0.9, passBad: 0.2 }
/** Verdicts of a context after which it plans anew. */
const REPLAN_AFTER = 10

/** A baseline that plans by the means of the verdicts so far and never explores. */
export const greedyPolicy: PolicyMaker = (setting) => new Greedy(setting)

interface Mean {
  accepted: number
  count: number
}

/** What is known of one context. */
interface Known {
  readonly means: Map<string, Mean>
  readonly plans: Map<string, PolicyDecision>
  news: number
}

class Greedy implements WorldPolicy {
  readonly #setting: PolicySetting
  readonly #known = new Map<string, Known>()
  readonly #contexts = new Map<number, Known>()
  readonly #nodes: ReturnType<typeof difficultyNodes>
  readonly #sigma: number
  #gate: CheckRates

  constructor(setting: PolicySetting) {
    this.#setting = setting
    const { gate, sigma } = setting.given
    this.#sigma = sigma ?? ASSUMED.sigma
    this.#nodes = difficultyNodes(this.#sigma)
    this.#gate =
      gate === undefined
        ? { ...ASSUMED, cost: 0 }
        : { ...gate, cost: gate.cost + gate.seconds * setting.secondPrice }
  }

  decide(request: RequestView): PolicyDecision {
    const known = this.#knownOf(request)
    this.#contexts.set(request.index, known)
    if (known.news >= REPLAN_AFTER) {
      known.plans.clear()
      known.news = 0
    }
    const prices = request.offers.map(({ card, price }) => `${card.name}=${price}`).join()
    const key = `${request.attemptsLeft} ${prices}`
    const plan = known.plans.get(key) ?? this.#plan(request, known)
    // Given truths change with the world, which no price tells.
    if (this.#setting.given.acceptance === undefined) known.plans.set(key, plan)
    return plan
  }

  observe(seen: Observation): void {
    if (seen.kind === 'attempt') {
      if (seen.gate !== undefined && this.#setting.given.gate === undefined) {
        const { cost, seconds } = seen.gate
        this.#gate = { ...this.#gate, cost: cost + seconds * this.#setting.secondPrice }
      }
      return
    }
    const known = this.#contexts.get(seen.requestIndex)
    if (known === undefined) return
    const mean = known.means.get(seen.offer) ?? { accepted: 0, count: 0 }
    mean.count += 1
    if (seen.isAccepted) mean.accepted += 1
    known.means.set(seen.offer, mean)
    known.news += 1
  }

  #knownOf({ purpose, category }: RequestView): Known {
    const key = `${purpose}/${category}`
    const known = this.#known.get(key) ?? { means: new Map(), plans: new Map(), news: 0 }
    this.#known.set(key, known)
    return known
  }

  #plan(request: RequestView, known: Known): PolicyDecision {
    const usual = atUsualSteps(request.offers)
    const offers = usual.length > 0 ? usual : request.offers
    const best = bestSequence(
      offers.map((offer) => this.#choice(offer, request, known)),
      {
        ...{ mass: this.#nodes.mass, gate: this.#gate, attempts: request.attemptsLeft },
        ...{ floor: request.floor, badCost: request.badCost },
      },
    )
    const steps = (best?.steps ?? [0]).map((position) => offers[position]?.card.name ?? '')
    return {
      ...{ steps, isGated: true, exploringExtra: 0 },
      explanation: {
        chosen: 'the cheapest sequence for each accepted picture by the means so far',
        losers: new Map(
          request.offers.map(({ card }) => [card.name, 'part of no cheaper sequence']),
        ),
      },
    }
  }

  #choice({ card, price }: OfferView, request: RequestView, { means }: Known): Choice {
    const { accepted, count } = means.get(card.name) ?? { accepted: 0, count: 0 }
    const learned = (accepted + PRIOR_WEIGHT * PRIOR_MEAN[card.tier]) / (count + PRIOR_WEIGHT)
    const mean = this.#setting.given.acceptance?.(card.name, request) ?? learned
    const inside = Math.min(0.999, Math.max(0.001, mean))
    // The usual approximation of the logistic curve by the normal one.
    const level = Math.log(inside / (1 - inside)) * Math.sqrt(1 + (Math.PI * this.#sigma ** 2) / 8)
    return {
      cost: price + card.typicalSeconds * this.#setting.secondPrice,
      chances: this.#nodes.at.map((difficulty) => sigmoid(level - difficulty)),
    }
  }
}
