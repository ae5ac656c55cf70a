import { invalid } from '../errors/gateway-error.ts'
import type { LoggedPlan } from './decision-log.ts'

/**
 * The chances with which another policy would have taken each candidate; undefined when it would
 * have wanted something that was no candidate.
 */
export type Target = (candidates: readonly LoggedPlan[]) => readonly number[] | undefined

type Order = (plan: LoggedPlan) => number

const lowest =
  (order: Order): Target =>
  (candidates) => {
    const values = candidates.map(order)
    return only(values.indexOf(Math.min(...values)), candidates.length)
  }

/** All of the chance on one candidate. */
const only = (position: number, count: number): readonly number[] | undefined =>
  position === -1
    ? undefined
    : Array.from({ length: count }, (_, index) => (index === position ? 1 : 0))

/** Policies that a log can be replayed with, beside single plans and offers. */
export const targets: Readonly<Record<string, Target>> = {
  /** What was really done; its estimate is the plain mean of the log. */
  logged: (candidates) => candidates.map(({ propensity }) => propensity),
  /** The best known plan, without exploring. */
  greedy: lowest(({ expectedCost, expectedAcceptance }) => expectedCost / expectedAcceptance),
  cheap: lowest(({ expectedCost }) => expectedCost),
  premium: lowest(({ expectedCost }) => -expectedCost),
  surest: lowest(({ expectedAcceptance }) => -expectedAcceptance),
}

/**
 * The target of a name: one of {@link targets}, `plan:` with a whole plan, or `offer:` with the
 * offer that is tried first.
 * @throws GatewayError naming `policy`.
 */
export function targetOf(name: string): Target {
  const known = Object.hasOwn(targets, name) ? targets[name] : undefined
  if (known !== undefined) return known
  const [, kind, wanted] = /^(plan|offer):(.+)$/.exec(name) ?? []
  if (wanted === undefined) {
    const names = Object.keys(targets).join(', ')
    throw invalid('policy', `policy must be ${names}, plan:<offers> or offer:<offer>.`)
  }
  const isWanted = ({ plan }: LoggedPlan) =>
    plan === wanted || (kind === 'offer' && plan.startsWith(`${wanted}>`))
  return (candidates) => only(candidates.findIndex(isWanted), candidates.length)
}
