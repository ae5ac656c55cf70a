import type { ZodType } from 'zod'
import { type Model, type ModelAlias, offerName } from '../core/catalog/model.ts'
import { findConflicts } from '../core/pricebook/conflicts.ts'
import { type PriceRow, priceRowSchema } from '../core/pricebook/price-row.ts'
import { operations } from '../core/request/image-request.ts'
import type { Steps } from '../core/steps.ts'
import { aliasRow, makesSize, toModel } from '../providers/shared/models-file.ts'
import { bookHead, bookModelRow, type PlanRow, planRow } from './book-file.ts'
import { type Flaw, flawsOf } from './book-reasons.ts'
import { type OpenDocument, openDocument } from './open-document.ts'
import { openLargeJson } from './open-large-json.ts'

/** A price book as a file tells it. */
export interface BookFile {
  readonly path: string
  readonly name: string
  readonly asOf?: string
  readonly models: readonly Model[]
  readonly aliases: readonly ModelAlias[]
  readonly prices: readonly PriceRow[]
  readonly plans: readonly PlanRow[]
}

/** Something about a book that its writer should know. */
export interface BookProblem {
  /** `file:line:column`. */
  readonly place: string
  /** The member in question: `prices.3.components.0.usd`. */
  readonly member: string
  readonly reason: string
  /** A warning leaves the book usable. */
  readonly severity: 'error' | 'warning'
}

/** What reading a file gave. A book with an error is no book. */
export interface BookReading {
  readonly book?: BookFile
  readonly problems: readonly BookProblem[]
}

/** What a reader knows beside the file. */
export interface BookContext {
  /** Offers that have a model; prices of others are warned of. Undefined = nothing is known. */
  readonly knownOffers?: ReadonlySet<string>
  /** Rows of an earlier reading by their text: unchanged ones are not checked again. */
  readonly known?: Map<string, PriceRow>
}

/** From this size on JSON is read without remembering where everything stands, in characters. */
const LARGE = 256 * 1024
/** A YAML book may not be longer: reading it stops everything else, some 20 ms for each 10 kB. */
const LONGEST_YAML = LARGE
/** Longest book, in characters: some 50,000 prices. */
const LONGEST = 40 * 1024 * 1024
/** Problems that are told; a file with more has one mistake many times. */
const MOST_PROBLEMS = 100
/** Rows read between two pauses; some milliseconds. */
const ROWS_PER_TURN = 100

