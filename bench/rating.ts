/** Speed of prices, in this process: quotes, a quote of all offers, a book that is read again. */
import { hash } from 'node:crypto'
import { openPriceView } from '../src/config/price-view.ts'
import { readBook } from '../src/config/read-book.ts'
import { liveModels } from '../src/core/catalog/catalog.ts'
import { buildLayeredBook, makePriceBook } from '../src/core/pricebook/price-book.ts'
import { type PriceRow, priceRowSchema } from '../src/core/pricebook/price-row.ts'
import { quote } from '../src/core/pricebook/quote.ts'
import type { Usage } from '../src/core/pricing/usage.ts'
import { normaliseRequest } from '../src/core/request/normalise.ts'
import { quoteOffer } from '../src/core/routing/quote-offer.ts'
import type { Steps } from '../src/core/steps.ts'
import { providers } from '../src/providers/registry.generated.ts'

/** One figure with its goal. Nothing timed makes the command fail. */
export interface RatingFigure {
  readonly what: string
  readonly measured: number
  readonly unit: string
  readonly goal: number
  readonly isAtLeast: boolean
}

const sha256 = (data: string | Uint8Array): string => hash('sha256', data, 'hex')
const NOW = Date.parse('2026-11-20T12:00:00Z')
/** Rows of the book that is read: more than all public prices, some dozen contracts. */
const BOOK_ROWS = 5_000
/** Real time of each measurement, in milliseconds, after a warm-up of a third. */
const MEASURED_MS = 1_500
const RELOADS = 15
/** Measured quotes of all offers: ten of them are beyond the 99th percentile. */
const QUOTED_TIMES = 1_000

/** Measures everything; some seconds on one core. */
export function measureRating(): readonly RatingFigure[] {
  const { cold, again, longest } = measureBook()
  return [
    atLeast('quotes of simple structures', measureSimple(), 'a second', 200_000),
    atMost(`quote of all ${liveOffers()} live offers, p99`, measureAll(), 'ms', 3),
    atMost(`book of ${BOOK_ROWS} rows read for the first time`, cold, 'ms', 150),
    atMost(`book of ${BOOK_ROWS} rows read again with one change`, again, 'ms', 150),
    atMost('longest pause of requests while it is read again', longest, 'ms', 10),
  ]
}

const atLeast = (what: string, measured: number, unit: string, goal: number): RatingFigure => ({
  ...{ what, measured, unit, goal },
  isAtLeast: true,
})
const atMost = (what: string, measured: number, unit: string, goal: number): RatingFigure => ({
  ...{ what, measured, unit, goal },
  isAtLeast: false,
})

/** Structures without tokens or measured time, as most offers have them. */
const simple: readonly (readonly [object, Partial<Usage>])[] = [
  [{ kind: 'per_image', usd: '0.04' }, {}],
  [{ kind: 'credits', credits: '6.5', usd_per_credit: '0.01' }, {}],
  [{ kind: 'first_plus_extra_mp', first: '0.03', extra: '0.015', input_mp: '0.015' }, {}],
  [{ kind: 'per_megapixel', usd_per_mp: '0.003', mp_base: 1_000_000, snap_1024: true }, {}],
  [
    { kind: 'matrix', by: ['size'], usd: { '1024x1024': '0.04', '1792x1024': '0.08' } },
    { size: '1024x1024' },
  ],
]

function measureSimple(): number {
  const cases = simple.map(([component, more], index) => {
    const row = rowOf(`acme/model-${index}`, component)
    const usage: Usage = { images: 1, width: 1024, height: 1024, inputMegapixels: 0, ...more }
    const key = { offer: row.offer, operation: row.operation, size: '1024x1024' }
    return { row, key, usages: { low: usage, expected: usage, high: usage } }
  })
  const book = makePriceBook(
    cases.map(({ row }) => row),
    sha256,
  )
  const round = (): void => {
    for (const { key, usages } of cases) {
      const quoted = quote(book, key, NOW, usages)
      if (!quoted.ok) throw new Error(quoted.reason.text)
    }
  }
  return cases.length * (1_000 / meanMs(round))
}

