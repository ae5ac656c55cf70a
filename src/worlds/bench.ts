import { measure, type PolicyReport } from './measures.ts'
import { type Oracle, oracleOf } from './oracle.ts'
import type { Given, PolicyMaker } from './policy.ts'
import type { TrafficOptions } from './requests.ts'
import { type RunInput, runOracle, runPolicy, type SeedRun } from './run.ts'
import type { World } from './world.ts'

/** How a world is run. */
export interface BenchOptions extends TrafficOptions {
  readonly seeds: number
  /** Milliseconds of a real clock; only for how long decisions take. */
  readonly stopwatch: () => number
}

/** A world with the oracle's runs, which every policy is measured against. */
export interface Bench {
  run(name: string, make: PolicyMaker, given?: Given): PolicyReport
  readonly oracle: Oracle
}

/** Prepares a world: seeds count from 1, and the oracle runs once for each. */
export function benchOf(world: World, { seeds, ...options }: BenchOptions): Bench {
  const oracle = oracleOf(world)
  const inputs = Array.from({ length: seeds }, (_, index): RunInput => {
    const { stopwatch, hasBursts, hasCache } = options
    return { world, oracle, seed: index + 1, options: { hasBursts, hasCache }, stopwatch }
  })
  const oracleRuns: readonly SeedRun[] = inputs.map(runOracle)
  return {
    oracle,
    run(policy, make, given = {}) {
      const runs = inputs.map((input) => runPolicy(input, make, given))
      return measure(world, oracle, { policy, runs, oracleRuns })
    },
  }
}
