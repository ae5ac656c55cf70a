import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type FeedEntry, slotKey } from '../../src/core/pricebook/feed/feed-entry.ts'
import { litellmSource } from '../../src/core/pricebook/feed/import-litellm.ts'
import type { PriceChange } from '../../src/core/pricebook/feed/price-change.ts'
import { readLitellm } from '../../src/core/pricebook/feed/readers/litellm.ts'
import { makeOfferNames } from '../../src/core/pricebook/feed/readers/offer-names.ts'
import { type PriceRow, priceRowsSchema } from '../../src/core/pricebook/price-row.ts'
import { dayOf } from '../../src/core/time.ts'
import { providers } from '../../src/providers/registry.generated.ts'
import { FeedStand } from '../../src/testing/feed-stand.ts'

/** One change of LiteLLM's file, as recorded. */
interface HistoryLine {
  readonly date: string
  readonly key: string
  readonly provider?: string
  readonly change: 'added' | 'changed' | 'removed'
  readonly new?: Record<string, unknown>
  readonly diff?: Record<string, readonly [unknown, unknown]>
}

/** A longer history in the same form can be replayed by its path. */
const historyPath =
  process.env.KEEPRATE_TEST_PRICE_HISTORY ??
  new URL('../data/litellm/history-excerpt.jsonl', import.meta.url)

const history: readonly HistoryLine[] = readFileSync(historyPath, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))

const book: readonly PriceRow[] = ['openai', 'bfl', 'stability'].flatMap((provider) => {
  const path = new URL(`../../src/providers/${provider}/prices.json`, import.meta.url)
  return priceRowsSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
})
const names = makeOfferNames(providers.flatMap(({ models }) => models))

type File = Record<string, Record<string, unknown>>

function applied(file: File, line: HistoryLine): File {
  const { [line.key]: row = {}, ...others } = file
  if (line.change === 'removed') return others
  const provider = line.provider === undefined ? {} : { litellm_provider: line.provider }
  if (line.change === 'added') return { ...others, [line.key]: { ...provider, ...line.new } }
  const news = Object.entries(line.diff ?? {}).map(([field, [, value]]) => [field, value])
  return { ...others, [line.key]: { ...row, ...provider, ...Object.fromEntries(news) } }
}

/**
 * What became of one line: an event, the end of an earlier event that waited, a reason for leaving
 * it out, or nothing that prices.
 */
type Fate = 'event' | 'withdrawn' | 'skipped' | 'no_price_change' | 'lost'

interface Replayed {
  readonly fates: readonly { readonly line: HistoryLine; readonly fate: Fate }[]
  readonly stand: FeedStand
}

function replay(lines: readonly HistoryLine[], under: readonly PriceRow[]): Replayed {
  const stand = new FeedStand(under)
  const fates: { line: HistoryLine; fate: Fate }[] = []
  let file: File = {}
  let before = new Map<string, string>()
  for (const [date, batch] of Map.groupBy(lines, (line) => line.date)) {
    for (const line of batch) file = applied(file, line)
    stand.now = Date.parse(date)
    const context = { source: litellmSource.id, names, today: dayOf(stand.now) }
    const reading = readLitellm(file, context)
    const { changes, settled } = stand.take({ kind: 'reading', source: litellmSource, reading })
    const after = pricesByKey(reading.entries)
    const told = new Set(changes.flatMap(slotsOf))
    const ended = new Set(settled.map(({ slot }) => slotKey(slot)))
    for (const line of batch) {
      const slots = [...keysOf(before, line.key), ...keysOf(after, line.key)]
      const isSkipped = reading.skipped.some(({ key }) => key === line.key)
      const isSame = before.get(line.key) === after.get(line.key)
      const facts: readonly (readonly [boolean, Fate])[] = [
        [slots.some((slot) => told.has(slot)), 'event'],
        [slots.some((slot) => ended.has(slot)), 'withdrawn'],
        [isSkipped, 'skipped'],
        [isSame, 'no_price_change'],
      ]
      fates.push({ line, fate: facts.find(([holds]) => holds)?.[1] ?? 'lost' })
    }
    before = after
  }
  return { fates, stand }
}

