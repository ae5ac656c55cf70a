import type { Command } from 'commander'
import { invalid } from '../../core/errors/gateway-error.ts'
import type { JsonObject } from '../../core/json.ts'
import { readDecisionLog } from '../../core/replay/decision-log.ts'
import {
  type Interval,
  type Replay,
  type ReplayEstimate,
  replay,
} from '../../core/replay/estimate.ts'
import { targetOf, targets } from '../../core/replay/target.ts'
import { decisionHistory } from '../../gateway/decision-history.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Output, table } from '../output.ts'
import { readFileText } from '../read-file-text.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'

/** About a million decisions with a handful of candidates each. */
const MAX_MEBIBYTES = 512
/** As many as are read one by one in a minute or so. */
const MOST_RECORDED = 100_000

/** `keeprate bench replay` */
export function addBenchReplay(bench: Command): void {
  withCommonOptions(bench.command('replay'))
    .description('Estimate from recorded decisions what another policy would have cost')
    .option('--log <file>', 'JSON lines, one decision each (docs/worlds.md); else the database')
    .option('--last <count>', 'how many of the latest decisions of the database', '10000')
    .option('--tenant <name>', 'whose decisions, of the database', 'default')
    .option(
      '--policy <name>',
      `${Object.keys(targets).join(', ')}, plan:<offers> or offer:<offer>`,
      'greedy',
    )
    .action(action(benchReplay))
}

interface ReplayOptions extends CommonOptions {
  readonly log?: string
  readonly policy: string
  readonly last: string
  readonly tenant: string
}

/** The gateway's own decisions as the lines of a log. */
async function recorded({ last, tenant, ...common }: ReplayOptions): Promise<string> {
  const limit = Number(last)
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_RECORDED) {
    throw invalid('last', `--last must be a whole number from 1 to ${MOST_RECORDED}.`)
  }
  const lines = await withKeeprate(common, ({ stores }) =>
    decisionHistory(stores, { tenant, limit }),
  )
  return lines.map((line) => JSON.stringify(line)).join('\n')
}

async function benchReplay(output: Output, options: ReplayOptions): Promise<number> {
  const { log, policy } = options
  const target = targetOf(policy)
  const text = log === undefined ? await recorded(options) : readFileText(log, MAX_MEBIBYTES)
  const decisions = readDecisionLog(text)
  const found = replay(decisions, target)
  output.data(printReplay(policy, found), toText(policy, found))
  if (found.doubt !== undefined) output.note(DOUBTS[found.doubt])
  return exitCodes.ok
}

const DOUBTS: Readonly<Record<NonNullable<Replay['doubt']>, string>> = {
  no_verdicts: 'No decision of the log has a verdict: nothing is known of acceptance.',
  too_few: 'Too few verdicts speak for this policy: the intervals are narrower than the truth.',
  not_tried:
    'The log could often not have done what this policy does: there the estimate is no more than ' +
    'what was expected.',
}

const printReplay = (policy: string, found: Replay): JsonObject => ({
  ...{ policy, decisions: found.decisions, verdicts: found.verdicts, support: found.support },
  effective_verdicts: found.effectiveVerdicts,
  largest_weight: found.largestWeight,
  doubt: found.doubt ?? null,
  inverse_propensity: printEstimate(found.inversePropensity),
  doubly_robust: printEstimate(found.doublyRobust),
})

const printEstimate = (estimate: ReplayEstimate): JsonObject => ({
  cost: printInterval(estimate.cost),
  accepted: printInterval(estimate.accepted),
  cost_per_accepted: printInterval(estimate.costPerAccepted),
})

/** Estimates are no amounts of a book: numbers, and null for what nothing is known of. */
const printInterval = ({ estimate, low, high }: Interval): JsonObject => ({
  ...{ estimate: finite(estimate), low: finite(low), high: finite(high) },
})

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

function toText(policy: string, found: Replay): string {
  const cells = ({ estimate, low, high }: Interval, digits: number) =>
    !Number.isFinite(estimate)
      ? 'unknown'
      : Number.isFinite(high - low)
        ? `${estimate.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`
        : `${estimate.toFixed(digits)} (too few to say how surely)`
  const rowOf = (name: string, { cost, accepted, costPerAccepted }: ReplayEstimate) => [
    ...[name, cells(cost, 5), cells(accepted, 3), cells(costPerAccepted, 5)],
  ]
  return [
    `${policy} on ${found.decisions} decisions with ${found.verdicts} verdicts, worth ` +
      `${found.effectiveVerdicts.toFixed(0)} of its own; ` +
      `${(100 * found.support).toFixed(1)} % of its choices could have been recorded`,
    table([
      ['estimator', '$ per request', 'accepted', '$ per accepted'],
      rowOf('inverse propensity', found.inversePropensity),
      rowOf('doubly robust', found.doublyRobust),
    ]),
  ].join('\n')
}
