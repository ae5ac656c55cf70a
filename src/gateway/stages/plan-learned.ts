import type { Book } from '../../core/ledger/entry.ts'
import { dollarsFromNano, type Nano } from '../../core/money.ts'
import { contextOf } from '../../core/purpose/context-of.ts'
import type { Size, Warning } from '../../core/request/image-request.ts'
import type { Gate } from '../../core/routing/arm.ts'
import { type ChosenSteps, chooseSteps, toLearnedPlan } from '../../core/routing/learned-plan.ts'
import type { Candidate, Exclusion, Plan } from '../../core/routing/plan.ts'
import { barredBy } from '../../core/routing/route-order.ts'
import { shownSize } from '../../core/routing/variants.ts'
import { withLoading } from '../../core/routing/with-loading.ts'
import type { Dependencies } from '../dependencies.ts'
import { standardOf } from '../gate-wishes.ts'
import type { QuotedRequest } from '../plan-desk.ts'
import { quoteVariant } from '../quote-variants.ts'
import { missingImages, type Run, spenderOf } from '../run.ts'
import { unreached } from './leave-doubtful.ts'
import { joinedFact, takePart } from './take-part.ts'

/** Attempts that a plan may have, whatever gates refuse. */
const MOST_ATTEMPTS = 3

/** A plan made by what was learned, or what stood in the way of one. */
export interface LearnedPlan {
  readonly plan?: Plan
  readonly candidates: readonly Candidate[]
  readonly exclusions: readonly Exclusion[]
}

/** What narrows a plan beside the request. */
interface Narrowing {
  /** From 0 to 1; without it nothing is explored. */
  readonly draw?: number
  /** The only model that may be used. */
  readonly modelId?: string
  /** Nobody makes pictures of the size that the purpose has by default. */
  readonly isAnySize?: boolean
}

/** Plans by what was learned of accepted pictures. Changes nothing: see `takeDecision`. */
export function planLearned(run: Run, narrowing: Narrowing, deps: Dependencies): LearnedPlan {
  const shown = narrowing.isAnySize === true ? undefined : shownSize(run.request, run.traits)
  const found = planAt(run, { ...narrowing, shown }, deps)
  // A size that nobody asked for is no reason to refuse.
  const isWish = shown !== undefined && run.traits.basis.display !== 'asked'
  return found.plan === undefined && isWish
    ? planLearned(run, { ...narrowing, isAnySize: true }, deps)
    : found
}

function planAt(
  run: Run,
  narrowing: Narrowing & { readonly shown: Size | undefined },
  deps: Dependencies,
): LearnedPlan {
  const { request, resolution, snapshot, startedAt, traits } = run
  const { plans } = deps.learning
  const images = missingImages(run)
  const asked = { request, resolution, images, shown: narrowing.shown }
  const quoted = plans.quote(asked, snapshot, startedAt)
  const { usable: allowed, exclusions } = sift(quoted, run, narrowing, deps)
  const candidates = quoted.options.map(({ candidate }) => candidate)
  const weighing = { quoted, usable: allowed, context: contextOf(request, traits), traits, images }
  const isDirect = traits.standard.strategy === 'direct'
  const attempts = isDirect ? 1 : Math.min(MOST_ATTEMPTS, deps.limits.planSteps)
  // All that are usable belong to one book.
  const isSimulated = quoted.options[allowed[0] ?? 0]?.candidate.isSimulated === true
  const book: Book = isSimulated ? 'simulated' : 'real'
  const moneyPrice = deps.budgets.moneyPriceFor(spenderOf(run), book)
  const gate = gateOf(run, isSimulated, deps)
  const wanted = { ...weighing, gate, attempts, moneyPrice }
  const open = plans.weigh(wanted, snapshot)
  if (open === undefined) return { candidates, exclusions }
  const isDrawn = narrowing.draw !== undefined
  const { usable, weighed, experiment } = takePart({ weighed: open, wanted, isDrawn }, run, deps)
  const mostNano = request.maxCostNano ?? traits.standard.maxCostNano
  const exploration = plans.exploration(
    weighed,
    // A look that nobody needs must not crowd out a picture.
    { purpose: traits.purpose, book, mayTryGate: mostNano === undefined },
    // Critical pictures are not what is learned from.
    traits.standard.isCritical ? undefined : narrowing.draw,
  )
  const chosen = chooseSteps(weighed, exploration)
  const besideNano = (gate?.costNano ?? 0n) * BigInt(images)
  const steps = priceSteps(chosen, { run, quoted, usable, besideNano }, deps)
  if (steps.length === 0) return { candidates, exclusions }
  const plan = toLearnedPlan(weighed, chosen, { steps, exclusions, besideNano })
  // With looks at its pictures the arm's offer may be too dear for the request's limit.
  const isTaken = (steps[0]?.at ?? 0) < weighed.planned
  return { plan: { ...plan, ...(isTaken ? experiment : {}) }, candidates, exclusions }
}

