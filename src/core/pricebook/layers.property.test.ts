import { expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import { sampleRow, usdOf } from '../../testing/sample-prices.ts'
import { addDays, startOfDay } from '../time.ts'
import { layerNames } from './layers.ts'
import {
  makeLayeredBook,
  makePriceBook,
  type PriceKey,
  priceAt,
  validatePriceBook,
} from './price-book.ts'
import type { PriceRow } from './price-row.ts'

const same = (text: string): string => text
const select = (...values: readonly string[]) =>
  fc.option(fc.constantFrom(...values), { nil: null })

/** A row of few possibilities, so that rows of one book meet often. */
const row = fc
  .record({
    usd: fc.integer({ min: 1, max: 999_999 }),
    operation: fc.constantFrom('generate', 'edit'),
    when: fc.record({
      quality: select('low', 'high'),
      size: select('512x512', '1024x1024'),
      resolution: select('1k', '2k'),
    }),
    from: fc.integer({ min: 0, max: 30 }),
    days: fc.option(fc.integer({ min: 0, max: 20 }), { nil: null }),
  })
  .map(({ usd, operation, when, from, days }) => {
    const first = addDays('2026-01-01', from)
    const last = days === null ? null : addDays(first, days)
    const price = `0.${String(usd).padStart(6, '0')}`
    return sampleRow(price, { operation, when, valid_from: first, valid_to: last })
  })

/** Rows of one part, without those that would contradict an earlier one. */
const part = fc.array(row, { maxLength: 12 }).map((rows) => {
  const kept: PriceRow[] = []
  for (const next of rows) {
    kept.push(next)
    if (validatePriceBook(kept).length > 0) kept.pop()
  }
  return kept
})

const call = fc.record({
  day: fc.integer({ min: -2, max: 60 }),
  operation: fc.constantFrom('generate', 'edit'),
  quality: fc.constantFrom('low', 'high'),
  size: fc.constantFrom('512x512', '1024x1024'),
  resolution: fc.constantFrom('1k', '2k'),
})

test('a call pays the price of the highest part that has one for it', () => {
  const parts = fc.array(part, { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(parts, fc.array(call, { minLength: 1, maxLength: 20 }), (rows, calls) => {
      const layers = Object.fromEntries(
        rows.map((each, index) => [layerNames[index], [{ name: `part ${index}`, rows: each }]]),
      )
      const book = makeLayeredBook(layers, [], same)
      const alone = rows.map((each) => makePriceBook(each, same))
      for (const { day, ...asked } of calls) {
        const key: PriceKey = { offer: 'acme/painter', ...asked }
        const at = startOfDay(addDays('2026-01-01', day))
        const first = alone.flatMap((each) => priceAt(each, key, at) ?? [])[0]
        const found = priceAt(book, key, at)
        expect(usdOf(found)).toBe(usdOf(first))
        const layer = layerNames[alone.findIndex((each) => priceAt(each, key, at) !== undefined)]
        if (found !== undefined) expect(book.origins.get(found)?.layer).toBe(layer)
      }
    }),
  )
})

/** The rule in its plainest form: every pair of rows is looked at. */
function hasConflict(rows: readonly PriceRow[]): boolean {
  const names = ['quality', 'resolution', 'size'] as const
  const last = ({ valid_to }: PriceRow): string => valid_to ?? '9999'
  const count = (each: PriceRow): number => names.filter((name) => each.when[name] != null).length
  return rows.some((one, index) =>
    rows
      .slice(index + 1)
      .some(
        (other) =>
          count(one) === count(other) &&
          one.operation === other.operation &&
          one.valid_from <= last(other) &&
          other.valid_from <= last(one) &&
          names.every(
            (name) =>
              one.when[name] == null ||
              other.when[name] == null ||
              one.when[name] === other.when[name],
          ),
      ),
  )
}

test('rows are in conflict exactly when two of them leave a call to chance', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 8 }), (rows) => {
      expect(validatePriceBook(rows).length > 0).toBe(hasConflict(rows))
    }),
    { numRuns: 500 },
  )
})
