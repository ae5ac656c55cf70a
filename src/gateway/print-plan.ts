import type { JsonObject } from '../core/json.ts'
import { dollarsFromNano } from '../core/money.ts'
import type { Size } from '../core/request/image-request.ts'
import type { DraftComparison } from '../core/routing/draft-refine.ts'
import type {
  BelievedOffer,
  DraftPart,
  EnlargingPart,
  ExplainedOffer,
  Plan,
  PreviewPart,
} from '../core/routing/plan.ts'
import type { GateChoice } from '../core/routing/sequence-plan.ts'
import { printPriceSource, printWaiting } from './print-quote.ts'

/**
 * The plan as a receipt keeps it. Of offers far behind only the reason: their rows would be half of
 * what the database holds.
 */
export function printStoredPlan(plan: Plan): JsonObject {
  const isBelieved = plan.decision !== undefined
  const far = plan.explanation.filter((offer) => isBelieved && isFar(offer))
  const explanation = plan.explanation.filter((offer) => !far.includes(offer))
  const others = Map.groupBy(far, ({ role }) => role)
  return {
    ...printPlan({ ...plan, explanation }),
    ...(far.length === 0 ? {} : { others: Object.fromEntries([...others].map(named)) }),
  }
}

const isFar = ({ step, believed, expectedNano }: ExplainedOffer): boolean =>
  step === undefined && believed === undefined && expectedNano !== undefined

const named = ([role, offers]: [string, readonly ExplainedOffer[]]): [string, string[]] => [
  role,
  offers.map(({ offer }) => offer),
]

/** The plan as it is answered: dollars, not nano-dollars. */
export const printPlan = (plan: Plan): JsonObject => ({
  strategy: plan.strategy,
  hold: dollarsFromNano(plan.holdNano),
  ...(plan.comparison === undefined ? {} : { drafts: printDrafts(plan.comparison, plan.drafts) }),
  ...(plan.preview === undefined ? {} : { preview: printPreviewPart(plan.preview) }),
  ...(plan.enlarging === undefined ? {} : { upscale: printEnlarging(plan.enlarging) }),
  ...(plan.experiment === undefined ? {} : { experiment: { ...plan.experiment } }),
  offers: plan.explanation.map(printOffer),
  ...printDecision(plan),
})

/**
 * Both baselines beside what drafts and refining are expected to cost: dear pictures made all at
 * once, and one by one. Who made the drafts is said where the plan has them.
 */
export const printDrafts = (compared: DraftComparison, made?: DraftPart): JsonObject => ({
  ...(made && { offer: made.step.offer, price: printPriceSource(made.step.row, made.step.origin) }),
  count: compared.count,
  expected_cost: expectedDollars(compared.draftsNano),
  with_refining: expectedDollars(compared.prospect.costNano),
  all_at_once: expectedDollars(compared.prospect.blindNano),
  one_by_one: expectedDollars(compared.prospect.oneByOneNano),
  one_by_one_accepted: rounded(compared.alone.belief.mean),
  least_refined_accepted: rounded(compared.prospect.leastRefineChance),
  is_worth_it: compared.prospect.isWorthIt,
  basis: basisOf(compared.alone),
  estimated: true,
})

const printPreviewPart = ({ step, share }: PreviewPart): JsonObject => ({
  offer: step.offer,
  size: printSize(step.fit.expectedSize),
  expected_cost: dollarsFromNano(step.quote.expectedNano),
  share: rounded(share),
  price: printPriceSource(step.row, step.origin),
})

const printSize = ({ width, height }: Size): string => `${width}x${height}`

const printEnlarging = ({ small, upscaler, ...part }: EnlargingPart): JsonObject => ({
  ...{ offer: small.offer, upscaler: upscaler.offer, scale: part.scale },
  size: printSize(small.fit.expectedSize),
  input: part.input && printSize(part.input),
  expected_cost: dollarsFromNano(small.quote.expectedNano + upscaler.quote.expectedNano),
  acceptance: rounded(part.acceptance),
  price: printPriceSource(small.row, small.origin),
  upscaler_price: printPriceSource(upscaler.row, upscaler.origin),
})