/**
 * The check between attempts, with its rates as they were measured; none where nothing is looked
 * at. Looking is counted at its ceiling. It is not weighed whether it pays where whoever asks wants
 * no unchecked picture.
 */
function gateOf(run: Run, isSimulated: boolean, deps: Dependencies): Gate | undefined {
  const { traits, request } = run
  const { gates: own } = standardOf(run, deps).purpose
  if (own.length === 0) return undefined
  const { passGood, passBad } = deps.learning.desk.instruments(traits.purpose).gate
  const isRequired =
    (request.onGateRefusal ?? deps.rules.onGateRefusal) === 'fail' ||
    traits.standard.strategy === 'cascade' ||
    own.some(({ required }) => required) ||
    (request.references !== undefined && deps.gates.canCompare(isSimulated))
  const costNano = deps.gates.ceilingNano(own, isSimulated)
  return { passGood, passBad, costNano, seconds: 0, ...(isRequired ? { isRequired } : {}) }
}

/** Which options may be called now, and why the others may not. */
function sift(
  { options, exclusions }: QuotedRequest,
  run: Run,
  { modelId }: Narrowing,
  deps: Dependencies,
): { readonly usable: readonly number[]; readonly exclusions: readonly Exclusion[] } {
  const { traits, request, snapshot } = run
  const barred = new Map<string, Exclusion>()
  const isBarred = (candidate: Candidate): boolean => {
    const unfit = unfitNow(candidate, run, modelId, deps)
    if (unfit !== undefined) barred.set(candidate.offer, { offer: candidate.offer, unfit })
    return unfit !== undefined
  }
  let usable = [...options.keys()].filter((at) => {
    const candidate = options[at]?.candidate
    return (
      candidate !== undefined &&
      snapshot.providers.has(candidate.model.provider) &&
      !isBarred(candidate)
    )
  })
  const keep = (isKept: (candidate: Candidate) => boolean, unfit: Exclusion['unfit']): void => {
    const kept = usable.filter((at) => isKept(options[at]?.candidate as Candidate))
    if (kept.length === 0 || kept.length === usable.length) return
    for (const at of usable) {
      const offer = options[at]?.candidate.offer ?? ''
      if (!kept.includes(at)) barred.set(offer, { offer, unfit })
    }
    usable = kept
  }
  // One request belongs to one book, and pictures of emulators are for nobody who has others.
  const emulated = 'its provider is emulated, and others are not'
  keep(({ isSimulated }) => !isSimulated, { code: 'needs', reason: emulated })
  if (traits.needsText && !request.needs.includes('text')) {
    const reason = 'it writes no legible text'
    keep(({ model }) => model.supports.text === true, { code: 'needs', reason })
  }
  keep(({ model }) => !deps.traffic.isDoubtful(model.provider), unreached)
  return { usable, exclusions: [...exclusions, ...barred.values()] }
}

function unfitNow(
  { offer, model, quote }: Candidate,
  run: Run,
  modelId: string | undefined,
  { learning, rules, traffic }: Dependencies,
): Exclusion['unfit'] | undefined {
  const { traits, request, snapshot } = run
  const order = barredBy(learning.plans.orders, traits.purpose, offer)
  if (order !== undefined) return { code: 'orders', reason: order }
  const policy = rules.dataPolicy?.(model.provider)
  if (policy !== undefined) return { code: 'data_policy', reason: policy }
  if (modelId !== undefined && model.id !== modelId) {
    return { code: 'orders', param: 'group', reason: `pictures of its group come from ${modelId}` }
  }
  const most = request.maxCostNano ?? traits.standard.maxCostNano
  if (most !== undefined && quote.highNano > most) {
    const reason = `its worst case is $${dollarsFromNano(quote.highNano)}`
    return { code: 'max_cost', param: 'max_cost', reason }
  }
  const provider = snapshot.providers.get(model.provider)
  if (provider === undefined) return undefined
  const { typicalSeconds } = model
  const blocked = traffic.blockOf({ provider, offer, typicalSeconds })
  return blocked === undefined ? undefined : { code: 'health', ...blocked }
}

