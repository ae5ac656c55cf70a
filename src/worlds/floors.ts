import { scoreOf } from './best-sequence.ts'
import type { Oracle } from './oracle.ts'
import type { SeedRun } from './run.ts'
import { deviation, halfWidth, mean } from './statistics.ts'
import type { World } from './world.ts'

/** Contexts with fewer requests in a run say nothing about a floor. */
const FEWEST_REQUESTS = 200

/** How a policy kept the floor of one context, on the mean over the seeds. */
export interface FloorGap {
  readonly context: string
  /** Requests of one run. */
  readonly requests: number
  /** Share of requests that ended in an accepted picture. */
  readonly accepted: number
  /** What could be asked for: the floor, or a little below the best that can be reached. */
  readonly effectiveFloor: number
  /** Accepted share less the effective floor. */
  readonly gap: number
  /** Standard deviation of the gap over seeds. */
  readonly deviation: number
  /** Half of the gap's 95 % interval. */
  readonly halfWidth: number
  /** True when the whole interval lies below the floor. */
  readonly isMissed: boolean
  /** Dollars of one run for pictures that are missing below the floor. */
  readonly penalty: number
}

/** A missing acceptance costs so many times what the oracle pays for one. */
const PENALTY_FACTOR = 3

/** The gaps of all contexts that have enough requests. */
export function floorGaps(
  world: World,
  oracle: Oracle,
  runs: readonly SeedRun[],
): readonly FloorGap[] {
  const tallies = runs.map((run) => tallyOf(world, oracle, run))
  return world.contexts.flatMap(({ purpose, category }, context) => {
    const own = tallies.flatMap((tally) => tally[context] ?? [])
    const requests = mean(own.map((each) => each.requests))
    if (requests < FEWEST_REQUESTS) return []
    const gaps = own.map((each) => (each.accepted - each.asked) / each.requests)
    const gap = mean(gaps)
    const width = gaps.length > 1 ? halfWidth(gaps) : binomialWidth(own[0])
    const cost = mean(own.map((each) => each.oracleCost / each.requests))
    return [
      {
        ...{ context: `${purpose}/${category}`, requests },
        accepted: mean(own.map((each) => each.accepted / each.requests)),
        effectiveFloor: mean(own.map((each) => each.asked / each.requests)),
        ...{ gap, halfWidth: width, isMissed: gap + width < 0, deviation: deviation(gaps) },
        penalty: Math.max(0, -gap) * requests * PENALTY_FACTOR * cost,
      },
    ]
  })
}

interface Tally {
  requests: number
  accepted: number
  /** Sum of the effective floors of all requests. */
  asked: number
  /** Sum of what the oracle pays for an accepted picture, bad ones included. */
  oracleCost: number
}

function tallyOf(world: World, oracle: Oracle, { rows }: SeedRun): readonly Tally[] {
  const tallies = world.contexts.map((): Tally => {
    return { requests: 0, accepted: 0, asked: 0, oracleCost: 0 }
  })
  for (const { place, isAccepted } of rows) {
    const tally = tallies[place.context]
    const plan = oracle.planAt(place)
    // While nothing can be called, nothing can be asked for.
    if (tally === undefined || plan === undefined) continue
    tally.requests += 1
    tally.asked += plan.effectiveFloor
    tally.oracleCost += scoreOf(plan, world.contexts[place.context]?.badCost ?? 0)
    if (isAccepted === true) tally.accepted += 1
  }
  return tallies
}

/** One run has no spread over seeds; its own luck is all that is known. */
function binomialWidth(tally: Tally | undefined): number {
  if (tally === undefined || tally.requests === 0) return Number.POSITIVE_INFINITY
  const share = tally.accepted / tally.requests
  return 1.96 * Math.sqrt((share * (1 - share)) / tally.requests)
}
