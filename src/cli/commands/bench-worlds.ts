import type { Command } from 'commander'
import { invalid } from '../../core/errors/gateway-error.ts'
import { benchOf } from '../../worlds/bench.ts'
import { decompose, type Part } from '../../worlds/decompose.ts'
import type { PolicyReport } from '../../worlds/measures.ts'
import { policies } from '../../worlds/policies.ts'
import type { PolicyMaker } from '../../worlds/policy.ts'
import { printReport, worstFloor } from '../../worlds/print-report.ts'
import { readWorld } from '../../worlds/read-world.ts'
import { MOST_REQUESTS } from '../../worlds/wire.ts'
import type { World } from '../../worlds/world.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Output, table } from '../output.ts'
import { readFileText } from '../read-file-text.ts'
import { action } from '../settings.ts'

/** The largest world that can be read; the examples have 12 kB. */
const MAX_MEBIBYTES = 16
/** Beyond this the spread is known better than the world. */
const MOST_SEEDS = 100
/** The rows of the oracle and of one policy stay in memory: some 300 bytes for each request. */
const MOST_ROWS = 4_000_000

interface WorldsOptions {
  readonly policy: string
  readonly seeds: string
  readonly requests?: string
  readonly cache?: boolean
  readonly bursts?: boolean
  readonly decompose?: boolean
}

/** `keeprate bench worlds` */
export function addBenchWorlds(bench: Command): void {
  bench
    .command('worlds')
    .description('Run policies through simulated worlds and compare them with perfect knowledge')
    .argument('<file...>', 'world files')
    .option('--policy <name>', `${Object.keys(policies).join(', ')} or all`, 'all')
    .option('--seeds <number>', 'runs, each with its own luck', '5')
    .option('--requests <number>', 'requests of each run (default: what the world says)')
    .option('--cache', 'prompts repeat, and exact repeats are answered from a cache')
    .option('--bursts', 'requests come in bursts')
    .option('--decompose', 'run again with truths in place of estimates')
    .option('--json', 'print one line of JSON for each world and policy')
    .action(action(benchWorlds))
}

async function benchWorlds(
  output: Output,
  files: readonly string[],
  options: WorldsOptions,
): Promise<number> {
  const chosen = choosePolicies(options.policy)
  const seeds = readCount('seeds', options.seeds, MOST_SEEDS)
  // All files are read before the first run: a misspelt one is known at once.
  const worlds = files.map((file) => openWorld(output, file, options.requests))
  for (const { id, requests } of worlds) {
    if (seeds * requests <= MOST_ROWS) continue
    throw invalid('seeds', `${id}: seeds times requests must be at most ${MOST_ROWS}.`)
  }
  for (const world of worlds) {
    const bench = benchOf(world, {
      seeds,
      hasBursts: options.bursts === true,
      hasCache: options.cache === true,
      stopwatch: () => performance.now(),
    })
    const reports: Measured[] = []
    for (const [name, make] of chosen) {
      output.note(`${world.id}: ${name}, ${seeds} × ${world.requests} requests`)
      const report = bench.run(name, make)
      const isWanted = options.decompose === true
      const parts = isWanted ? decompose(world, bench, { name, make }) : []
      reports.push({ report, parts })
      if (output.isJson) output.line(printReport(report, parts), '')
    }
    if (!output.isJson) output.line(undefined, printWorld(world, reports))
  }
  return exitCodes.ok
}

function choosePolicies(name: string): readonly (readonly [string, PolicyMaker])[] {
  if (name === 'all') return Object.entries(policies)
  const make = Object.hasOwn(policies, name) ? policies[name] : undefined
  if (make === undefined) {
    throw invalid('policy', `policy must be ${Object.keys(policies).join(', ')} or all.`)
  }
  return [[name, make]]
}

function readCount(param: string, text: string, most: number): number {
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= most) return count
  throw invalid(param, `${param} must be a whole number from 1 to ${most}.`)
}

function openWorld(output: Output, file: string, requests: string | undefined): World {
  const text = readFileText(file, MAX_MEBIBYTES)
  const { world, ignored } = readWorld(text, file)
  if (ignored.length > 0) output.note(`${file}: nobody reads ${ignored.join(', ')}`)
  if (requests === undefined) return world
  return { ...world, requests: readCount('requests', requests, MOST_REQUESTS) }
}

interface Measured {
  readonly report: PolicyReport
  readonly parts: readonly Part[]
}

const HEAD = [
  ...['policy', 'spend/accepted', 'score', 'ratio', 'combined', 'floor gap', 'missed'],
  ...['exploring', 'recovery', 'failed', 'p50 s', 'p95 s', 'decision p99 ms', 'explained'],
]

function printWorld({ id, kind, requests }: World, reports: readonly Measured[]): string {
  const seeds = reports[0]?.report.seeds ?? 0
  const oracle = reports[0]?.report.means.oracleScore ?? 0
  const rows = reports.flatMap(({ report, parts }) => [
    [report.policy, ...cellsOf(report)],
    ...parts.map(({ part, report: known }) => [`  knowing ${part}`, ...cellsOf(known)]),
  ])
  const title = `${id} (${kind}): ${seeds} runs of ${requests} requests, oracle ${dollars(oracle)}`
  return `${title}\n${table([HEAD, ...rows])}\n`
}

function cellsOf({ means, deviations, floors }: PolicyReport): readonly string[] {
  const worst = worstFloor(floors)
  return [
    dollars(means.spendPerAccepted),
    dollars(means.score),
    `${means.ratio.toFixed(3)} ± ${deviations.ratio.toFixed(3)}`,
    means.combinedRatio.toFixed(3),
    worst === undefined ? '-' : worst.gap.toFixed(3),
    String(floors.filter(({ isMissed }) => isMissed).length),
    `${(100 * means.explorationShare).toFixed(1)} %`,
    means.recoveryRequests === undefined ? '-' : means.recoveryRequests.toFixed(0),
    means.failed.toFixed(0),
    means.latencyP50.toFixed(1),
    means.latencyP95.toFixed(1),
    means.decisionP99Ms.toFixed(2),
    `${(100 * means.explained).toFixed(0)} %`,
  ]
}

/** Means of a simulation, to five decimals; no amount of a book. */
const dollars = (value: number): string => `$${value.toFixed(5)}`
