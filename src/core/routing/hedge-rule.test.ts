import { describe, expect, test } from 'vitest'
import { sampleModel } from '../../testing/sample-models.ts'
import { nanoFromDollars } from '../money.ts'
import { defaultHedgeRule, mayHedge, silenceMs } from './hedge-rule.ts'
import type { Candidate } from './plan.ts'

const offer = (provider: string, dollars: string): Candidate => {
  const expectedNano = nanoFromDollars(dollars)
  const quote = { lowNano: expectedNano, expectedNano, highNano: expectedNano }
  return { model: sampleModel({ provider }), quote } as Candidate
}

describe('an offer may be silent', () => {
  test.each([
    ['as long as its own p95, once that is measured', { after: 'p95' }, 9_000, 9_000],
    ['for ever, while it is not measured', { after: 'p95' }, undefined, undefined],
    ['so long until it is measured', { after: 'p95', untilMeasuredMs: 4_000 }, undefined, 4_000],
    ['as long as it is measured, then', { after: 'p95', untilMeasuredMs: 4_000 }, 9_000, 9_000],
    ['as long as the operator says', { after: 7_000 }, 9_000, 7_000],
  ] as const)('%s', (_, rule, p95Ms, expected) => {
    expect(silenceMs({ ...defaultHedgeRule, ...rule }, p95Ms)).toBe(expected)
  })
})

describe('beside a silent offer', () => {
  const silent = offer('a', '0.01')
  test.each([
    ['another provider, cheap enough to be lost', offer('b', '0.05'), false, true],
    ['not one that is dearer and cannot be cancelled', offer('b', '0.050000001'), false, false],
    ['a dear one whose calls can be cancelled', offer('b', '0.09'), true, true],
    ['never the same provider', offer('a', '0.001'), true, false],
  ])('%s', (_, other, isCancellable, expected) => {
    const budgetNano = nanoFromDollars('0.1')
    const terms = { isCancellable, budgetNano }
    expect(mayHedge({ silent, other }, terms, defaultHedgeRule)).toBe(expected)
  })

  test('with a share of nothing only what can be cancelled is asked', () => {
    const rule = { ...defaultHedgeRule, maxCostShare: 0 }
    const terms = { isCancellable: false, budgetNano: nanoFromDollars('1') }
    const offers = { silent, other: offer('b', '0.000000001') }
    expect(mayHedge(offers, terms, rule)).toBe(false)
    expect(mayHedge(offers, { ...terms, isCancellable: true }, rule)).toBe(true)
  })
})
