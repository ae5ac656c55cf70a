import { type ArmName, type Context, sizeBucketOf } from '../core/acceptance/context.ts'
import { PRIOR_SIGMA } from '../core/acceptance/difficulty.ts'
import type { Sighting } from '../core/acceptance/evidence.ts'
import type { SeenPicture } from '../core/acceptance/evidence-note.ts'
import type { ArmBelief } from '../core/acceptance/knowledge.ts'
import { withDuration } from '../core/breaker/latency.ts'
import { type DriftState, nextDrift, noDrift } from '../core/pricebook/feed/drift.ts'
import type { Arm, Gate } from '../core/routing/arm.ts'
import { choosePlan } from '../core/routing/choose-plan.ts'
import { explorationLeft, noSpend, withDecision } from '../core/routing/exploration-budget.ts'
import { secondsOf } from '../core/routing/latency-sum.ts'
import { planSequences } from '../core/routing/plan-sequences.ts'
import { reachAfter } from '../core/routing/reach.ts'
import type { SequencePlans } from '../core/routing/sequence-plan.ts'
import { isOneSided, nextWarmth, noWarmth, type Warmth } from '../core/routing/warmth.ts'
import type { Instant } from '../core/time.ts'
import { LearningDesk } from '../gateway/learning-desk.ts'
import type {
  AttemptSeen,
  Observation,
  OfferCard,
  OfferView,
  PolicyDecision,
  PolicyMaker,
  PolicySetting,
  RequestView,
  VerdictSeen,
  WorldPolicy,
} from './policy.ts'

/** What a tier promises before anything was seen, and the pictures that the promise counts as. */
const PRIOR_MEAN = { budget: 0.57, standard: 0.73, premium: 0.77 } as const
const PRIOR_WEIGHT = 3
/** When the world begins, on the clock of decay. */
const WORLD_START: Instant = 1_772_323_200_000
/** Share of requests in which a refused picture is shown all the same, to learn about the gate. */
const AUDIT_SHARE = 0.015
const NANO = 1e9
/** Pictures of worlds have a megapixel. */
const SIZE = sizeBucketOf(1_000_000)

/** The gateway's own learning and planning, in a simulated world. */
export const learnedPolicy: PolicyMaker = (setting) => new Learned(setting)

/** A request under way, and what was made for it. */
interface Open {
  readonly context: Context
  readonly seen: Map<number, { readonly picture: SeenPicture; readonly sighting: Sighting }>
  readonly refused: number[]
  isAudit: boolean
  beliefs: ReadonlyMap<string, ArmBelief>
}

class Learned implements WorldPolicy {
  readonly #setting: PolicySetting
  readonly #desk: LearningDesk
  readonly #cards: ReadonlyMap<string, OfferCard>
  readonly #prices: BilledPrices = new BilledPrices()
  readonly #durations = new Map<string, readonly number[]>()
  /** Made of durations when a call ends: a decision asks for those of dozens of offers. */
  readonly #seconds = new Map<string, readonly number[]>()
  readonly #open = new Map<number, Open>()
  readonly #plans = new Map<string, SequencePlans>()
  readonly #warmth = new Map<string, Warmth>()
  #plansVersion = -1
  #spend = noSpend
  #checking = { cost: 0, seconds: 0 }

