import type { LoggedDecision, LoggedPlan } from './decision-log.ts'
import type { Target } from './target.ts'

/** A number with its 95 % interval. */
export interface Interval {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

/** What another policy would have cost, by one estimator. */
export interface ReplayEstimate {
  /** Dollars for each request, over all of the log. */
  readonly cost: Interval
  /** Share accepted, over the requests with a verdict. */
  readonly accepted: Interval
  /** Dollars for each accepted picture, over the requests with a verdict. */
  readonly costPerAccepted: Interval
}

/** What a log tells of another policy. */
export interface Replay {
  readonly decisions: number
  readonly verdicts: number
  /** Share of the decisions in which the log could have taken what the policy wants. */
  readonly support: number
  /** Verdicts of the policy's own that the weighted ones are worth. */
  readonly effectiveVerdicts: number
  readonly largestWeight: number
  /** Undefined when the log tells enough. */
  readonly doubt: 'no_verdicts' | 'too_few' | 'not_tried' | undefined
  /** Weighs outcomes by how much likelier the policy would have caused them. */
  readonly inversePropensity: ReplayEstimate
  /** Takes what was expected and corrects it by weighted surprises; the narrower one. */
  readonly doublyRobust: ReplayEstimate
}

/** Fewer effective verdicts make intervals by the normal distribution too narrow. */
const FEWEST_EFFECTIVE = 100
/** Where more of the decisions were never tried, nothing of the log speaks for the rest. */
const LEAST_SUPPORT = 0.95
const NORMAL_95 = 1.96

/**
 * Estimates what another policy would have cost on recorded decisions, from the chances with which
 * they were made. Where the log could not have done what the policy wants, the estimates are biased
 * (weighted outcomes to nothing, corrected ones to what was expected), and `doubt` says so.
 */
export function replay(log: readonly LoggedDecision[], target: Target): Replay {
  const rows = log.map((decision) => rowOf(decision, target))
  const judged = rows.filter(({ accepted }) => accepted !== undefined)
  const weights = judged.map(({ weight }) => weight)
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const squares = weights.reduce((total, weight) => total + weight ** 2, 0)
  const effectiveVerdicts = squares === 0 ? 0 : sum ** 2 / squares
  const support = meanOf(rows.map(({ supported }) => supported))
  return {
    ...{ decisions: rows.length, verdicts: judged.length, support, effectiveVerdicts },
    largestWeight: rows.reduce((most, { weight }) => Math.max(most, weight), 0),
    doubt: doubtOf({ verdicts: judged.length, support, effectiveVerdicts }),
    inversePropensity: estimateOf(rows, judged, ({ weight }, value) => weight * value),
    doublyRobust: estimateOf(rows, judged, ({ weight }, value, expected) => {
      return expected.wanted + weight * (value - expected.taken)
    }),
  }
}

function doubtOf({
  verdicts,
  support,
  effectiveVerdicts,
}: Pick<Replay, 'verdicts' | 'support' | 'effectiveVerdicts'>): Replay['doubt'] {
  if (verdicts === 0) return 'no_verdicts'
  if (support < LEAST_SUPPORT) return 'not_tried'
  return effectiveVerdicts < FEWEST_EFFECTIVE ? 'too_few' : undefined
}

interface Expected {
  /** Of the plan that was taken. */
  readonly taken: number
  /** Of what the policy would have taken. */
  readonly wanted: number
}

interface Row {
  readonly weight: number
  /** Share of the policy's choice that could have been taken. */
  readonly supported: number
  readonly cost: number
  readonly accepted: number | undefined
  readonly expectedCost: Expected
  readonly expectedAcceptance: Expected
}

function rowOf({ candidates, chosen, cost, isAccepted }: LoggedDecision, target: Target): Row {
  const taken = candidates[chosen] as LoggedPlan
  // A policy that wants what was no candidate gets what was expected of the plan taken: no
  // correction, no weight, no support.
  const chances = target(candidates)
  const wantedBy = (read: (plan: LoggedPlan) => number): Expected => ({
    taken: read(taken),
    wanted:
      chances === undefined
        ? read(taken)
        : candidates.reduce((sum, plan, index) => sum + (chances[index] ?? 0) * read(plan), 0),
  })
  return {
    weight: (chances?.[chosen] ?? 0) / taken.propensity,
    supported: candidates.reduce(
      (sum, { propensity }, index) => sum + (propensity > 0 ? (chances?.[index] ?? 0) : 0),
      0,
    ),
    ...{ cost, accepted: isAccepted === undefined ? undefined : Number(isAccepted) },
    expectedCost: wantedBy((plan) => plan.expectedCost),
    expectedAcceptance: wantedBy((plan) => plan.expectedAcceptance),
  }
}

type Estimator = (row: Row, value: number, expected: Expected) => number

function estimateOf(
  rows: readonly Row[],
  judged: readonly Row[],
  estimator: Estimator,
): ReplayEstimate {
  const costOf = (row: Row) => estimator(row, row.cost, row.expectedCost)
  const costs = judged.map(costOf)
  const accepted = judged.map((row) => estimator(row, row.accepted ?? 0, row.expectedAcceptance))
  return {
    cost: meanInterval(rows.map(costOf)),
    accepted: meanInterval(accepted),
    costPerAccepted: ratioInterval(costs, accepted),
  }
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

function meanInterval(values: readonly number[]): Interval {
  const estimate = meanOf(values)
  return around(estimate, standardError(values.map((value) => value - estimate)))
}

/** A quotient of two means of the same requests, by the delta method. */
function ratioInterval(tops: readonly number[], bottoms: readonly number[]): Interval {
  const bottom = meanOf(bottoms)
  const estimate = meanOf(tops) / bottom
  const residuals = tops.map((top, index) => (top - estimate * (bottoms[index] ?? 0)) / bottom)
  return around(estimate, standardError(residuals))
}

/** Of the mean of values whose own mean is taken off. */
function standardError(residuals: readonly number[]): number {
  const squares = residuals.reduce((sum, residual) => sum + residual ** 2, 0)
  return Math.sqrt(squares / (residuals.length - 1) / residuals.length)
}

const around = (estimate: number, error: number): Interval => ({
  estimate,
  low: estimate - NORMAL_95 * error,
  high: estimate + NORMAL_95 * error,
})