/** Reads a price book, with every problem at once. Never throws for anything a file can hold. */
export function* readBook(
  text: string,
  path: string,
  context: BookContext = {},
): Steps<BookReading> {
  const isJson = /^\s*\{/.test(text)
  const longest = isJson ? LONGEST : LONGEST_YAML
  if (text.length > longest) {
    const advice = isJson ? 'cut it into several' : 'write it as JSON, which is read much faster'
    const reason = `the book has more than ${longest / 1024} kB; ${advice}`
    return { problems: [{ place: `${path}:1:1`, member: '', reason, severity: 'error' }] }
  }
  const isLarge = isJson && text.length > LARGE
  const document = isLarge ? openLargeJson(text, path) : openDocument(text, path)
  yield
  if (document.errors.length > 0) return { problems: document.errors.map(syntaxProblem) }
  const flaws: Flaw[] = []
  const book = yield* readValue(document.value, path, context, flaws)
  const problems = toProblems(flaws, document)
  const isUsable = !problems.some(({ severity }) => severity === 'error')
  return isUsable && book !== undefined ? { book, problems } : { problems }
}

function* readValue(
  value: unknown,
  path: string,
  { knownOffers, known = new Map() }: BookContext,
  flaws: Flaw[],
): Steps<BookFile | undefined> {
  const head = bookHead.safeParse(value ?? {})
  if (!head.success) {
    flaws.push(...flawsOf(head.error.issues, value, []))
    return undefined
  }
  const { book: name, as_of: asOf, models: modelRows, aliases: aliasRows } = head.data
  const models = readModels(modelRows, flaws)
  const aliases = readRows(aliasRow, aliasRows, 'aliases', flaws)
  const plans = readRows(planRow, head.data.plans, 'plans', flaws)
  yield
  const prices = yield* readPrices(head.data.prices, known, flaws)
  refuseConflicts(prices, flaws)
  yield
  const offers = new Set([...(knownOffers ?? []), ...models.map(offerName)])
  if (knownOffers !== undefined) warnOfUnknown(prices, offers, flaws)
  return {
    path,
    name,
    ...(asOf === undefined ? {} : { asOf }),
    models,
    aliases: aliases.map(({ source: _, ...alias }) => alias),
    prices: prices.map(({ row }) => row),
    plans,
  }
}

function readRows<Row>(
  schema: ZodType<Row>,
  rows: readonly unknown[],
  list: string,
  flaws: Flaw[],
): readonly Row[] {
  return rows.flatMap((row, index) => {
    const read = schema.safeParse(row)
    if (read.success) return [read.data]
    flaws.push(...flawsOf(read.error.issues, row, [list, index]))
    return []
  })
}

function readModels(rows: readonly unknown[], flaws: Flaw[]): readonly Model[] {
  const seen = new Set<string>()
  return rows.flatMap((row, index) => {
    const read = bookModelRow.safeParse(row)
    if (!read.success) {
      flaws.push(...flawsOf(read.error.issues, row, ['models', index]))
      return []
    }
    const { provider, source: _, ...facts } = read.data
    const model = toModel(provider, { ...facts, wire: {} })
    for (const name of [model.id, ...model.otherNames]) {
      const offer = `${provider}/${name}`
      const reason = `${offer} stands twice`
      if (seen.has(offer)) flaws.push({ keys: ['models', index, 'id'], reason })
      seen.add(offer)
    }
    if (!makesSize(model.sizes, model.defaultSize)) {
      const keys = ['models', index, 'default_size']
      flaws.push({ keys, reason: 'is none of its sizes' })
    }
    return [model]
  })
}

interface PlacedRow {
  readonly row: PriceRow
  readonly index: number
}

function* readPrices(
  rows: readonly unknown[],
  known: Map<string, PriceRow>,
  flaws: Flaw[],
): Steps<readonly PlacedRow[]> {
  const read: PlacedRow[] = []
  const texts = new Map<string, PriceRow>()
  for (const [index, value] of rows.entries()) {
    if (index % ROWS_PER_TURN === ROWS_PER_TURN - 1) yield
    const text = JSON.stringify(value) ?? ''
    const before = texts.has(text) ? undefined : known.get(text)
    const parsed = before === undefined ? priceRowSchema.safeParse(value) : undefined
    const row = before ?? parsed?.data
    if (row === undefined) {
      flaws.push(...flawsOf(parsed?.error?.issues ?? [], value, ['prices', index]))
      continue
    }
    texts.set(text, row)
    read.push({ row, index })
  }
  known.clear()
  for (const [text, row] of texts) known.set(text, row)
  return read
}

function refuseConflicts(prices: readonly PlacedRow[], flaws: Flaw[]): void {
  const indexOf = new Map(prices.map(({ row, index }) => [row, index]))
  for (const { first, second, day } of findConflicts(prices.map(({ row }) => row))) {
    const other = `prices.${indexOf.get(first)}`
    const calls = `${second.offer} ${second.operation}`
    const reason = `${calls} has another price for the same calls on ${day}: ${other}`
    flaws.push({ keys: ['prices', indexOf.get(second) ?? 0, 'valid_from'], reason })
  }
}

function warnOfUnknown(
  prices: readonly PlacedRow[],
  offers: ReadonlySet<string>,
  flaws: Flaw[],
): void {
  const told = new Set<string>()
  for (const { row, index } of prices) {
    if (offers.has(row.offer) || told.has(row.offer) || !isOurs(row)) continue
    told.add(row.offer)
    const reason = `no model is known as ${row.offer}; its price is never used for a call`
    flaws.push({ keys: ['prices', index, 'offer'], reason, isWarning: true })
  }
}

/** Books also list what the gateway does not do itself, such as a prompt that is written anew. */
const isOurs = ({ operation }: PriceRow): boolean => operations.some((each) => each === operation)

/** Errors before warnings, so that a limit never hides why a book is refused. */
function toProblems(flaws: readonly Flaw[], document: OpenDocument): readonly BookProblem[] {
  const ordered = [
    ...flaws.filter(({ isWarning }) => isWarning !== true),
    ...flaws.filter(({ isWarning }) => isWarning === true),
  ]
  return ordered.slice(0, MOST_PROBLEMS).map(({ keys, reason, isName, isWarning }) => ({
    place: isName === true ? document.placeOfName(keys) : document.place(keys),
    member: keys.join('.'),
    reason,
    severity: isWarning === true ? 'warning' : 'error',
  }))
}

/** A message of the parser, which begins with its place. */
function syntaxProblem(message: string): BookProblem {
  const [, place = '', reason = message] = /^(.*?:\d+:\d+): (.*)$/s.exec(message) ?? []
  return { place, member: '', reason, severity: 'error' }
}

/** A problem in one line. */
export const problemText = ({ place, member, reason, severity }: BookProblem): string =>
  [
    place,
    ...(severity === 'warning' ? ['warning'] : []),
    ...(member === '' ? [] : [member]),
    reason,
  ]
    .filter((text) => text !== '')
    .join(': ')