  constructor(setting: PolicySetting) {
    this.#setting = setting
    this.#cards = new Map(setting.offers.map((card) => [card.name, card]))
    for (const card of setting.offers) this.#took(card, [])
    const tiers = new Map(setting.offers.map(({ model, tier }) => [model, tier]))
    this.#desk = new LearningDesk({
      priorOf: (model) => ({
        mean: PRIOR_MEAN[tiers.get(model) ?? 'standard'],
        weight: PRIOR_WEIGHT,
      }),
    })
  }

  decide(request: RequestView): PolicyDecision {
    const open = this.#openFor(request)
    const plans = this.#plansFor(request, open)
    const { known } = plans
    // A share of spend, so the cost of bad pictures is left out.
    const knownNano = known.prospect.spend
    const mayExplore = this.#setting.given.isExploring !== false
    const chosen = choosePlan(plans, {
      ...explorationLeft(this.#spend, knownNano),
      ...(mayExplore ? {} : { leftNano: Number.NEGATIVE_INFINITY }),
      draw: this.#setting.draw(),
      isOneSided: isOneSided(this.#warmth.get(request.purpose) ?? noWarmth),
      // Of a gate that is known there is nothing to learn.
      ...(this.#setting.given.gate === undefined ? { lookNano: this.#checking.cost * NANO } : {}),
    })
    const { plan, extraNano } = chosen
    const isTrial = chosen.gate.reason === 'trial'
    const leastNano = Math.min(knownNano, plan.prospect.spend)
    this.#spend = withDecision(this.#spend, { knownNano: leastNano, extraNano })
    const names = plan.steps.map((step) => request.offers[step]?.card.name ?? '')
    const first = this.#cards.get(names[0] ?? '')?.provider ?? ''
    const warmth = this.#warmth.get(request.purpose) ?? noWarmth
    this.#warmth.set(request.purpose, nextWarmth(warmth, first))
    open.isAudit = isTrial || (names.length > 1 && this.#setting.draw() < AUDIT_SHARE)
    const losers = plan.losers.flatMap((reason, position) => {
      const name = request.offers[position]?.card.name
      return reason === undefined || name === undefined ? [] : [[name, reason] as const]
    })
    return {
      ...{ steps: names, isGated: plan.gate.isOn, isAudit: open.isAudit, isTrial },
      exploringExtra: extraNano / NANO,
      explanation: {
        chosen: chosen.isExploring ? 'promising, tried to learn' : 'cheapest for each accepted',
        losers: new Map(losers),
      },
    }
  }

  observe(seen: Observation): void {
    if (seen.kind === 'verdict') this.#hear(seen)
    else this.#see(seen)
    this.#desk.think(WORLD_START + seen.atSeconds * 1_000)
  }

  #openFor({ index, purpose, category }: RequestView): Open {
    const known = this.#open.get(index)
    if (known !== undefined) return known
    const context: Context = {
      ...{ purpose, category, size: SIZE },
      ...{ needsText: purpose === 'text', needsEdit: purpose === 'edit', isTransparent: false },
    }
    const open: Open = {
      ...{ context, seen: new Map(), refused: [], isAudit: false, beliefs: new Map() },
    }
    this.#open.set(index, open)
    return open
  }

  /** Plans change only with beliefs, prices and what is up; so they are kept until then. */
  #plansFor(request: RequestView, open: Open): SequencePlans {
    const { offers, attemptsLeft, floor, badCost } = request
    const names = offers.map(({ card }) => armName(card))
    const beliefs = this.#desk.beliefs(names, open.context)
    open.beliefs = new Map(
      offers.flatMap(({ card }, position) => {
        const belief = beliefs[position]
        return belief === undefined ? [] : [[card.name, belief] as const]
      }),
    )
    const isGiven = this.#setting.given.acceptance !== undefined
    if (this.#plansVersion !== this.#desk.version || isGiven) this.#plans.clear()
    this.#plansVersion = this.#desk.version
    const prices = offers.map((offer) => this.#prices.of(offer))
    const key = [
      ...[request.purpose, request.category, attemptsLeft, open.refused.join()],
      ...offers.map(({ card }, position) => `${card.name}=${prices[position]}`),
    ].join('\n')
    const known = this.#plans.get(key)
    if (known !== undefined) return known
    const { given, secondPrice } = this.#setting
    const plans = planSequences({
      arms: offers.map(
        (offer, position): Arm => ({
          ...{ name: offer.card.name, offer: offer.card.model, provider: offer.card.provider },
          cost: { priceNano: BigInt(Math.round((prices[position] ?? 0) * NANO)) },
          belief: this.#beliefIn(offer, request, beliefs[position]),
          optimism: beliefs[position]?.optimism,
          seconds: this.#seconds.get(offer.card.name) ?? [],
        }),
      ),
      gate: this.#gate(open.context),
      wishes: {
        ...{ floor },
        aim: given.hasFloorController === false ? floor : this.#desk.aim(floor, open.context),
        ...{ badNano: badCost * NANO, secondNano: secondPrice * NANO },
        ...{ isCritical: false, moneyPrice: 0 },
      },
      ...{ sigma: this.#sigma(), attempts: attemptsLeft, refused: open.refused },
      seen: beliefs[0]?.kindPictures ?? 0,
    })
    this.#plans.set(key, plans)
    return plans
  }

  #beliefIn({ card }: OfferView, request: RequestView, learned: ArmBelief | undefined) {
    const mean = this.#setting.given.acceptance?.(card.name, request)
    return mean === undefined
      ? (learned?.belief ?? { mean: PRIOR_MEAN[card.tier], weight: PRIOR_WEIGHT })
      : { mean, weight: 1e9 }
  }

  #gate(context: Context): Gate {
    const given = this.#setting.given.gate
    const { cost, seconds } = given ?? this.#checking
    const rates = given ?? this.#desk.instruments(context.purpose).gate
    const { passGood, passBad } = rates
    return { passGood, passBad, seconds, costNano: BigInt(Math.round(cost * NANO)) }
  }

  #took({ name, typicalSeconds }: OfferCard, durations: readonly number[]): void {
    this.#durations.set(name, durations)
    this.#seconds.set(name, secondsOf(durations, typicalSeconds))
  }

  #sigma(): number {
    return this.#setting.given.sigma ?? PRIOR_SIGMA
  }

  #see(seen: AttemptSeen): void {
    const open = this.#open.get(seen.requestIndex)
    const card = this.#cards.get(seen.offer)
    if (open === undefined || card === undefined || seen.error !== undefined) return
    this.#took(card, withDuration(this.#durations.get(seen.offer) ?? [], seen.seconds))
    this.#prices.billed(seen)
    if (seen.gate !== undefined) this.#checking = { ...seen.gate }
    const share = open.beliefs.get(seen.offer)?.belief.mean ?? PRIOR_MEAN[card.tier]
    const picture: SeenPicture = {
      ...{ arm: armName(card), context: open.context, at: WORLD_START + seen.atSeconds * 1_000 },
      reach: reachAfter(open.refused, share, this.#sigma(), this.#gate(open.context)),
    }
    const verdict = seen.gate === undefined ? undefined : seen.gate.hasPassed ? 'pass' : 'fail'
    const isShown = verdict !== 'fail' || open.isAudit
    const sighting: Sighting = { ...(verdict === undefined ? {} : { verdict }), isShown }
    this.#desk.note(picture, sighting)
    if (isShown) open.seen.set(seen.call, { picture, sighting })
    else open.refused.push(share)
  }

  #hear({ requestIndex, call, isAccepted }: VerdictSeen): void {
    const known = this.#open.get(requestIndex)?.seen.get(call)
    if (known === undefined) return
    const fate = isAccepted ? ('accept' as const) : ('reject' as const)
    const after = { ...known.sighting, outcome: { fate, weight: 1 } }
    this.#desk.note(known.picture, after, known.sighting)
    this.#open.delete(requestIndex)
  }
}

