import type { Command } from 'commander'
import { GatewayError } from '../../core/errors/gateway-error.ts'
import type { JsonObject } from '../../core/json.ts'
import type { PriceBook } from '../../core/pricebook/price-book.ts'
import { holdsOn, type PriceRow } from '../../core/pricebook/price-row.ts'
import { dayOf } from '../../core/time.ts'
import { printOrigin } from '../../gateway/print-quote.ts'
import { exitCodes } from '../exit-codes.ts'
import { type BookOptions, openPrices, withBookOptions } from '../open-prices.ts'
import { type Output, table } from '../output.ts'
import { action } from '../settings.ts'

interface ListOptions extends BookOptions {
  readonly all?: boolean
  readonly provider?: string
}

/** `keeprate price list`, `price show` and `price history` */
export function addPriceList(price: Command): void {
  withBookOptions(price.command('list'))
    .description('List the prices that hold, with source, date and layer')
    .option('--all', 'also those that hold no longer or not yet')
    .option('--provider <id>', 'only one provider')
    .action(action(list))
  withBookOptions(price.command('show'))
    .description('Show the prices of one offer that hold, with every figure and its source')
    .argument('<offer>', 'provider/model')
    .action(action(show))
  withBookOptions(price.command('history'))
    .description('List every price of one offer, from the first day on')
    .argument('<offer>', 'provider/model')
    .action(action(history))
}

async function list(output: Output, options: ListOptions): Promise<number> {
  const { book, at } = await openPrices(options)
  const today = dayOf(at)
  const { provider } = options
  const rows = book.rows
    .filter((row) => options.all === true || holdsOn(row, today))
    .filter(({ offer }) => provider === undefined || offer.startsWith(`${provider}/`))
    .toSorted((a, b) => (a.offer < b.offer ? -1 : a.offer > b.offer ? 1 : 0))
  const head = ['offer', 'operation', 'price', 'valid', 'confidence', 'source', 'layer']
  const lines = rows.map((row) => [row.offer, row.operation, ...cellsOf(row, book)])
  output.data({ version: book.version, rows: rows.map(print(book)) }, table([head, ...lines]))
  return exitCodes.ok
}

async function show(output: Output, offer: string, options: BookOptions): Promise<number> {
  const { book, at, remarkOn } = await openPrices(options)
  const rows = rowsOf(book, offer).filter((row) => holdsOn(row, dayOf(at)))
  if (rows.length === 0) {
    const message = `${offer} has no price on ${dayOf(at)}; see keeprate price history ${offer}.`
    throw new GatewayError('price_unknown', message, { param: 'offer' })
  }
  const remark = remarkOn(offer)
  if (remark !== undefined) output.note(`note   ${remark}`)
  const texts = rows.map((row) => [titleOf(row), ...detailsOf(row, book)].join('\n'))
  output.data({ offer, rows: rows.map(print(book)) }, texts.join('\n\n'))
  return exitCodes.ok
}

async function history(output: Output, offer: string, options: BookOptions): Promise<number> {
  const { book } = await openPrices(options)
  const rows = rowsOf(book, offer).toSorted((a, b) => (a.valid_from < b.valid_from ? -1 : 1))
  const head = ['operation', 'when', 'price', 'valid', 'confidence', 'source', 'layer']
  const lines = rows.map((row) => [row.operation, whenOf(row), ...cellsOf(row, book)])
  output.data({ offer, rows: rows.map(print(book)) }, table([head, ...lines]))
  return exitCodes.ok
}

/** @throws GatewayError when the book has none. */
function rowsOf(book: PriceBook, offer: string): readonly PriceRow[] {
  const rows = book.rows.filter((row) => row.offer === offer)
  if (rows.length > 0) return rows
  const message = `No price is known for ${offer}; see keeprate price list --all.`
  throw new GatewayError('price_unknown', message, { param: 'offer' })
}

const print =
  (book: PriceBook) =>
  (row: PriceRow): JsonObject => {
    const origin = book.origins.get(row)
    return { ...row, ...(origin === undefined ? {} : printOrigin(origin)) } as unknown as JsonObject
  }

const cellsOf = (row: PriceRow, book: PriceBook): readonly string[] => [
  partsOf(row).map(printPart).join(' + '),
  `${row.valid_from} …${row.valid_to === null ? '' : ` ${row.valid_to}`}`,
  row.source.confidence,
  `read ${row.source.read_at}`,
  layerOf(row, book),
]

function layerOf(row: PriceRow, book: PriceBook): string {
  const origin = book.origins.get(row)
  if (origin === undefined) return ''
  const markup = origin.markup === undefined ? '' : ` +${origin.markup}`
  return `${origin.layer} (${origin.name})${markup}`
}

const partsOf = (row: PriceRow): readonly { readonly kind: string }[] => [
  ...row.components,
  ...(row.modifiers ?? []),
]

const whenOf = ({ when }: PriceRow): string =>
  Object.entries(when)
    .filter(([, value]) => value != null)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')

const titleOf = (row: PriceRow): string => `${row.offer}  ${row.operation}  ${whenOf(row)}`.trim()

const detailsOf = (row: PriceRow, book: PriceBook): readonly string[] => [
  ...partsOf(row).map((part) => `  price   ${printPart(part)}${printTables(part)}`),
  `  valid   ${row.valid_from} …${row.valid_to === null ? '' : ` ${row.valid_to}`}`,
  `  source  ${row.source.url}  read ${row.source.read_at}  confidence ${row.source.confidence}`,
  ...(row.source.note === undefined ? [] : [`  note    ${row.source.note}`]),
  `  layer   ${layerOf(row, book)}`,
  `  billed  ${billedOn(row)}`,
]

const billedOn = ({ billed_on }: PriceRow): string =>
  Object.entries(billed_on)
    .map(([outcome, isBilled]) => `${outcome} ${isBilled ? 'yes' : 'no'}`)
    .join(', ')

/** A component or modifier as `kind name=value …`, without its tables. */
const printPart = ({ kind, ...fields }: { readonly kind: string }): string =>
  [
    kind,
    ...Object.entries(fields)
      .filter(([, value]) => typeof value !== 'object' && value !== undefined)
      .map(([name, value]) => `${name}=${String(value)}`),
  ].join(' ')

/** The tables of a component, a line for each. */
const printTables = ({ kind: _, ...fields }: { readonly kind: string }): string =>
  Object.entries(fields)
    .filter(([, value]) => typeof value === 'object' && value !== null)
    .map(([name, value]) => `\n            ${name}: ${JSON.stringify(value)}`)
    .join('')
