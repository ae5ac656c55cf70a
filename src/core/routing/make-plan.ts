import type { AutoRanking } from '../catalog/catalog.ts'
import type { Nano } from '../money.ts'
import {
  type Candidate,
  type Exclusion,
  type ExplainedOffer,
  excludedRow,
  type Plan,
  priceOf,
} from './plan.ts'

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
  const excluded = input.exclusions.map(excludedRow)
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

function explain(
  candidate: Candidate,
  steps: readonly Candidate[],
  tooDear: ReadonlySet<string>,
): ExplainedOffer {
  const step = steps.indexOf(candidate) + 1
  const shared = priceOf(candidate)
  if (step === 1) return { ...shared, step, role: 'chosen', reason: 'chosen' }
  if (step > 1) {
    return { ...shared, step, role: 'reserve', reason: 'used when the offers before it fail' }
  }
  return tooDear.has(candidate.offer)
    ? {
        ...shared,
        role: 'budget',
        reason: 'with its worst case the plan would exceed the cost limit of the request',
      }
    : { ...shared, role: 'dominated', reason: 'ranked behind the steps of the plan' }
}
