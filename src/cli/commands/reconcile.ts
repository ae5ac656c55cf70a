import type { Command } from 'commander'
import type { Keeprate } from '../../config/open-keeprate.ts'
import { printCsv } from '../../core/csv.ts'
import { invalid } from '../../core/errors/gateway-error.ts'
import type { BillLine } from '../../core/reconcile/bill.ts'
import { modelNamer } from '../../core/reconcile/model-names.ts'
import { type OurLine, reconcile } from '../../core/reconcile/reconcile.ts'
import { startOfDay } from '../../core/time.ts'
import type { TimeRange } from '../../core/usage/buckets.ts'
import { costOf } from '../../core/usage/usage-sums.ts'
import { readZone } from '../../gateway/usage-range.ts'
import { bookInUse, reportUsage } from '../../gateway/usage-report.ts'
import { providers as shipped } from '../../providers/registry.generated.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Output, table } from '../output.ts'
import { readBillFile } from '../read-bill-file.ts'
import { printReconciliation, reconciledCells } from '../reconciliation.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'
import { readBook } from './usage.ts'

/** Days of one file; more than a year is several bills. */
const MAX_DAYS = 400
const DAY_MS = 86_400_000
const MAX_ROWS = 1_000_000

interface ReconcileOptions extends CommonOptions {
  readonly provider?: string
  readonly models?: string
  readonly tolerance: string
  readonly book?: string
  readonly csv?: boolean
}

/** `keeprate ledger reconcile` */
export function addReconcile(ledger: Command): void {
  withCommonOptions(ledger.command('reconcile'))
    .description("Compare the ledger with a provider's bill, by model and UTC day")
    .argument('<file>', 'pages of OpenAI’s costs or usage as JSON, or CSV with date, model, cost')
    .option('--provider <id>', 'whose bill it is (default: openai for JSON)')
    .option('--models <list>', 'compare only these models of ours')
    .option('--tolerance <percent>', 'differences up to this are none', '2')
    .option('--book <book>', 'real or simulated (default: what is spent now)')
    .option('--csv', 'print CSV on standard output')
    .action(action(run))
}

const run = (output: Output, file: string, options: ReconcileOptions): Promise<number> =>
  withKeeprate(options, async (keeprate) => {
    const tolerance = readTolerance(options.tolerance)
    const { bill, isOpenai } = readBillFile(file)
    const provider = readProvider(options.provider ?? (isOpenai ? 'openai' : undefined))
    const nameOf = modelNamer(provider.models)
    const named = bill.lines.map((line) => ({ ...line, model: nameOf(line.model) }))
    const wanted = readModels(options.models)
    const theirs = named.filter(({ model }) => wanted?.has(model) ?? true)
    const range = rangeOf(theirs)
    const book = readBook(options.book) ?? bookInUse(keeprate.providers)
    const ours = await readOurs({ keeprate, range, book, provider: provider.id, wanted })
    const rows = reconcile(theirs, ours, tolerance)
    const printed = printReconciliation(rows, {
      ...{ provider: provider.id, book, tolerance: options.tolerance, problems: bill.problems },
      leftOut: named.length - theirs.length,
    })
    const cells = reconciledCells(rows)
    output.data(printed, options.csv === true ? printCsv(cells) : table(cells))
    for (const { line, message } of bill.problems.slice(0, 20)) {
      output.note(`line ${line} is not counted: ${message}`)
    }
    if (bill.problems.length > 20) output.note(`… and ${bill.problems.length - 20} more lines`)
    if (rows.some(({ verdict }) => verdict !== 'agrees')) return exitCodes.overLimit
    return bill.problems.length > 0 ? exitCodes.partly : exitCodes.ok
  })

/** Percent with up to four decimals, as millionths. */
function readTolerance(text: string): bigint {
  const match = /^(\d{1,3})(?:\.(\d{1,4}))?%?$/.exec(text.trim())
  if (match === null)
    throw invalid('tolerance', 'tolerance must be a percentage, such as 2 or 0.5.')
  return BigInt(`${match[1]}${(match[2] ?? '').padEnd(4, '0')}`)
}

function readProvider(id: string | undefined) {
  const found = shipped.find((provider) => provider.id === id)
  if (found !== undefined) return found
  const known = shipped.map((provider) => provider.id).join(', ')
  if (id === undefined) throw invalid('provider', `Say whose bill it is: --provider ${known}.`)
  throw invalid('provider', `${id.slice(0, 40)} is none of ${known}.`)
}

const readModels = (list: string | undefined): ReadonlySet<string> | undefined =>
  list === undefined ? undefined : new Set(list.split(',').map((name) => name.trim()))

/** The UTC days from the first to the last of a bill. */
function rangeOf(lines: readonly BillLine[]): TimeRange {
  const days = lines.map(({ day }) => day).sort()
  const [first, last] = [days[0], days.at(-1)]
  if (first === undefined || last === undefined) {
    throw invalid('file', 'The file has no line that can be compared.')
  }
  const range = { from: startOfDay(first), to: startOfDay(last) + DAY_MS }
  if (range.to - range.from <= MAX_DAYS * DAY_MS) return range
  throw invalid('file', `The file reaches from ${first} to ${last}: at most ${MAX_DAYS} days.`)
}

async function readOurs(asked: {
  readonly keeprate: Keeprate
  readonly range: TimeRange
  readonly book: 'real' | 'simulated'
  readonly provider: string
  readonly wanted: ReadonlySet<string> | undefined
}): Promise<readonly OurLine[]> {
  const { range, book, provider, wanted } = asked
  const filters = { provider: [provider], ...(wanted === undefined ? {} : { model: [...wanted] }) }
  const report = await reportUsage(
    {
      range,
      book,
      filters,
      fields: ['model'],
      unit: 'day',
      zone: readZone('UTC'),
      limit: MAX_ROWS,
    },
    asked.keeprate.stores.usage,
  )
  return report.rows
    .filter(({ sums }) => sums.attempts > 0n)
    .map(({ bucket, values, sums }) => ({
      day: bucket.label ?? '',
      model: values[0] ?? '',
      images: sums.images,
      costNano: costOf(sums),
      suspectedNano: sums.suspectedNano,
    }))
}
