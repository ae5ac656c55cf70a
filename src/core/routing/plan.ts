import type { AutoRanking, Resolution } from '../catalog/catalog.ts'
import type { Model } from '../catalog/model.ts'
import type { Fit, Unfit } from '../catalog/settings.ts'
import type { ExperimentArm } from '../experiments/experiment.ts'
import type { Nano } from '../money.ts'
import type { RowOrigin } from '../pricebook/layers.ts'
import type { PriceRow } from '../pricebook/price-row.ts'
import type { ChargeLine } from '../pricing/charge.ts'
import type { ImageRequest, Size } from '../request/image-request.ts'
import type { DraftComparison } from './draft-refine.ts'
import type { PlanLog } from './plan-log.ts'
import type { GateChoice, PlannedFloor } from './sequence-plan.ts'
import type { Waiting } from './waiting-cost.ts'

/** What an offer would cost for some number of images, in nano-dollars. */
export interface OfferQuote {
  readonly lowNano: Nano
  readonly expectedNano: Nano
  /** Worst case; what is held. */
  readonly highNano: Nano
}

/** An offer that can serve the request: one way to make these images. */
export interface Candidate {
  readonly offer: string
  readonly model: Model
  readonly fit: Fit
  readonly row: PriceRow
  /** Where the row came from. */
  readonly origin: RowOrigin
  /** For all images that are still missing. */
  readonly quote: OfferQuote
  /** The lines of the expected charge. */
  readonly lines: readonly ChargeLine[]
  /** Images that one call may ask for. */
  readonly mostPerCall: number
  readonly isSimulated: boolean
  /** Seconds that it would wait behind other calls and for its model, as far as that is known. */
  readonly queueSeconds?: number
  /** Seconds of these for which its server would load the model, which are paid. */
  readonly loadSeconds?: number
  /** Known when the operator says what waiting costs; decides, and is never charged. */
  readonly waiting?: Waiting
  /** Taken only after a failure, never because a gate refused what came before. */
  readonly isReserve?: boolean
  /** Share of its pictures that were believed to be accepted when the plan was made. */
  readonly acceptance?: number
}

/** An offer that cannot serve the request, and why. */
export interface Exclusion {
  readonly offer: string
  readonly unfit: Unfit
}

/** One row of "why this model": the same object is stored, answered and shown. */
export interface ExplainedOffer {
  readonly offer: string
  /** Place in the plan, from 1; absent when it is not part of it. */
  readonly step?: number
  readonly expectedNano?: Nano
  readonly lowNano?: Nano
  readonly highNano?: Nano
  readonly waiting?: Waiting
  /** See {@link Candidate.loadSeconds}. */
  readonly loadSeconds?: number
  /** Whether gates look at its pictures, as far as attempts before it do not fail. */
  readonly isGated?: boolean
  readonly reason: string
  /** What is believed of it, where the plan was made by that. */
  readonly believed?: BelievedOffer
}

/** What is believed of one way to make the picture, and what follows for its price. */
export interface BelievedOffer {
  /** Its settings, such as `high` or `20 steps`; absent where it has none. */
  readonly variant?: string
  /** Share of its pictures that are accepted. */
  readonly acceptance: number
  /** The middle 80 % of what is believed. */
  readonly interval: readonly [low: number, high: number]
  /** Explicit outcomes here, and of the same model elsewhere; with none of both it is a prior. */
  readonly ownOutcomes: number
  readonly inheritedOutcomes: number
  /** In nano-dollars, tried until one is accepted, by itself. */
  readonly perAcceptedNano: number
  readonly p95Seconds: number
  readonly row: PriceRow
  readonly origin: RowOrigin
}

