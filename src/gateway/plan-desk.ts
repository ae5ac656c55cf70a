import type { Context } from '../core/acceptance/context.ts'
import { kindOf } from '../core/acceptance/context.ts'
import { stepOfMoneyPrice } from '../core/acceptance/money-price.ts'
import type { Experiment } from '../core/experiments/experiment.ts'
import type { Book } from '../core/ledger/entry.ts'
import type { RequestTraits } from '../core/purpose/request-traits.ts'
import type { ImageRequest } from '../core/request/image-request.ts'
import type { Gate } from '../core/routing/arm.ts'
import type { Exploration } from '../core/routing/choose-plan.ts'
import {
  type ExplorationSpend,
  explorationLeft,
  noSpend,
  withDecision,
} from '../core/routing/exploration-budget.ts'
import { secondsOf } from '../core/routing/latency-sum.ts'
import type { Exclusion } from '../core/routing/plan.ts'
import type { RouteOrder } from '../core/routing/route-order.ts'
import type { Wishes } from '../core/routing/sequence-plan.ts'
import { armOfVariant, printVariant } from '../core/routing/variants.ts'
import { waitingFor } from '../core/routing/waiting-cost.ts'
import { isOneSided, nextWarmth, noWarmth, type Warmth } from '../core/routing/warmth.ts'
import { knownNano, type Option, type Weighed, weigh } from '../core/routing/weigh.ts'
import { withLoading } from '../core/routing/with-loading.ts'
import type { Instant } from '../core/time.ts'
import type { Stores } from '../ports/stores.ts'
import type { LearningDesk } from './learning-desk.ts'
import { type OpenRequest, type QuotedVariant, quoteVariants } from './quote-variants.ts'
import type { Snapshot } from './snapshot.ts'
import type { Traffic } from './traffic.ts'

/** Limits of what is kept from request to request. */
const limits = {
  /** Requests that differ in what they cost, with all their quotes. */
  mostQuoted: 200,
  mostWeighed: 1_000,
  /** Measured seconds change all the time; quotes and plans are made anew after so long. */
  maxAgeMs: 60_000,
} as const

/** Prompts within this factor of each other cost the same but for the last digits. */
const PROMPT_STEP = 1.25

/** All ways to make a picture, for requests alike. */
export interface QuotedRequest {
  readonly key: string
  readonly options: readonly QuotedVariant[]
  readonly exclusions: readonly Exclusion[]
}

/** Seconds before anybody works for a call, and those of them in which its model is loaded. */
interface Wait {
  readonly wait: number
  readonly loading: number
}

/** What options are weighed for. */
export interface Weighing {
  readonly quoted: QuotedRequest
  /** Positions of the options that may be called. */
  readonly usable: readonly number[]
  readonly context: Context
  readonly traits: RequestTraits
  readonly images: number
  readonly gate?: Gate | undefined
  readonly attempts: number
  /** What money is worth above its amount, while a budget is spent too fast. */
  readonly moneyPrice: number
  /** How many of the usable options plans may use; the others stand in reserve. */
  readonly planned?: number
}

/**
 * Keeps what decisions have in common: quotes and plans of requests alike, what exploring has cost,
 * and where requests went of late. Plans are made anew when prices, beliefs or health change.
 */
export class PlanDesk {
  readonly #parts: { readonly learning: LearningDesk; readonly traffic: Traffic }
  readonly #quoted = new WeakMap<Snapshot, Map<string, QuotedRequest>>()
  readonly #weighed = new Map<string, Weighed>()
  readonly #warmth = new Map<string, Warmth>()
  readonly #spend: Record<Book, ExplorationSpend> = { real: noSpend, simulated: noSpend }
  #orders: readonly RouteOrder[] = []
  #experiments: readonly Experiment[] = []

  constructor(parts: { readonly learning: LearningDesk; readonly traffic: Traffic }) {
    this.#parts = parts
  }

  /** What operators fixed, as it was read last. */
  get orders(): readonly RouteOrder[] {
    return this.#orders
  }

  /** Experiments between offers, as they were read last. */
  get experiments(): readonly Experiment[] {
    return this.#experiments
  }

  /** Reads what operators fixed and compare, here or at another replica. */
  async readOrders(stores: Pick<Stores, 'routeOrders' | 'experiments'>): Promise<void> {
    this.#orders = await stores.routeOrders.list()
    this.#experiments = await stores.experiments.list()
  }

  /** Reads what exploring has cost, by all replicas. */
  async readSpend({ beliefs }: Pick<Stores, 'beliefs'>): Promise<void> {
    for (const book of ['real', 'simulated'] as const) {
      this.#spend[book] = await beliefs.spend(book)
    }
  }

  /** All ways to make the picture with what they cost, from memory where a request alike was. */
  quote(open: OpenRequest, snapshot: Snapshot, now: Instant): QuotedRequest {
    const known = this.#quoted.get(snapshot) ?? new Map<string, QuotedRequest>()
    this.#quoted.set(snapshot, known)
    const key = keyOf(open, now)
    const before = known.get(key)
    if (before !== undefined) return before
    const quoted = { key, ...quoteVariants(open, snapshot, now) }
    if (known.size >= limits.mostQuoted) known.clear()
    known.set(key, quoted)
    return quoted
  }

