import type { Plan } from './plan.ts'

type Weighed = Pick<Plan, 'gate' | 'steps'>

/** The attempts that were planned; the other steps stand in reserve for failures. */
const attemptsOf = ({ steps }: Weighed): number =>
  steps.filter(({ isReserve }) => isReserve !== true).length

/**
 * Whether gates look at the pictures of the next attempt. Where it was weighed whether that pays,
 * the last attempt is delivered as it is: a refusal would change nothing.
 * @param refused attempts whose pictures gates have refused so far
 */
export function isLookedAt(plan: Weighed, refused: number): boolean {
  const { gate } = plan
  if (gate === undefined) return true
  return gate.isOn && (gate.reason !== 'pays' || refused < attemptsOf(plan) - 1)
}

/** Most looks that one place of the answer can need, in the course of a whole plan. */
export function mostLooks(plan: Weighed): number {
  const { gate, steps } = plan
  if (gate?.isOn === false) return 0
  return gate?.reason === 'pays' ? attemptsOf(plan) - 1 : steps.length
}

/**
 * Whether offers in reserve are asked as well when a gate refused what was planned: where nothing
 * better was planned only for lack of time, and where unchecked pictures are not wanted.
 */
export const goesBeyond = ({ gate }: Pick<Plan, 'gate'>): boolean =>
  gate?.isOn === true && (gate.reason === 'late' || gate.reason === 'required')
