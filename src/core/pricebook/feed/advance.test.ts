import { describe, expect, test } from 'vitest'
import {
  bookRow,
  community,
  FeedStand,
  otherVendor,
  priceEntry,
  vendor,
} from '../../../testing/feed-stand.ts'
import { anySelector } from './feed-entry.ts'

describe('a vendor changes a price', () => {
  test.each([
    ['+50 %', '0.06', 'raised'],
    ['-50 %', '0.02', 'cut'],
    ['three times', '0.12', 'raised'],
  ])('%s acts at once and is told', (_, usd, kind) => {
    const stand = new FeedStand([bookRow('0.04')])
    const { changes } = stand.read(vendor, [priceEntry(usd)])
    expect(stand.usd()).toBe(usd)
    expect(changes).toMatchObject([
      { kind, state: 'applied', source: vendor.id, effectiveFrom: '2026-11-01', reasons: [] },
    ])
  })

  test.each([
    ['ten times', '0.4', 'unit_error'],
    ['a hundredth', '0.0004', 'unit_error'],
    ['a thousand times', '40', 'unit_error'],
    ['five times', '0.2', 'beyond_threefold'],
    ['a quarter', '0.01', 'beyond_threefold'],
  ])('%s waits, and the old price holds', (_, usd, code) => {
    const stand = new FeedStand([bookRow('0.04')])
    const { changes } = stand.read(vendor, [priceEntry(usd)])
    expect(stand.usd()).toBe('0.04')
    expect(changes).toMatchObject([{ state: 'quarantined', new: { offer: 'acme/painter' } }])
    expect(changes[0]?.reasons.map((reason) => reason.code)).toContain(code)
    expect(stand.state.quarantine).toMatchObject([{ state: 'held', sightings: 1 }])
  })

  test('the same price again is no event, however often it is read', () => {
    const stand = new FeedStand([bookRow('0.04')])
    stand.read(vendor, [priceEntry('0.06')])
    expect(stand.later(24).read(vendor, [priceEntry('0.06')]).changes).toEqual([])
    expect(stand.later(24).read(vendor, [priceEntry('0.06')]).changes).toEqual([])
    expect(stand.state.book.rows).toMatchObject([{ valid_from: '2026-11-01', valid_to: null }])
  })

  test('a second change ends the row of the first on the day before', () => {
    const stand = new FeedStand([bookRow('0.04')])
    stand.read(vendor, [priceEntry('0.06')])
    const { changes } = stand.later(48).read(vendor, [priceEntry('0.05')])
    expect(stand.state.book.rows).toMatchObject([
      { valid_from: '2026-11-01', valid_to: '2026-11-02', components: [{ usd: '0.06' }] },
      { valid_from: '2026-11-03', valid_to: null, components: [{ usd: '0.05' }] },
    ])
    expect(changes).toMatchObject([{ kind: 'cut', effectiveFrom: '2026-11-03' }])
  })
})

describe('what waits', () => {
  const held = (): FeedStand => {
    const stand = new FeedStand([bookRow('0.04')])
    stand.read(vendor, [priceEntry('0.4')])
    return stand
  }

  test('is told once', () => {
    expect(
      held()
        .later(1)
        .read(vendor, [priceEntry('0.4')]).changes,
    ).toEqual([])
  })

  test('acts when a second, dated source says the same', () => {
    const stand = held()
    const entry = priceEntry('0.41', { validFrom: '2026-10-30' })
    const { changes, settled } = stand.later(1).read(otherVendor, [entry])
    expect(stand.usd()).toBe('0.4')
    expect(changes).toMatchObject([{ kind: 'raised', state: 'applied' }])
    expect(settled).toMatchObject([{ state: 'confirmed', decidedBy: otherVendor.id }])
    expect(stand.state.quarantine).toEqual([])
  })

  test('does not act on a second source that is older than the price it would replace', () => {
    const stand = held()
    stand.later(1).read(otherVendor, [priceEntry('0.4', { validFrom: '2025-06-01' })])
    expect(stand.usd()).toBe('0.04')
  })

  test('acts when a person approves it, and stays', () => {
    const stand = held()
    const [item] = stand.state.quarantine
    const decision = { kind: 'decision', verdict: 'approved', by: 'ada' } as const
    stand.later(1).take({ ...decision, id: item?.id ?? '' })
    expect(stand.usd()).toBe('0.4')
    expect(stand.later(24).read(vendor, [priceEntry('0.4')]).changes).toEqual([])
    expect(stand.usd()).toBe('0.4')
  })

  test('never acts once it was refused, even when a second source says it too', () => {
    const stand = held()
    const [item] = stand.state.quarantine
    const decision = { kind: 'decision', verdict: 'refused', by: 'ada' } as const
    stand.later(1).take({ ...decision, id: item?.id ?? '' })
    stand.later(1).read(vendor, [priceEntry('0.4')])
    stand.later(1).read(otherVendor, [priceEntry('0.4')])
    expect(stand.usd()).toBe('0.04')
    expect(stand.state.quarantine.every(({ state }) => state !== 'confirmed')).toBe(true)
  })

  test('is withdrawn when the source takes it back', () => {
    const { settled } = held()
      .later(1)
      .read(vendor, [priceEntry('0.04')])
    expect(settled).toMatchObject([{ state: 'withdrawn' }])
  })
})