/** Slots and prices by the source's key. */
const pricesByKey = (entries: readonly FeedEntry[]): Map<string, string> => {
  const prices = new Map<string, string>()
  for (const entry of entries) {
    if (entry.what !== 'price') continue
    const text = `${slotKey(entry)}#${JSON.stringify(entry.components)}`
    for (const key of entry.evidence.key.split(' + ')) {
      prices.set(key, [prices.get(key), text].filter(Boolean).join('\n'))
    }
  }
  return prices
}

const keysOf = (prices: Map<string, string>, key: string): readonly string[] =>
  prices
    .get(key)
    ?.split('\n')
    .map((text) => text.slice(0, text.lastIndexOf('#'))) ?? []

const slotsOf = (change: PriceChange): readonly string[] =>
  change.subject === 'price' ? [slotKey(change)] : []

const isNumeric = ({ diff = {} }: HistoryLine): boolean =>
  Object.values(diff).some(([old, now]) => typeof old === 'number' && typeof now === 'number')

describe('the history of a public price list, replayed', () => {
  const { fates, stand } = replay(history, [])

  test('tells every addition, removal and change that means a price, or says why not', () => {
    expect(history.length).toBeGreaterThan(90)
    expect(fates.filter(({ fate }) => fate === 'lost').map(({ line }) => line)).toEqual([])
    expect(fates.filter(({ fate }) => fate === 'event').length).toBeGreaterThan(40)
  })

  test('tells every change of a number as an event', () => {
    const numeric = fates.filter(({ line }) => isNumeric(line))
    const told = numeric.filter(({ fate }) => fate === 'event')
    // Those of Gemini in September 2025 are of rows that then stood among the chat models.
    const others = numeric.filter(({ line }) => !line.key.includes('gemini-2.5-flash-image'))
    expect(told.map(({ line }) => line.key)).toEqual(others.map(({ line }) => line.key))
    expect(told.length).toBeGreaterThanOrEqual(12)
  })

  test('acts at once on the rise by a half and on the sweep by a quarter', () => {
    const raised = stand.changes.filter(
      ({ kind, state }) => kind === 'raised' && state === 'applied',
    )
    const offers = raised.map(({ offer }) => offer)
    expect(offers).toContain('fal/fal-ai/flux-pro/v1.1-ultra')
    expect(offers.filter((offer) => offer.startsWith('aimlapi/'))).toHaveLength(11)
  })

  test('does not take a loss of rows for four hours as their end', () => {
    const day = Date.parse('2026-01-06T06:13:46Z')
    const told = stand.changes.filter(({ foundAt }) => foundAt === day)
    const gone = told.filter(({ kind }) => kind === 'disappeared')
    expect(gone.length).toBeGreaterThanOrEqual(5)
    expect(gone.every(({ state }) => state === 'quarantined')).toBe(true)
  })

  test('lets no price move beyond three times, and no row that is ten times too low act', () => {
    const factors = stand.changes.flatMap(({ state, factor }) =>
      state === 'applied' && factor !== null ? [factor] : [],
    )
    expect(factors.length).toBeGreaterThan(12)
    expect(factors.filter(({ low, high }) => low < 1 / 3 || high > 3)).toEqual([])
    const wrong = stand.state.book.rows.filter(
      ({ offer, operation }) => offer.startsWith('stability/') && operation !== 'generate',
    )
    expect(wrong).toEqual([])
  })
})

test('over the live book, no step of the history changes a price that the book has', () => {
  const { stand } = replay(history, book)
  const priced = new Set(book.map(({ offer, operation }) => `${offer} ${operation}`))
  const moved = stand.changes.filter(
    (change) => change.subject === 'price' && priced.has(`${change.offer} ${change.operation}`),
  )
  expect(moved).toEqual([])
})