/** The steps as they cost for this very request, as many as its limit and the gateway's allow. */
function priceSteps(
  { chosen, attempts, reserves }: ChosenSteps,
  from: {
    readonly run: Run
    readonly quoted: QuotedRequest
    readonly usable: readonly number[]
    readonly besideNano: Nano
  },
  { limits, traffic }: Dependencies,
): readonly { readonly at: number; readonly candidate: Candidate }[] {
  const { run, quoted, usable } = from
  const { request, snapshot, startedAt } = run
  const mostNano = request.maxCostNano ?? run.traits.standard.maxCostNano
  const most = attempts.length + limits.planSteps - 1
  const { gate } = chosen
  const isLookedAt = (place: number) =>
    gate.isOn && (gate.reason !== 'pays' || place < attempts.length - 1)
  const lookNano = (place: number): Nano => (isLookedAt(place) ? from.besideNano : 0n)
  const steps: { readonly at: number; readonly candidate: Candidate }[] = []
  let heldNano: Nano = 0n
  for (const [place, at] of [...attempts, ...reserves].entries()) {
    if (steps.length >= most) break
    const option = quoted.options[usable[at] ?? -1]
    if (option === undefined) continue
    const wanted = { variant: option.variant, request, images: missingImages(run) }
    const priced = quoteVariant(wanted, snapshot, startedAt)
    // A longer prompt than that of the request alike may not fit any more.
    if (!priced.ok) continue
    const highNano = priced.value.quote.highNano + lookNano(place)
    if (mostNano !== undefined && heldNano + highNano > mostNano) continue
    heldNano += highNano
    const { waiting } = option.candidate
    const loaded = withLoading(priced.value, traffic.loads.secondsOf(priced.value.model))
    steps.push({ at, candidate: waiting ? { ...loaded, waiting } : loaded })
  }
  return steps
}

/** Counts a decision that is acted upon, and says what is to be written and told of it. */
export function takeDecision(run: Run, plan: Plan, deps: Dependencies): Run {
  const { decision, steps } = plan
  const [first] = steps
  if (decision === undefined || first === undefined) return { ...run, plan }
  const { extraNano } = decision
  const knownNano = Math.min(decision.knownNano, decision.spendNano)
  const book: Book = first.isSimulated ? 'simulated' : 'real'
  const { purpose } = run.traits
  const { provider } = first.model
  deps.learning.plans.decided({ purpose, book, provider, knownNano, extraNano })
  const fact = { kind: 'plan-chosen', book, knownNano, extraNano } as const
  const joined = plan.experiment === undefined ? [] : [joinedFact(run, plan.experiment)]
  return {
    ...run,
    plan,
    unwritten: [...run.unwritten, fact, ...joined],
    warnings: [...run.warnings, ...floorWarnings(run, plan)],
  }
}

/** Said to those who named a purpose or a floor; the others find it in the receipt. */
export function floorWarnings({ traits }: Pick<Run, 'traits'>, plan: Plan): readonly Warning[] {
  const { decision } = plan
  if (decision === undefined || decision.floor.isReachable || !hasAskedFloor(traits)) return []
  const { asked } = decision.floor
  const expected = decision.accepted.toFixed(2)
  const message =
    `No plan is known to reach the floor ${asked} of ${traits.purpose} in time; ` +
    `this one is expected to end in an accepted picture for ${expected} of requests.`
  return [{ code: 'floor_unreachable', param: 'floor', message }]
}

const hasAskedFloor = ({ basis }: Run['traits']): boolean =>
  [basis.floor, basis.purpose].some((how) => how === 'asked' || how === 'model')

/** Said where a plan was made for a floor, and what stood in for a failed call is below it. */
export function reserveWarnings(
  { traits, plan }: Pick<Run, 'traits' | 'plan'>,
  used: Iterable<number>,
): readonly Warning[] {
  const { decision } = plan ?? {}
  if (decision === undefined || !decision.floor.isReachable || !hasAskedFloor(traits)) return []
  const { asked } = decision.floor
  return [...used].flatMap((index): Warning[] => {
    const { offer, isReserve, acceptance = 1 } = plan?.steps[index] ?? {}
    if (isReserve !== true || acceptance >= asked) return []
    const message =
      `${offer} stood in for a call that failed; ${acceptance.toFixed(2)} of its pictures are ` +
      `expected to be accepted, below the floor ${asked} of ${traits.purpose}.`
    return [{ code: 'floor_unreachable', param: 'floor', message }]
  })
}
