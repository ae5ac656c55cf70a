import { expect, test } from 'vitest'
import { bookRow, sha256, vendor } from '../../../testing/feed-stand.ts'
import { slotOf } from './feed-entry.ts'
import { pollDelayMs } from './poll-delay.ts'
import { hold, nextQuarantine, type QuarantineEvent, type QuarantineState } from './quarantine.ts'

const row = bookRow('0.4')
const change = {
  slot: slotOf(row),
  source: vendor,
  candidate: [row],
  standing: bookRow('0.04'),
  factor: { low: 10, high: 10, compared: 6 },
  reasons: [{ code: 'unit_error', text: 'ten times' }] as const,
}
const events = {
  seen: { kind: 'seen', at: 5 },
  corroborated: { kind: 'corroborated', at: 5, sourceId: 'other' },
  approved: { kind: 'approved', at: 5, by: 'ada' },
  refused: { kind: 'refused', at: 5, by: 'ada' },
  withdrawn: { kind: 'withdrawn', at: 5 },
} satisfies Record<string, QuarantineEvent>

const inState = (state: QuarantineState) => ({ ...hold(change, 1, sha256), state })

test.each<[QuarantineState, keyof typeof events, QuarantineState]>([
  ['held', 'seen', 'held'],
  ['held', 'corroborated', 'confirmed'],
  ['held', 'approved', 'confirmed'],
  ['held', 'refused', 'refused'],
  ['held', 'withdrawn', 'withdrawn'],
  ['confirmed', 'refused', 'confirmed'],
  ['confirmed', 'withdrawn', 'confirmed'],
  ['refused', 'corroborated', 'refused'],
  ['refused', 'approved', 'confirmed'],
  ['refused', 'withdrawn', 'refused'],
  ['withdrawn', 'approved', 'withdrawn'],
  ['withdrawn', 'corroborated', 'withdrawn'],
])('what is %s and %s is %s', (before, event, after) => {
  expect(nextQuarantine(inState(before), events[event]).state).toBe(after)
})

test('who decided, and when, is kept', () => {
  const item = nextQuarantine(inState('held'), events.approved)
  expect(item).toMatchObject({ decidedBy: 'ada', decidedAt: 5, heldSince: 1 })
  expect(nextQuarantine(item, events.refused)).toBe(item)
})

test('the same price of the same source has one id on any day, another one has another', () => {
  const idOf = (next: typeof row, source = vendor) =>
    hold({ ...change, candidate: [next], source }, 1, sha256).id
  expect(idOf(bookRow('0.4', { valid_from: '2026-02-01' }))).toBe(idOf(row))
  expect(idOf(bookRow('0.5'))).not.toBe(idOf(row))
  expect(idOf(row, { ...vendor, id: 'other' })).not.toBe(idOf(row))
})

test('looks at a source are spread by a tenth, and come more seldom while it fails', () => {
  expect([0, 0.5, 1].map((roll) => pollDelayMs(1_000, 0, roll))).toEqual([900, 1_000, 1_100])
  expect([1, 2, 3, 9].map((failures) => pollDelayMs(1_000, failures, 0.5))).toEqual([
    2_000, 4_000, 8_000, 8_000,
  ])
})
