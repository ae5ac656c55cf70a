import type { Gate } from './arm.ts'

/** Attempts at one picture, at most. */
export const MOST_ATTEMPTS = 3

/** What a sequence of attempts is expected to bring, for one request. */
export interface Prospect {
  /** In nano-dollars, with gates and waiting. */
  readonly spend: number
  /** Share of requests that end in an accepted picture. */
  readonly accepted: number
  /** Share of requests that end in a bad picture. */
  readonly bad: number
}

/** One attempt, as the arithmetic sees it. */
export interface Step {
  /** In nano-dollars; see `attemptCost`. */
  readonly cost: number
  /** Chance of acceptance at each difficulty. */
  readonly chances: Float64Array
}

/** A gate in numbers, its seconds in its cost. */
export interface GateStep extends Pick<Gate, 'passGood' | 'passBad'> {
  readonly cost: number
}

/**
 * All sequences of up to three attempts over some arms: sequence `index` ends in arm
 * `index % arms`, after the sequence `parentOf(index)`. Numbers in flat arrays, because every
 * decision goes through all 584 sequences of eight arms.
 */
export interface Prospects {
  readonly arms: number
  readonly spend: Float64Array
  readonly accepted: Float64Array
  readonly bad: Float64Array
  /** Share of requests that come to the last attempt. */
  readonly reached: Float64Array
}

/** How many sequences there are over so many arms. */
export const sequenceCount = (arms: number, attempts = MOST_ATTEMPTS): number =>
  Array.from({ length: attempts }, (_, k) => arms ** (k + 1)).reduce((sum, more) => sum + more, 0)

/** The sequence without its last attempt; −1 for a single attempt. */
export const parentOf = (index: number, arms: number): number => Math.floor(index / arms) - 1

/** The sequence of these arms, in order. */
export const indexOf = (steps: readonly number[], arms: number): number =>
  steps.reduce((parent, step) => (parent + 1) * arms + step, -1)

/** The arm that a sequence begins with. */
export function firstOf(index: number, arms: number): number {
  let at = index
  for (let parent = parentOf(at, arms); parent >= 0; parent = parentOf(at, arms)) at = parent
  return at
}

/** The arms of a sequence, in order. */
export function stepsOf(index: number, arms: number): readonly number[] {
  const steps: number[] = []
  for (let at = index; at >= 0; at = parentOf(at, arms)) steps.unshift(at % arms)
  return steps
}

/**
 * What every sequence brings. Between attempts the gate passes or escalates; the last attempt is
 * delivered as it is. `mass` is the weight of each difficulty; a refusal leaves the harder ones.
 */
export function prospectsOf(
  steps: readonly Step[],
  mass: Float64Array,
  gate: GateStep,
  attempts = MOST_ATTEMPTS,
): Prospects {
  const arms = steps.length
  const count = sequenceCount(arms, attempts)
  const nodes = mass.length
  const inner = attempts > 1 ? sequenceCount(arms, attempts - 1) : 0
  const masses = new Float64Array(inner * nodes)
  // What has been spent, accepted and shown by the gated attempts of a sequence.
  const gated = { spend: new Float64Array(inner), accepted: new Float64Array(inner) }
  const result = {
    ...{ arms, spend: new Float64Array(count), accepted: new Float64Array(count) },
    ...{ bad: new Float64Array(count), reached: new Float64Array(count) },
  }
  const badBefore = new Float64Array(inner)
  for (let index = 0; index < count; index += 1) {
    const step = steps[index % arms] as Step
    const parent = parentOf(index, arms)
    const isFirst = parent < 0
    let [reached, good] = [0, 0]
    for (let k = 0; k < nodes; k += 1) {
      const weight = (isFirst ? mass[k] : masses[parent * nodes + k]) as number
      const chance = step.chances[k] as number
      reached += weight
      good += weight * chance
      if (index < inner) {
        const refusal = chance * (1 - gate.passGood) + (1 - chance) * (1 - gate.passBad)
        masses[index * nodes + k] = weight * refusal
      }
    }
    const spend = (isFirst ? 0 : (gated.spend[parent] as number)) + reached * step.cost
    const accepted = isFirst ? 0 : (gated.accepted[parent] as number)
    const bad = isFirst ? 0 : (badBefore[parent] as number)
    result.reached[index] = reached
    result.spend[index] = spend
    result.accepted[index] = accepted + good
    result.bad[index] = bad + (reached - good)
    if (index >= inner) continue
    gated.spend[index] = spend + reached * gate.cost
    gated.accepted[index] = accepted + good * gate.passGood
    badBefore[index] = bad + (reached - good) * gate.passBad
  }
  return result
}

/** What one sequence of attempts brings, whatever its length. */
export function prospectOf(steps: readonly Step[], mass: Float64Array, gate: GateStep): Prospect {
  let left = Float64Array.from(mass)
  let [spend, accepted, bad] = [0, 0, 0]
  for (const [index, { cost, chances }] of steps.entries()) {
    const isLast = index === steps.length - 1
    const reached = sumOf(left)
    const good = left.reduce((sum, weight, k) => sum + weight * (chances[k] ?? 0), 0)
    spend += reached * (cost + (isLast ? 0 : gate.cost))
    accepted += good * (isLast ? 1 : gate.passGood)
    bad += (reached - good) * (isLast ? 1 : gate.passBad)
    left = left.map((weight, k) => {
      const chance = chances[k] ?? 0
      return weight * (chance * (1 - gate.passGood) + (1 - chance) * (1 - gate.passBad))
    })
  }
  return { spend, accepted, bad }
}

/**
 * How likely each difficulty is after refusals, as shares that sum to 1 again: what was refused is
 * harder than the rest.
 */
export function massAfter(
  refused: readonly Float64Array[],
  mass: Float64Array,
  gate: Pick<GateStep, 'passGood' | 'passBad'>,
): Float64Array {
  if (refused.length === 0) return mass
  const left = mass.map((weight, k) =>
    refused.reduce((rest, chances) => {
      const chance = chances[k] ?? 0
      return rest * (chance * (1 - gate.passGood) + (1 - chance) * (1 - gate.passBad))
    }, weight),
  )
  const all = sumOf(left)
  return all > 0 ? left.map((weight) => weight / all) : mass
}

/** Money for each accepted picture: what was spent, and what showing bad ones costs. */
export const scoreOf = (prospect: Prospect, badCost: number, moneyPrice = 0): number =>
  prospect.accepted <= 0
    ? Number.POSITIVE_INFINITY
    : (prospect.spend * (1 + moneyPrice) + badCost * prospect.bad) / prospect.accepted

const sumOf = (numbers: Float64Array): number => numbers.reduce((sum, number) => sum + number, 0)