  /** All plans over what may be called. @returns undefined when nothing may. */
  weigh(weighing: Weighing, snapshot: Snapshot): Weighed | undefined {
    const { quoted, usable, context, traits, images, gate, attempts, planned } = weighing
    if (usable.length === 0) return undefined
    const { learning } = this.#parts
    const wishes = this.#wishes(weighing, snapshot)
    const waits = this.#waits(weighing, snapshot)
    const key = [
      ...[snapshot.book.version, quoted.key, learning.version, kindOf(context), traits.purpose],
      ...[context.size, ...Object.values(wishes), attempts, gate?.passGood, gate?.passBad],
      ...[gate?.costNano, gate?.isRequired, usable.join(), planned],
      ...waits.map(({ wait, loading }) => `${wait}/${loading}`),
    ].join('|')
    const known = this.#weighed.get(key)
    if (known !== undefined) return known
    const weighed = weigh(this.#options(weighing, waits), images, {
      ...{ wishes, gate, attempts, planned },
    })
    if (this.#weighed.size >= limits.mostWeighed) this.#weighed.clear()
    this.#weighed.set(key, weighed)
    return weighed
  }

  /** What a decision may risk. @param draw from 0 to 1; nothing is risked without it */
  exploration(
    weighed: Weighed,
    of: { readonly purpose: string; readonly book: Book; readonly mayTryGate: boolean },
    draw: number | undefined,
  ): Exploration {
    const allowance = explorationLeft(this.#spend[of.book], knownNano(weighed))
    const { gate } = weighed.input
    return {
      ...allowance,
      ...(draw === undefined ? { leftNano: -1 } : {}),
      draw: draw ?? 0,
      ...(of.mayTryGate && gate !== undefined ? { lookNano: Number(gate.costNano) } : {}),
      isOneSided: draw !== undefined && isOneSided(this.#warmth.get(of.purpose) ?? noWarmth),
    }
  }

  /** Counts a decision that is acted upon. */
  decided(decision: {
    readonly purpose: string
    readonly book: Book
    readonly provider: string
    readonly knownNano: number
    readonly extraNano: number
  }): void {
    const { purpose, book, provider } = decision
    this.#spend[book] = withDecision(this.#spend[book], decision)
    this.#warmth.set(purpose, nextWarmth(this.#warmth.get(purpose) ?? noWarmth, provider))
  }

  /** Seconds that a call to each usable option would wait before anybody works for it. */
  #waits({ quoted, usable }: Weighing, { providers }: Snapshot): readonly Wait[] {
    return usable.map((at) => {
      const candidate = quoted.options[at]?.candidate
      const provider = providers.get(candidate?.model.provider ?? '')
      if (candidate === undefined || provider === undefined) return { wait: 0, loading: 0 }
      const { offer, model } = candidate
      const { traffic } = this.#parts
      const queued = traffic.waitSeconds({ provider, offer, typicalSeconds: model.typicalSeconds })
      const loading = traffic.loads.secondsOf(model)
      return { wait: queued + loading, loading }
    })
  }

  #options({ quoted, usable, context }: Weighing, waits: readonly Wait[]): readonly Option[] {
    const { learning, traffic } = this.#parts
    const chosen = usable.flatMap((at, position) => {
      const option = quoted.options[at]
      const { wait = 0, loading = 0 } = waits[position] ?? {}
      if (option === undefined) return []
      return [{ ...option, candidate: withLoading(option.candidate, loading), wait }]
    })
    const names = chosen.map(({ variant, candidate }) =>
      armOfVariant(variant, candidate.isSimulated),
    )
    const beliefs = learning.beliefs(names, context)
    return chosen.flatMap(({ variant, candidate, wait }, position) => {
      const belief = beliefs[position]
      if (belief === undefined) return []
      const measured = traffic.latencies.secondsOf(candidate.offer)
      const work = secondsOf(measured, candidate.model.typicalSeconds)
      const seconds = wait === 0 ? work : work.map((each) => each + wait)
      return [{ candidate, variant: printVariant(variant), belief, seconds }]
    })
  }

  #wishes({ traits, context, moneyPrice }: Weighing, { waiting }: Snapshot): Wishes {
    const { floor, badImageNano, deadlineMs, isCritical } = traits.standard
    const { basis } = traits
    const secondNano = Number(waiting && waitingFor(waiting.rate, 1)?.costNano) || 0
    return {
      ...{ floor, aim: this.#parts.learning.aim(floor, context), badNano: Number(badImageNano) },
      ...{ secondNano, limitSeconds: deadlineMs / 1_000, isCritical },
      isLimitSoft: basis.deadline === 'default',
      moneyPrice: stepOfMoneyPrice(moneyPrice),
    }
  }
}

/** What of a request decides its quotes; of its words only about how many there are. */
function keyOf({ request, images, shown, resolution }: OpenRequest, now: Instant): string {
  const { operation, details, size, aspect, quality, steps, guidance, style, mask } = request
  const { background, format, compression, moderation, inputFidelity, needs, strict } = request
  const { partialImages, providerOptions, resolution: pixels } = request
  return JSON.stringify({
    ...{ operation, details, size, aspect, pixels, quality, steps, guidance, style, background },
    ...{ format, compression, moderation, inputFidelity, needs, strict, partialImages },
    ...{ providerOptions, images, shown, models: resolution.models.length },
    inputs: [...request.images, ...(mask === undefined ? [] : [mask])],
    hasSeed: request.seed !== undefined,
    words: [promptStep(request.prompt), promptStep(request.negativePrompt)],
    age: Math.floor(now / limits.maxAgeMs),
  })
}

const promptStep = (words: ImageRequest['negativePrompt']): number | undefined =>
  words === undefined ? undefined : Math.ceil(Math.log(words.length + 1) / Math.log(PROMPT_STEP))
