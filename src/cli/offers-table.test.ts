import { expect, test } from 'vitest'
import { offersTable } from './offers-table.ts'

const pinned = { offer: 'a/b', reason: 'an operator pinned openai/gpt-image-2' }
const unable = (name: string) => ({
  offer: `a/${name}`,
  reason: `the model ${name} cannot inpaint`,
})

test('offers that cannot be used are counted by reason, the most usual first', () => {
  const chosen = { offer: 'c/d', step: 1, expected_cost: '0.04', reason: 'chosen' }
  const rare = ['one', 'two', 'three'].map((reason) => ({ offer: 'e/f', reason }))
  const others = [unable('x'), pinned, unable('y'), pinned, unable('z'), ...rare]
  const lines = offersTable({ offers: [chosen, ...others] }).split('\n')
  expect(lines[1]).toMatch(/^1\. {2}c\/d .*chosen$/)
  expect(lines.slice(2)).toEqual([
    '8 more cannot be used:',
    '  3: cannot do what is asked',
    '  2: an operator pinned openai/gpt-image-2',
    '  1: one',
    '  1: two',
    '  1: other reasons',
  ])
  expect(offersTable({ offers: [chosen] }).split('\n')).toHaveLength(2)
})

test('what a receipt keeps the role of alone is counted, and told when asked', () => {
  const acceptance = { mean: 0.9, low: 0.8, high: 0.95, own: 7, inherited: 3 }
  const chosen = { offer: 'a/b', step: 1, expected_cost: '0.038465781', reason: 'chosen' }
  const offers = [
    { ...chosen, acceptance, per_accepted: '0.0427', price: { read_at: '2026-11-25' } },
  ]
  const explained = { offers, others: { dominated: ['c/d', 'e/f'], too_slow: ['g/h'] } }
  const [head, first, ...counted] = offersTable(explained).split('\n')
  expect(head?.split(/ {2,}/)).toContain('accepted (80 %)')
  expect(first?.split(/ {2,}/)).toEqual([
    ...['1.', 'a/b', '$0.03847', '2026-11-25', '0.90 (0.80–0.95)', '7+3', '$0.0427', 'chosen'],
  ])
  expect(counted).toEqual([
    '3 more are behind these:',
    '  2: no better than others in price, acceptance or time',
    '  1: too slow',
  ])
  expect(offersTable(explained, true).split('\n').slice(2).join()).toMatch(/c\/d .*e\/f .*g\/h /)
})
