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
import { type OfferRole, reasonOfUnfit } from './loser-reason.ts'
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
  /** Where its price stands, and where that came from. */
  readonly row?: PriceRow
  readonly origin?: RowOrigin
  readonly waiting?: Waiting
  /** See {@link Candidate.loadSeconds}. */
  readonly loadSeconds?: number
  /** Whether gates look at its pictures, as far as attempts before it do not fail. */
  readonly isGated?: boolean
  readonly role: OfferRole
  /** The role in words, with what decided. */
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
  /** The same with what the bad ones cost that are shown on the way; offers are ranked by it. */
  readonly burdenNano: number
  readonly p95Seconds: number
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

/** The row of an offer that cannot serve the request. */
export const excludedRow = ({ offer, unfit }: Exclusion): ExplainedOffer => ({
  ...{ offer, role: reasonOfUnfit[unfit.code], reason: unfit.reason },
})

/** What an explanation shows of a candidate wherever it stands. */
export const priceOf = ({ offer, quote, row, origin, waiting, loadSeconds }: Candidate) => ({
  ...{ offer, ...quote, row, origin },
  ...(waiting === undefined ? {} : { waiting }),
  ...(loadSeconds === undefined ? {} : { loadSeconds }),
})