const armName = ({ model, steps }: OfferCard): ArmName =>
  steps === undefined ? { model, tier: '' } : { model, tier: '', steps }

/** Prices as they are billed, where bills have shown that the list is wrong. */
class BilledPrices {
  readonly #drifts = new Map<string, DriftState>()
  readonly #listed = new Map<string, number>()
  /** Billed over listed, while the list stays as it was. */
  readonly #factors = new Map<string, number>()

  /** Today's price of an offer, as far as is known. */
  of({ card, price }: OfferView): number {
    if (this.#listed.get(card.name) !== price) {
      this.#listed.set(card.name, price)
      this.#factors.delete(card.name)
      this.#drifts.delete(card.name)
    }
    return price * (this.#factors.get(card.name) ?? 1)
  }

  billed({ offer, billed, atSeconds }: AttemptSeen): void {
    const listed = this.#listed.get(offer)
    if (listed === undefined || listed <= 0) return
    const expected = listed * (this.#factors.get(offer) ?? 1)
    const drift = nextDrift(this.#drifts.get(offer) ?? noDrift, {
      billedNano: BigInt(Math.round(billed * NANO)),
      expectedNano: BigInt(Math.round(expected * NANO)),
      at: WORLD_START + atSeconds * 1_000,
    })
    this.#drifts.set(offer, drift.alarmedAt === null ? drift : noDrift)
    if (drift.alarmedAt !== null) this.#factors.set(offer, billed / listed)
  }
}