const rowOf = (offer: string, component: object): PriceRow =>
  priceRowSchema.parse({
    offer,
    operation: 'generate',
    components: [component],
    valid_from: '2026-01-01',
    source: { url: 'https://example.com/prices', read_at: '2026-11-20', confidence: 'high' },
  })

/** The mean over many calls, after a warm-up. */
function meanMs(work: () => void): number {
  const until = (endMs: number): { calls: number; spentMs: number } => {
    const start = performance.now()
    let calls = 0
    const before = spentMs()
    while (performance.now() - start < endMs) {
      for (let turn = 0; turn < 50; turn += 1) work()
      calls += 50
    }
    return { calls, spentMs: spentMs() - before }
  }
  until(MEASURED_MS / 3)
  const measured = until(MEASURED_MS)
  return measured.spentMs / measured.calls
}

/**
 * Processor time of this thread, in milliseconds: what other programs on the machine do does not
 * count, and the goals are for a core.
 */
export function spentMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

const live = openPriceView({
  definitions: providers,
  settings: { priceBooks: [], priceOverrides: { rows: [], markups: [] } },
  sha256,
  folder: '.',
  named: 'live',
  usage: {},
})

const liveOffers = (): number => liveModels(live.catalog, NOW).length

function measureAll(): number {
  const models = liveModels(live.catalog, NOW)
  const request = normaliseRequest({
    operation: 'generate',
    prompt: 'wireless headphones on a white table, soft light from the left',
    size: '1024x1024',
    quality: 'medium',
    n: 1,
  })
  const quoteAll = (): void => {
    for (const model of models) {
      const wanted = { request, model, images: 1, isPinned: false }
      quoteOffer(wanted, live.estimatorOf(model), live.book, NOW)
    }
  }
  meanMs(quoteAll)
  const times = Array.from({ length: QUOTED_TIMES }, () => {
    const before = spentMs()
    quoteAll()
    return spentMs() - before
  })
  const warm = times.toSorted((a, b) => a - b)
  return warm[Math.floor(warm.length * 0.99)] ?? Number.NaN
}

/** A book made of the live prices under other names, as JSON. */
function bookText(factor: string): string {
  const rows = live.book.rows
  const prices = Array.from({ length: BOOK_ROWS }, (_, index) => {
    const row = rows[index % rows.length]
    return { ...row, offer: `${row?.offer}-${Math.floor(index / rows.length)}` }
  })
  const last = rowOf('acme/changed', { kind: 'per_image', usd: factor })
  return JSON.stringify({ book: 'measured', prices: [...prices.slice(1), last] })
}

function measureBook(): { cold: number; again: number; longest: number } {
  const colds: number[] = []
  const agains: number[] = []
  const pauses: number[] = []
  for (let turn = 0; turn < RELOADS; turn += 1) {
    const known = new Map<string, PriceRow>()
    colds.push(sumOf(readOnce(bookText('0.01'), known)))
    const steps = readOnce(bookText(`0.0${turn + 2}`), known)
    agains.push(sumOf(steps))
    pauses.push(Math.max(...steps))
  }
  return { cold: medianOf(colds), again: medianOf(agains), longest: medianOf(pauses) }
}

/** Reads a text and builds its book, as the gateway does; the time of each step. */
function readOnce(text: string, known: Map<string, PriceRow>): readonly number[] {
  const times: number[] = []
  const run = <Value>(steps: Steps<Value>): Value => {
    for (;;) {
      const start = spentMs()
      const step = steps.next()
      times.push(spentMs() - start)
      if (step.done === true) return step.value
    }
  }
  const { book, problems } = run(readBook(text, 'measured.json', { known }))
  if (book === undefined) throw new Error(problems[0]?.reason)
  run(buildLayeredBook({ book: [{ name: book.name, rows: book.prices }] }, [], sha256))
  return times
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
const medianOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