/** What will be tried, in order, and why. */
export interface Plan {
  readonly steps: readonly Candidate[]
  readonly explanation: readonly ExplainedOffer[]
  /** Worst case of the whole plan. */
  readonly holdNano: Nano
  /** One attempt; one with others in reserve; or several, as gates refuse. */
  readonly strategy: 'direct' | 'fallback' | 'cascade' | 'draft_refine'
  /** What is made before the steps, which then refine the best of it. */
  readonly drafts?: DraftPart
  /** What refining a draft comes to beside doing without; drafts of this plan, or earlier ones. */
  readonly comparison?: DraftComparison
  /** What is tried before the steps: a small picture, enlarged. */
  readonly enlarging?: EnlargingPart
  /** What is shown while the first step makes the picture. */
  readonly preview?: PreviewPart
  /** Whether gates look between attempts, and why; undefined where nothing was weighed. */
  readonly gate?: GateChoice
  /** How a plan was chosen that was made by what was learned. */
  readonly decision?: Decision
  /** The experiment that fixed the offer. */
  readonly experiment?: ExperimentPart
}

/** The side of an experiment that a request takes. */
export interface ExperimentPart {
  readonly id: string
  readonly arm: ExperimentArm
}

/** How a plan was chosen: enough to explain it, to repeat it, and to judge other policies by it. */
export interface Decision {
  readonly isExploring: boolean
  /** Chance with which this plan was chosen; 1 where nothing was left to chance. */
  readonly propensity: number
  /** What the request would have cost by the best known plan, and what was risked beyond. */
  readonly knownNano: number
  readonly extraNano: number
  /** What the plan is expected to bring. */
  readonly accepted: number
  readonly spendNano: number
  readonly perAcceptedNano: number
  readonly p95Seconds: number
  readonly floor: PlannedFloor
  /** All plans that could have been taken, with their chances. */
  readonly plans: readonly {
    readonly plan: string
    readonly propensity: number
    readonly spendNano: number
    readonly accepted: number
  }[]
  /** Everything it was made of; the same again makes the same plan. */
  readonly log: PlanLog
}

/** Who makes the drafts, and how many. */
export interface DraftPart {
  readonly step: Candidate
  readonly count: number
}

/** A picture that is made small and enlarged, because that is cheaper. */
export interface EnlargingPart {
  readonly small: Candidate
  readonly upscaler: Candidate
  /** Factor by which edges become longer. */
  readonly scale: number
  /** Pixels of the first picture that goes in, of an edit. */
  readonly input?: Size
  /** Share of such pictures that is believed to be accepted. */
  readonly acceptance: number
  /** Worst case of both calls, and of a look at what comes of them. */
  readonly holdNano: Nano
}

/** A draft that is shown while the picture itself is made. */
export interface PreviewPart {
  readonly step: Candidate
  /** What is asked for; the draft answers equal requests, and no others. */
  readonly request: ImageRequest
  /** What it is expected to cost, as a share of the picture's own price. */
  readonly share: number
}

/** How many images each call asks for: as few calls as the model allows. */
export function splitCalls(images: number, mostPerCall: number): readonly number[] {
  const full = Math.max(0, Math.floor(images / mostPerCall))
  const rest = images - full * mostPerCall
  return [...Array<number>(full).fill(mostPerCall), ...(rest > 0 ? [rest] : [])]
}

/** The order of a plan that is not made by what was learned. */
export const rankingOf = ({ auto }: Resolution): AutoRanking =>
  auto === undefined || auto === 'learned' ? 'cheapest' : auto

const TIER_RANK = { budget: 0, standard: 1, premium: 2 } as const

const compareNano = (a: Nano, b: Nano): number => (a < b ? -1 : a > b ? 1 : 0)

type Order = (a: Candidate, b: Candidate) => number

/** What an offer costs the caller: its price, and the wait for it. */
const burdenNano = ({ quote, waiting }: Candidate): Nano =>
  quote.expectedNano + (waiting?.costNano ?? 0n)

const queueSecondsOf = ({ queueSeconds = 0 }: Candidate): number => queueSeconds

/** Of two machines that cost the same, the one with the shorter queue comes first. */
const byPrice: Order = (a, b) =>
  compareNano(burdenNano(a), burdenNano(b)) ||
  queueSecondsOf(a) - queueSecondsOf(b) ||
  (a.offer < b.offer ? -1 : 1)

const secondsOf = (candidate: Candidate): number =>
  candidate.model.typicalSeconds + queueSecondsOf(candidate)

