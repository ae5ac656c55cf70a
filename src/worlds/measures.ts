import { type FloorGap, floorGaps } from './floors.ts'
import type { Oracle } from './oracle.ts'
import { recoveryAfterEvents } from './recovery.ts'
import type { SeedRun } from './run.ts'
import { deviation, mean, quantile } from './statistics.ts'
import type { World } from './world.ts'

/** What is measured of one run, under the names of reports. */
export interface Measures {
  readonly spendPerAccepted: number
  /** Spend and the cost of bad pictures for each accepted one. */
  readonly score: number
  readonly oracleScore: number
  readonly ratio: number
  /** The ratio with three times the oracle's cost for each acceptance missing below a floor. */
  readonly combinedRatio: number
  /** What exploring was expected to cost beyond the best known plans, as a share of spend. */
  readonly explorationShare: number
  /** Spend of the requests that explored, whole, as a share of spend. */
  readonly exploringSpendShare: number
  /** Requests until near the oracle, on average over the events; undefined without events. */
  readonly recoveryRequests: number | undefined
  readonly failed: number
  readonly acceptedShare: number
  readonly cachedShare: number
  readonly latencyP50: number
  readonly latencyP95: number
  readonly latencyP99: number
  readonly decisionP99Ms: number
  readonly explained: number
}

/** A policy in a world over several seeds: means, standard deviations, floors. */
export interface PolicyReport {
  readonly world: string
  readonly policy: string
  readonly seeds: number
  /** Of each run. */
  readonly requests: number
  readonly means: Measures
  readonly deviations: Measures
  readonly floors: readonly FloorGap[]
}

/** A policy's runs beside those of the oracle on the same seeds. */
export interface Comparison {
  readonly policy: string
  readonly runs: readonly SeedRun[]
  readonly oracleRuns: readonly SeedRun[]
}

/** Measures a policy. */
export function measure(world: World, oracle: Oracle, comparison: Comparison): PolicyReport {
  const { policy, runs, oracleRuns } = comparison
  const floors = floorGaps(world, oracle, runs)
  // Floors are judged on the mean over seeds: luck below a floor in one run is no fault.
  const penalty = floors.reduce((sum, gap) => sum + gap.penalty, 0)
  const all = runs.map((run, index) =>
    measuresOf(world, oracle, { run, oracleRun: oracleRuns[index] as SeedRun, penalty }),
  )
  return {
    ...{ world: world.id, policy, seeds: runs.length, requests: world.requests },
    ...{ means: each(all, mean), deviations: each(all, deviation), floors },
  }
}

/** Summarises every measure over the runs. */
function each(all: readonly Measures[], summary: (values: readonly number[]) => number): Measures {
  const keys = Object.keys(all[0] ?? {}) as readonly (keyof Measures)[]
  const entries = keys.map((key) => {
    const values = all.flatMap((measures) => measures[key] ?? [])
    return [key, values.length === 0 ? undefined : summary(values)]
  })
  return Object.fromEntries(entries) as Measures
}

function measuresOf(
  world: World,
  oracle: Oracle,
  {
    run,
    oracleRun,
    penalty,
  }: { readonly run: SeedRun; readonly oracleRun: SeedRun; readonly penalty: number },
): Measures {
  const { rows } = run
  const sums = sumsOf(world, run)
  const oracleScore = scoreOfSums(sumsOf(world, oracleRun))
  const score = scoreOfSums(sums)
  const seconds = Float64Array.from(rows, (row) => row.seconds).sort()
  const events = recoveryAfterEvents(world, oracle, rows)
  const shareOf = (part: number, whole: number) => (whole === 0 ? 0 : part / whole)
  return {
    spendPerAccepted: sums.spend / sums.accepted,
    ...{ score, oracleScore, ratio: score / oracleScore },
    combinedRatio: (score + penalty / sums.accepted) / oracleScore,
    explorationShare: shareOf(sums.extra, sums.spend),
    exploringSpendShare: shareOf(sums.exploring, sums.spend),
    recoveryRequests: events.length === 0 ? undefined : mean(events),
    failed: sums.failed,
    acceptedShare: sums.accepted / rows.length,
    cachedShare: sums.cached / rows.length,
    latencyP50: quantile(seconds, 0.5),
    latencyP95: quantile(seconds, 0.95),
    latencyP99: quantile(seconds, 0.99),
    decisionP99Ms: quantile(run.decisionMs.toSorted(), 0.99),
    explained: run.explained,
  }
}

interface Sums {
  spend: number
  badCost: number
  accepted: number
  failed: number
  extra: number
  exploring: number
  cached: number
}

function sumsOf(world: World, { rows }: SeedRun): Sums {
  const sums = { spend: 0, badCost: 0, accepted: 0, failed: 0, extra: 0, exploring: 0, cached: 0 }
  for (const { place, spend, isAccepted, exploringExtra, isCached } of rows) {
    sums.spend += spend
    sums.extra += exploringExtra
    if (exploringExtra > 0) sums.exploring += spend
    if (isCached) sums.cached += 1
    if (isAccepted === undefined) sums.failed += 1
    else if (isAccepted) sums.accepted += 1
    else sums.badCost += world.contexts[place.context]?.badCost ?? 0
  }
  return sums
}

const scoreOfSums = ({ spend, badCost, accepted }: Sums): number => (spend + badCost) / accepted
