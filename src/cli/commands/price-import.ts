import { Argument, type Command } from 'commander'
import { printChange } from '../../core/alerts/describe-change.ts'
import { invalid } from '../../core/errors/gateway-error.ts'
import type { JsonObject } from '../../core/json.ts'
import {
  importLitellm,
  type LitellmReport,
  litellmSource,
} from '../../core/pricebook/feed/import-litellm.ts'
import { makeOfferNames } from '../../core/pricebook/feed/readers/offer-names.ts'
import type { RecordedChange } from '../../core/pricebook/feed/recorded-change.ts'
import { curatedRows } from '../../gateway/price-watch.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Output, table } from '../output.ts'
import { readFileText } from '../read-file-text.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'

/** LiteLLM's file has 1.4 MB (2026-08-01). */
const MAX_MEBIBYTES = 16

interface ImportOptions extends CommonOptions {
  readonly apply?: boolean
}

/** `keeprate price import` */
export function addPriceImport(price: Command): void {
  withCommonOptions(price.command('import'))
    .description("Say what another tool's price list would change; with --apply, change it")
    .addArgument(new Argument('<list>', 'whose list').choices(['litellm']))
    .argument('<file>', 'the list, such as model_prices_and_context_window.json')
    .option('--apply', 'take it, as a look at that source; without it nothing is written')
    .action(action(importList))
}

const importList = (
  output: Output,
  _list: string,
  file: string,
  options: ImportOptions,
): Promise<number> => {
  const json = readJson(file)
  return withKeeprate(options, async ({ watch, prices, gateway }) => {
    const { clock, sha256 } = gateway.deps
    const now = clock.now()
    const { state } = await watch.store.feed()
    const names = makeOfferNames(prices.snapshot().catalog.models)
    const context = { names, now, digest: sha256, state }
    const report = importLitellm(json, curatedRows(prices.layers()), context)
    const { reading } = report
    if (reading.entries.length + reading.skipped.length === 0) {
      // Taken as a look, it would say that every price of that source is gone.
      throw invalid('file', `${file} lists no price of pictures in the form of LiteLLM's list.`)
    }
    const changes: readonly RecordedChange[] =
      options.apply === true
        ? await watch.apply({ kind: 'reading', source: litellmSource, reading })
        : report.changes.map((change) => ({ change, impact: null, recordedAt: now }))
    const isApplied = options.apply === true
    output.data(print(report, changes, isApplied), textOf(report, changes, isApplied))
    return exitCodes.ok
  })
}

function readJson(file: string): unknown {
  const text = readFileText(file, MAX_MEBIBYTES)
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw invalid('file', `${file} is no JSON: ${reason}`)
  }
}

const countsOf = (
  { taken, held, needless, skipped }: LitellmReport,
  changes: readonly RecordedChange[],
): Readonly<Record<string, number>> => ({
  taken: taken.length,
  held: held.length,
  needless: needless.length,
  disagreeing: needless.filter(({ disagrees }) => disagrees).length,
  skipped: skipped.length,
  changes: changes.length,
})

const print = (
  report: LitellmReport,
  changes: readonly RecordedChange[],
  isApplied: boolean,
): JsonObject =>
  ({
    applied: isApplied,
    counts: countsOf(report, changes),
    taken: report.taken,
    held: report.held,
    needless: report.needless.map(({ isTooLow, ...row }) => ({ ...row, is_too_low: isTooLow })),
    skipped: report.skipped,
    changes: changes.map(printChange),
  }) as unknown as JsonObject

function textOf(
  report: LitellmReport,
  changes: readonly RecordedChange[],
  isApplied: boolean,
): string {
  const { taken, held, needless, skipped } = report
  const counts = countsOf(report, changes)
  const rows = [
    ...taken.map(({ key, offer, operation }) => ['taken', key, `${offer} ${operation}`]),
    ...held.map(({ key, reasons }) => ['held', key, reasons.map(({ text }) => text).join('; ')]),
    ...needless.map(({ key, offer, operation, factor, disagrees }) => {
      const differs = disagrees ? `; theirs is ${timesOf(factor)} the book's` : ''
      return ['needless', key, `the book has ${offer} ${operation}${differs}`]
    }),
    ...skipped.map(({ key, code, text }) => ['skipped', key, `${code}: ${text}`]),
  ]
  const end = isApplied ? 'Applied.' : 'Nothing was written; --apply takes it.'
  return [
    Object.entries(counts)
      .map(([name, count]) => `${count} ${name}`)
      .join(', '),
    table([['row', "LiteLLM's name", 'why'], ...rows]),
    end,
  ].join('\n')
}

const timesOf = (factor: LitellmReport['needless'][number]['factor']): string => {
  if (factor === null) return 'something that does not compare with'
  const [low, high] = [factor.low, factor.high].map((ratio) => Number(ratio.toPrecision(3)))
  return low === high ? `${low} times` : `${low} to ${high} times`
}
