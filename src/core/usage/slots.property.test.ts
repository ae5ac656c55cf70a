import { expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import { isQuarter, piecesOf, QUARTER_MS, quarterOf, slotOf, usageSpans } from './slots.ts'

const quarters = fc.nat(200_000).map((quarter) => quarter * QUARTER_MS)

test('pieces follow each other from end to end and begin where slots of their length do', () => {
  fc.assert(
    fc.property(quarters, quarters, (one, other) => {
      const [from, to] = one < other ? [one, other] : [other, one]
      let at = from
      for (const piece of piecesOf(from, to)) {
        expect(piece.from).toBe(at)
        expect(piece.to).toBeGreaterThan(piece.from)
        expect([piece.from % piece.spanMs, piece.to % piece.spanMs]).toEqual([0, 0])
        at = piece.to
      }
      expect(at).toBe(to)
    }),
  )
})

test('a range has at most a piece of days and two each of hours and quarters', () => {
  fc.assert(
    fc.property(quarters, quarters, (from, to) => {
      expect(piecesOf(from, to).length).toBeLessThanOrEqual(2 * usageSpans.length - 1)
    }),
  )
})

test('whole days are read as days', () => {
  const day = 86_400_000
  expect(piecesOf(3 * day, 33 * day)).toEqual([{ spanMs: day, from: 3 * day, to: 33 * day }])
})

test('an instant lies in its slot', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), fc.constantFrom(...usageSpans), (at, span) => {
      const slot = Number(slotOf(BigInt(at), span))
      expect(slot <= at && at < slot + span && slot % span === 0).toBe(true)
      expect(isQuarter(quarterOf(at))).toBe(true)
    }),
  )
})