describe('a list by strangers', () => {
  test('does not touch a price of the book', () => {
    const stand = new FeedStand([bookRow('0.04')])
    const { changes, verdicts } = stand.read(community, [priceEntry('0.03')])
    expect(changes).toEqual([])
    expect(stand.usd()).toBe('0.04')
    expect(verdicts).toMatchObject([
      { isDisputed: true, losers: [{ reason: 'book_has_a_price', disagrees: true }] },
    ])
  })

  test('says when it is below half the price of the book', () => {
    const { verdicts } = new FeedStand([bookRow('0.04')]).read(community, [priceEntry('0.01')])
    expect(verdicts[0]?.losers[0]?.isTooLow).toBe(true)
  })

  test('fills a gap', () => {
    const stand = new FeedStand([bookRow('0.04')])
    const entry = priceEntry('0.03', { offer: 'acme/sketcher', confidence: 'low' })
    expect(stand.read(community, [entry]).changes).toMatchObject([{ kind: 'appeared' }])
    expect(stand.usd('acme/sketcher')).toBe('0.03')
  })

  test('does not add a size to a tariff of the book', () => {
    const stand = new FeedStand([bookRow('0.04')])
    const selector = { ...anySelector, size: '1024x1024' }
    stand.read(community, [priceEntry('0.02', { selector })])
    expect(stand.state.book.rows).toEqual([])
  })
})

describe('an offer that a source no longer lists', () => {
  const listed = (): FeedStand => {
    const stand = new FeedStand()
    stand.read(vendor, [priceEntry('0.04')])
    return stand
  }

  test('keeps its price for a day, and the event waits', () => {
    const stand = listed()
    const { changes } = stand.later(4).read(vendor, [])
    expect(changes).toMatchObject([
      { kind: 'disappeared', state: 'quarantined', reasons: [{ code: 'disappearing' }] },
    ])
    expect(stand.usd()).toBe('0.04')
  })

  test('that comes back within the day was never gone', () => {
    const stand = listed()
    stand.later(4).read(vendor, [])
    const { changes, settled } = stand.later(4).read(vendor, [priceEntry('0.04')])
    expect(changes).toEqual([])
    expect(settled).toMatchObject([{ state: 'withdrawn' }])
  })

  test('is removed after that, and has no price rather than the price zero', () => {
    const stand = listed()
    stand.later(4).read(vendor, [])
    const { changes } = stand.later(25).read(vendor, [])
    expect(stand.rows()).toEqual([])
    expect(changes).toMatchObject([
      { subject: 'price', kind: 'disappeared', state: 'applied', new: null },
      { subject: 'lifecycle', kind: 'disappeared', new: { removedAt: '2026-11-02' } },
    ])
    expect(stand.later(24).read(vendor, []).changes).toEqual([])
  })

  test('is gone by a "nothing has changed" as well', () => {
    const stand = listed()
    stand.later(4).read(vendor, [])
    stand.later(25).take({ kind: 'unchanged', sourceId: vendor.id })
    expect(stand.rows()).toEqual([])
  })

  test('is compared with its last price when it comes back', () => {
    const stand = listed()
    stand.later(4).read(vendor, [])
    stand.later(25).read(vendor, [])
    stand.later(24).read(vendor, [priceEntry('0.4')])
    expect(stand.rows()).toEqual([])
    stand.later(24).read(vendor, [priceEntry('0.05')])
    expect(stand.usd()).toBe('0.05')
    expect(stand.changes.at(-1)).toMatchObject({ subject: 'lifecycle', kind: 'appeared' })
  })

  test('does not take the price of another list that no longer has it either', () => {
    const stand = new FeedStand()
    stand.read(community, [priceEntry('0.05')])
    stand.later(1).read(vendor, [priceEntry('0.04')])
    stand.later(1).read(vendor, [])
    stand.later(10).read(community, [])
    stand.later(15).read(vendor, [])
    expect(stand.usd()).toBe('0.04')
    stand.later(10).read(community, [])
    expect(stand.rows()).toEqual([])
  })

  test('falls back to the book, unless that is more than three times as dear', () => {
    const cheap = new FeedStand([bookRow('0.06')])
    cheap.read(vendor, [priceEntry('0.04')])
    cheap.later(1).read(vendor, [])
    cheap.later(25).read(vendor, [])
    expect(cheap.usd()).toBe('0.06')
    const dear = new FeedStand([bookRow('0.06')])
    dear.read(vendor, [priceEntry('0.02')])
    dear.later(1).read(vendor, [priceEntry('0.007')])
    dear.later(1).read(vendor, [])
    dear.later(25).read(vendor, [])
    expect(dear.usd()).toBe('0.007')
    expect(dear.state.quarantine).toMatchObject([{ reasons: [{ code: 'beyond_threefold' }] }])
  })
})

test.each(['zero', 'negative', 'not_a_number'] as const)(
  'a figure that is %s does not end a price and does not become one',
  (flaw) => {
    const stand = new FeedStand()
    stand.read(vendor, [priceEntry('0.04')])
    const { components: _, ...entry } = priceEntry('0.04')
    const { changes } = stand.later(48).read(vendor, [
      {
        what: 'flawed',
        offer: entry.offer,
        operation: entry.operation,
        selector: entry.selector,
        evidence: entry.evidence,
        flaw,
        text: 'usd is no price',
      },
    ])
    expect(changes).toMatchObject([{ state: 'quarantined', reasons: [{ code: flaw }] }])
    expect(stand.later(48).usd()).toBe('0.04')
  },
)
