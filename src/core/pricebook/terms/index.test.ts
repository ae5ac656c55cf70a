import { describe, expect, test } from 'vitest'
import { nanoFromDollars } from '../../money.ts'
import { monthBill } from '../month-bill.ts'
import { describeTerms, termKinds, termSchema } from './index.ts'

const terms = describeTerms()

test('every kind is described, once', () => {
  expect(terms.map(({ kind }) => kind)).toEqual(termKinds)
  expect(termKinds.length).toBeGreaterThan(0)
})

describe.each(terms)('$kind', ({ kind, title, summary, example }) => {
  test('the worked example is right to the nano-dollar', () => {
    expect(monthBill(termSchema.parse(example.term), example.month)).toMatchObject({
      ok: true,
      value: { totalNano: nanoFromDollars(example.usd) },
    })
  })

  test('stands in the record under its own kind', () => {
    expect(termSchema.parse(example.term).kind).toBe(kind)
  })

  test('is described by a title and one sentence, with a source', () => {
    expect(title).toMatch(/^[A-Z][^.]+$/)
    expect(summary).toMatch(/^[A-Z][^.]+\.$/)
    expect(example.source).not.toBe('')
  })

  test('refuses fields it does not know', () => {
    expect(termSchema.safeParse({ ...example.term, discount: '0.5' }).success).toBe(false)
  })
})

test('a kind nobody knows is refused', () => {
  expect(termSchema.safeParse({ kind: 'gift', usd: '1' }).success).toBe(false)
})