/** One row of an explanation. */
export const printOffer = (offer: ExplainedOffer): JsonObject => ({
  offer: offer.offer,
  step: offer.step,
  expected_cost: dollars(offer.expectedNano),
  low_cost: dollars(offer.lowNano),
  high_cost: dollars(offer.highNano),
  price: printPriceOf(offer),
  load_s: offer.loadSeconds,
  gated: offer.isGated,
  ...printWaiting(offer.waiting),
  ...printBelieved(offer.believed),
  role: offer.role,
  reason: offer.reason,
})

/** Where its price came from; of those that are far behind layer and dates alone. */
function printPriceOf(offer: ExplainedOffer): JsonObject | undefined {
  const { row, origin } = offer
  if (row === undefined || origin === undefined) return undefined
  return isFar(offer)
    ? { layer: origin.layer, valid_from: row.valid_from, read_at: row.source.read_at }
    : printPriceSource(row, origin)
}

const dollars = (nano: bigint | undefined): string | undefined =>
  nano === undefined ? undefined : dollarsFromNano(nano)

/** Whether outcomes stand behind a belief, or a tier's promise alone. */
const basisOf = (known: Pick<BelievedOffer, 'ownOutcomes' | 'inheritedOutcomes'>): string =>
  known.ownOutcomes + known.inheritedOutcomes < 0.5 ? 'prior' : 'outcomes'

/** What is believed of an offer; a share without outcomes behind it is said to be a prior. */
function printBelieved(believed: BelievedOffer | undefined): JsonObject {
  if (believed === undefined) return {}
  const { acceptance, interval, ownOutcomes, inheritedOutcomes } = believed
  return {
    variant: believed.variant,
    acceptance: {
      mean: rounded(acceptance),
      low: rounded(interval[0]),
      high: rounded(interval[1]),
      own: Math.round(ownOutcomes),
      inherited: Math.round(Math.max(0, inheritedOutcomes)),
      basis: basisOf(believed),
    },
    per_accepted: expectedDollars(believed.perAcceptedNano),
    per_accepted_with_bad: expectedDollars(believed.burdenNano),
    p95_s: rounded(believed.p95Seconds),
  }
}

function printDecision({ decision, gate }: Plan): JsonObject {
  if (decision === undefined) return {}
  const { floor } = decision
  return {
    gate: gate && printGate(gate),
    decision: {
      exploring: decision.isExploring,
      propensity: decision.propensity,
      accepted: rounded(decision.accepted),
      spend: expectedDollars(decision.spendNano),
      per_accepted: expectedDollars(decision.perAcceptedNano),
      known_cost: expectedDollars(decision.knownNano),
      extra_cost: expectedDollars(decision.extraNano),
      p95_s: rounded(decision.p95Seconds),
      ...printMoneyPrice(decision.log.wishes.money_price),
      floor: {
        asked: floor.asked,
        effective: rounded(floor.effective),
        reachable: floor.isReachable,
      },
      plans: decision.plans.map(({ plan, propensity, spendNano, accepted }) => ({
        ...{ plan, propensity },
        expected_cost: expectedDollars(spendNano),
        expected_acceptance: rounded(accepted),
      })),
      log: decision.log as unknown as JsonObject,
    },
  }
}

/** What an accepted picture is expected to cost with a look between attempts, and without any. */
const printGate = ({ isOn, reason, withNano, withoutNano }: GateChoice): JsonObject => ({
  ...{ on: isOn, reason },
  per_accepted_with: withNano === undefined ? undefined : expectedDollars(withNano),
  per_accepted_without: withoutNano === undefined ? undefined : expectedDollars(withoutNano),
})

/** Said only when it steered: dollars weighed more than their amount against bad pictures. */
const printMoneyPrice = (price: number): JsonObject =>
  price > 0
    ? {
        money_price: price,
        money_reason: 'a budget is spent faster than its time passes, so plans are thriftier',
      }
    : {}

/** Four decimals: more of a share or of seconds is not known. */
export const rounded = (value: number): number => Math.round(value * 10_000) / 10_000

/** Expectations are no amounts of a book, but are read beside them. */
export const expectedDollars = (nano: number): string => dollarsFromNano(BigInt(Math.round(nano)))
