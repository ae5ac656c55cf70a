import { type Field, isInTime, LATE_SHARE, makeField, prospectAt } from './field.ts'
import { type GateScores, gateChoice, gateScores } from './gate-choice.ts'
import { sequenceQuantile } from './latency-sum.ts'
import { type Openings, openingsOf, reasonsOf } from './loser-reasons.ts'
import { firstOf, parentOf, stepsOf } from './prospects.ts'
import type {
  PlannedFloor,
  PlanningInput,
  SequencePlan,
  SequencePlans,
  Wishes,
} from './sequence-plan.ts'
import { extraOf, triesOf } from './tries.ts'

/** When a floor cannot be reached, so much below the best is held: the last bit is not bought. */
export const FLOOR_SLACK = 0.01

/**
 * Finds the sequence of attempts that makes an accepted picture cheapest by what is believed, and
 * those that are worth trying, because the offers in them may be better than they are believed.
 */
export function planSequences(input: PlanningInput): SequencePlans {
  if (input.arms.length === 0) throw new RangeError('a plan needs at least one offer')
  const field = makeField(input)
  const { sober, soberScores, held } = field
  const { wishes } = input
  const all = [...sober.accepted.keys()]
  const inTime = all.filter((index) => isInTime(field, index))
  const possible = inTime.length > 0 ? inTime : quickest(field, wishes, all)
  const reach = reachOf(held, possible)
  const floor = {
    asked: wishes.floor,
    effective: effectiveFloor(wishes, reach),
    isReachable: reach >= wishes.floor && inTime.length > 0,
  }
  const isAbove = (index: number) => (held[index] as number) >= floor.effective
  const known = bestOf(soberScores, possible.filter(isAbove))
  const bestKnown = { index: known, floor }
  const extra = (index: number) => extraOf(field, bestKnown, index)
  const overview: Overview = {
    ...{ field, floor, gate: gateScores(field, floor.effective) },
    openings: openingsOf(field, floor.effective),
  }
  const elsewhere = possible.filter(
    (index) =>
      isAbove(index) && providerAt(input, field, index) !== providerAt(input, field, known),
  )
  const other = elsewhere.length === 0 ? undefined : bestOf(soberScores, elsewhere)
  return {
    known: planAt(input, overview, known),
    tries: triesOf(field, input, bestKnown).map(({ index, ...worth }) => {
      return { plan: planAt(input, overview, index), ...worth }
    }),
    ...(other === undefined ? {} : { other: planAt(input, overview, other) }),
    otherExtraNano: other === undefined ? 0 : extra(other),
  }
}

/**
 * What is looked at when nothing is quick enough: then time is the floor that cannot be reached. A
 * purpose's limit is soft, so all are; who named a deadline gets nothing after it, so only those
 * that are late about as seldom as any.
 */
function quickest(
  { late }: Field,
  { isLimitSoft }: Wishes,
  all: readonly number[],
): readonly number[] {
  if (late === undefined || isLimitSoft === true) return all
  const least = late.reduce((min, share) => Math.min(min, share), 1)
  return all.filter((index) => (late[index] as number) <= least + LATE_SHARE)
}

/**
 * The floor that is held. Aiming above it goes halfway to what can be reached at most: the last
 * bits of acceptance cost many times what the first ones do.
 */
function effectiveFloor({ floor, aim = floor }: Wishes, reach: number): number {
  const most = floor + Math.max(0, reach - floor) / 2
  return Math.min(Math.min(aim, most), reach - FLOOR_SLACK)
}

/** Where a sequence begins. */
function providerAt({ arms }: PlanningInput, { front }: Field, index: number): string | undefined {
  return arms[front[firstOf(index, front.length)] ?? 0]?.provider
}

/** The largest share of accepted pictures that any sequence reaches. */
const reachOf = (accepted: Float64Array, indices: readonly number[]): number =>
  indices.reduce((most, index) => Math.max(most, accepted[index] as number), 0)

/** The sequence with the lowest score; the first of equals. */
const bestOf = (scores: Float64Array, [first = 0, ...others]: readonly number[]): number =>
  others.reduce(
    (best, index) => ((scores[index] as number) < (scores[best] as number) ? index : best),
    first,
  )

/** What all plans over one field have in common. */
interface Overview {
  readonly field: Field
  readonly floor: PlannedFloor
  readonly gate: GateScores
  readonly openings: Openings
}

function planAt(input: PlanningInput, overview: Overview, index: number): SequencePlan {
  const { field, floor, gate, openings } = overview
  const { sober, front, draws, gateSeconds } = field
  const steps = stepsOf(index, front.length).map((step) => front[step] as number)
  const path = pathTo(index, front.length).map((at) => ({
    draws: draws[at % front.length] as readonly number[],
    reached: sober.reached[at] as number,
  }))
  return {
    ...{ steps, floor, prospect: prospectAt(sober, index) },
    score: field.soberScores[index] as number,
    p95Seconds: sequenceQuantile(path, 1 - LATE_SHARE, gateSeconds),
    gate: gateChoice(input, field, index, gate),
    losers: reasonsOf(input.arms.length, front, new Set(steps), openings),
  }
}

/** A sequence and those it begins with, shortest first. */
function pathTo(index: number, arms: number): readonly number[] {
  const path: number[] = []
  for (let at = index; at >= 0; at = parentOf(at, arms)) path.unshift(at)
  return path
}