const orders: { readonly [Ranking in AutoRanking]: Order } = {
  cheapest: byPrice,
  fast: (a, b) => secondsOf(a) - secondsOf(b) || byPrice(a, b),
  best: (a, b) =>
    TIER_RANK[b.model.tier] - TIER_RANK[a.model.tier] ||
    compareNano(burdenNano(b), burdenNano(a)) ||
    byPrice(a, b),
}

/**
 * Orders the candidates and cuts the plan to what the caller's limit and the number of steps allow.
 * Steps after the first are fallbacks after a failure; each may cost its worst case, so the hold is
 * their sum. A fallback comes from a provider that the plan does not have yet, as long as there is
 * one: what has failed is usually the provider, and then its other models fail alike.
 */
export function makePlan(input: {
  readonly candidates: readonly Candidate[]
  readonly exclusions: readonly Exclusion[]
  readonly ranking: AutoRanking
  readonly maxSteps: number
  readonly maxCostNano?: Nano
  /** Most that comes with each step beside its offer's price: looks at its pictures. */
  readonly besideNano?: Nano
}): Plan {
  const { maxSteps, maxCostNano, besideNano = 0n } = input
  const ordered = [...input.candidates].sort(orders[input.ranking])
  const steps: Candidate[] = []
  const tooDear = new Set<string>()
  let holdNano = 0n
  let rest = ordered
  while (steps.length < maxSteps && rest.length > 0) {
    const limitNano = maxCostNano === undefined ? undefined : maxCostNano - holdNano - besideNano
    const next = nextStep(rest, steps, limitNano)
    const passed = next === undefined ? rest : rest.slice(0, rest.indexOf(next))
    for (const { offer } of passed.filter((candidate) => !isWithin(candidate, limitNano))) {
      tooDear.add(offer)
    }
    if (next === undefined) break
    steps.push(next)
    holdNano += next.quote.highNano + besideNano
    rest = rest.filter((candidate) => candidate !== next)
  }
  const explained = ordered.map((candidate) => explain(candidate, steps, tooDear))
  const excluded = input.exclusions.map(({ offer, unfit }) => ({ offer, reason: unfit.reason }))
  const strategy = steps.length > 1 ? 'fallback' : 'direct'
  return { steps, explanation: [...explained, ...excluded], holdNano, strategy }
}

const isWithin = ({ quote }: Candidate, limitNano: Nano | undefined): boolean =>
  limitNano === undefined || quote.highNano <= limitNano

/**
 * The best candidate that the limit allows, of another provider than the steps so far if possible.
 */
function nextStep(
  rest: readonly Candidate[],
  steps: readonly Candidate[],
  limitNano: Nano | undefined,
): Candidate | undefined {
  const [first] = steps
  const possible = rest.filter(
    (candidate) =>
      isWithin(candidate, limitNano) &&
      // One request belongs to one book: real and simulated offers never stand in one plan.
      (first === undefined || first.isSimulated === candidate.isSimulated),
  )
  const known = new Set(steps.map(({ model }) => model.provider))
  return possible.find(({ model }) => !known.has(model.provider)) ?? possible[0]
}

/** What an explanation shows of a candidate wherever it stands. */
export const priceOf = ({ offer, quote, waiting, loadSeconds }: Candidate) => ({
  ...{ offer, ...quote },
  ...(waiting === undefined ? {} : { waiting }),
  ...(loadSeconds === undefined ? {} : { loadSeconds }),
})

function explain(
  candidate: Candidate,
  steps: readonly Candidate[],
  tooDear: ReadonlySet<string>,
): ExplainedOffer {
  const step = steps.indexOf(candidate) + 1
  const shared = priceOf(candidate)
  if (step === 1) return { ...shared, step, reason: 'chosen' }
  if (step > 1) return { ...shared, step, reason: 'used when the offers before it fail' }
  const reason = tooDear.has(candidate.offer)
    ? 'with its worst case the plan would exceed the cost limit of the request'
    : 'ranked behind the steps of the plan'
  return { ...shared, reason }
}
