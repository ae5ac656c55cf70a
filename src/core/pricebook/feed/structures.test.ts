import { describe, expect, test } from 'vitest'
import { bookRow, FeedStand, priceEntry, vendor } from '../../../testing/feed-stand.ts'
import type { Component } from '../../pricing/structures/index.ts'
import { anySelector } from './feed-entry.ts'

const tokens = (imageOut: string, textIn = '0.000005'): Component[] => [
  { kind: 'tokens', text_in: textIn, image_out: imageOut },
]

describe('a change of structure', () => {
  test('from a price per image acts or waits by what the reference requests come to', () => {
    const stand = new FeedStand([bookRow('0.05')])
    // 158 to 7,024 tokens at $30 a million are $0.0047 to $0.21: from a tenth to four times.
    stand.read(vendor, [priceEntry(tokens('0.00003'))])
    expect(stand.state.quarantine).toMatchObject([{ state: 'held' }])
    const { changes } = new FeedStand([bookRow('0.0527')]).read(vendor, [
      priceEntry([{ kind: 'per_megapixel', usd_per_mp: '0.05', rounding: 'ceil' }]),
    ])
    expect(changes).toMatchObject([{ kind: 'restructured', state: 'applied' }])
    expect(changes[0]?.factor?.high).toBeCloseTo(0.1 / 0.0527, 3)
  })

  test('of a tariff by sizes is compared size by size with what holds there', () => {
    const at = (size: string, usd: string) =>
      bookRow(usd, { when: { size, quality: null, resolution: null } })
    const stand = new FeedStand([at('1024x1024', '0.04'), at('1536x1024', '0.5')])
    const { changes } = stand.read(vendor, [priceEntry('0.06')])
    expect(changes).toMatchObject([{ state: 'quarantined', factor: { high: 1.5, low: 0.12 } }])
  })

  test('that hides a mistake in one rate waits, though the requests hardly notice', () => {
    const book = bookRow('1', { components: tokens('0.00003') })
    const stand = new FeedStand([book])
    const { changes } = stand.read(vendor, [priceEntry(tokens('0.00003', '0.00005'))])
    expect(changes).toMatchObject([{ state: 'quarantined', reasons: [{ code: 'unit_error' }] }])
  })

  test('to a rate of zero waits', () => {
    const stand = new FeedStand([bookRow('1', { components: tokens('0.00003') })])
    stand.read(vendor, [priceEntry(tokens('0'))])
    expect(stand.state.quarantine[0]?.reasons.map(({ code }) => code)).toContain('zero')
  })
})

describe('currencies', () => {
  const euro = {
    kind: 'currency',
    code: 'EUR',
    usd_per_unit: '1.08',
    fx_date: '2026-10-31',
  } as const

  test('another currency than before waits, whatever the amount', () => {
    const stand = new FeedStand([bookRow('0.04')])
    stand.read(vendor, [priceEntry('0.037', { currency: 'EUR', modifiers: [euro] })])
    expect(stand.state.quarantine).toMatchObject([{ reasons: [{ code: 'currency_change' }] }])
    expect(stand.usd()).toBe('0.04')
  })

  test('a currency without a rate cannot act, not even approved', () => {
    const stand = new FeedStand()
    stand.read(vendor, [priceEntry('0.04', { currency: 'EUR' })])
    const id = stand.state.quarantine[0]?.id ?? ''
    stand.take({ kind: 'decision', id, verdict: 'approved', by: 'ada' })
    expect(stand.rows()).toEqual([])
  })
})

describe('a first price', () => {
  test.each([
    ['a token price taken for that of an image', '0.00000004'],
    ['cents taken for dollars', '40'],
  ])('%s waits', (_, usd) => {
    const stand = new FeedStand()
    stand.read(vendor, [priceEntry(usd)])
    expect(stand.state.quarantine).toMatchObject([{ reasons: [{ code: 'implausible' }] }])
    expect(stand.rows()).toEqual([])
  })

  test('that would leave the choice of price to chance waits', () => {
    const stand = new FeedStand()
    stand.read(vendor, [
      priceEntry('0.04', { selector: { ...anySelector, quality: 'high' } }),
      priceEntry('0.05', { selector: { ...anySelector, size: '1024x1024' } }),
    ])
    expect(stand.state.book.rows).toHaveLength(1)
    expect(stand.state.quarantine).toMatchObject([{ reasons: [{ code: 'contradicts_book' }] }])
  })

  test('takes what failures are billed from the row that it follows', () => {
    const billed_on = {
      moderated_input: true,
      moderated_output: false,
      failed: false,
      cancelled: true,
    }
    const stand = new FeedStand([bookRow('0.04', { billed_on })])
    stand.read(vendor, [priceEntry('0.05')])
    expect(stand.rows()).toMatchObject([{ billed_on }])
  })
})

test('a timeline with dates to come is taken whole, and read again is no event', () => {
  const stand = new FeedStand([bookRow('0.04')])
  const dated = (usd: string, validFrom: string, validTo: string | null) =>
    priceEntry(usd, { validFrom, validTo })
  const entries = [dated('0.03', '2026-10-01', '2026-12-31'), dated('0.05', '2027-01-01', null)]
  expect(stand.read(vendor, entries).changes).toMatchObject([
    { kind: 'cut', effectiveFrom: '2026-10-01' },
  ])
  expect(stand.usd()).toBe('0.03')
  expect(stand.later(24).read(vendor, entries).changes).toEqual([])
  expect(stand.later(24 * 70).usd()).toBe('0.05')
})
