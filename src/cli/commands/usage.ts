import type { Command } from 'commander'
import type { Keeprate } from '../../config/open-keeprate.ts'
import { printCsv } from '../../core/csv.ts'
import { invalid } from '../../core/errors/gateway-error.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Book } from '../../core/ledger/entry.ts'
import { formatDollars } from '../../core/money.ts'
import { costOf, type UsageSums } from '../../core/usage/usage-sums.ts'
import { readUsageRange, readZone } from '../../gateway/usage-range.ts'
import {
  bookInUse,
  printUsageReport,
  readUsageGroups,
  reportUsage,
  type UsageReport,
  type UsageReportQuery,
  usageGroupings,
} from '../../gateway/usage-report.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Output, table } from '../output.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'

/** More rows than a person or a spreadsheet reads. */
const MAX_ROWS = 100_000

interface UsageOptions extends CommonOptions {
  readonly from?: string
  readonly to?: string
  readonly by: string
  readonly tz: string
  readonly book?: string
  readonly tenant?: string
  readonly csv?: boolean
}

/** `keeprate usage` */
export function addUsage(program: Command): void {
  withCommonOptions(program.command('usage'))
    .description('What was asked, made and spent')
    .option('--from <time>', 'a day, or an instant on a quarter of an hour (default: 30 days back)')
    .option('--to <time>', 'a day, which is included, or an instant, which is not (default: now)')
    .option('--by <list>', `any of ${usageGroupings.join(', ')}`, 'day,provider,model')
    .option('--tz <zone>', 'time zone of days and hours, by its IANA name', 'UTC')
    .option('--book <book>', 'real or simulated (default: what is spent now)')
    .option('--tenant <name>', 'only this tenant')
    .option('--csv', 'print CSV on standard output')
    .action(action(usage))
}

const usage = (output: Output, options: UsageOptions): Promise<number> =>
  withKeeprate(options, async (keeprate) => {
    const query = readQuery(options, keeprate)
    const report = await reportUsage(query, keeprate.stores.usage)
    const printed = printUsageReport(report, query)
    output.data(printed, options.csv === true ? toCsv(printed) : toTable(report, query))
    if (report.hasMore) output.note(`Only the first ${MAX_ROWS} rows are shown.`)
    return exitCodes.ok
  })

function readQuery(options: UsageOptions, { gateway, providers }: Keeprate): UsageReportQuery {
  const zone = readZone(options.tz)
  const { unit, fields } = readUsageGroups('by', options.by)
  return {
    range: readUsageRange(options, { zone, unit, now: gateway.deps.clock.now() }),
    book: readBook(options.book) ?? bookInUse(providers),
    tenant: options.tenant,
    fields,
    unit,
    zone,
    limit: MAX_ROWS,
  }
}

/**
 * The book that an option names.
 * @throws GatewayError naming `book`.
 */
export function readBook(name: string | undefined): Book | undefined {
  if (name === undefined || name === 'real' || name === 'simulated') return name
  throw invalid('book', 'book must be real or simulated.')
}

function toTable({ rows, total }: UsageReport, { fields, unit, book }: UsageReportQuery): string {
  const heads = [...(unit === undefined ? [] : [unit]), ...fields]
  const measures = ['requests', 'failed', 'images', 'cached', 'cost', 'per image', 'saved']
  const lines = rows.map(({ bucket, values, sums }) => [
    ...(unit === undefined ? [] : [bucket.label ?? '']),
    ...values.map((value) => value || '-'),
    ...printSums(sums),
  ])
  const last = ['total', ...heads.slice(1).map(() => ''), ...printSums(total)]
  const all =
    heads.length === 0 ? [measures, printSums(total)] : [[...heads, ...measures], ...lines, last]
  const remark =
    book === 'simulated' ? '\nSimulated spend of emulated providers: nothing was paid.' : ''
  return `${table(all)}${remark}`
}

/** Cost per image counts what was delivered, from the cache as well. */
const printSums = (sums: UsageSums): readonly string[] => [
  String(sums.requests),
  String(sums.failedRequests),
  String(sums.delivered),
  String(sums.cached),
  formatDollars(costOf(sums)),
  sums.delivered === 0n ? '-' : formatDollars(costOf(sums) / sums.delivered),
  sums.unlisted > 0n && sums.unlisted === sums.requests ? '-' : formatDollars(sums.savedNano),
]

/** The rows of a printed report under their own names. */
function toCsv({ data, group_by }: JsonObject): string {
  const rows = data as readonly JsonObject[]
  const heads = rows[0] === undefined ? (group_by as readonly string[]) : Object.keys(rows[0])
  const lines = rows.map((row) => heads.map((head) => String(row[head] ?? '')))
  return printCsv([heads, ...lines])
}
