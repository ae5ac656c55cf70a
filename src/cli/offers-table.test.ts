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
  const lines = offersTable([chosen, ...others]).split('\n')
  expect(lines[1]).toMatch(/^1\. {2}c\/d .*chosen$/)
  expect(lines.slice(2)).toEqual([
    '8 more cannot be used:',
    '  3: cannot do what is asked',
    '  2: an operator pinned openai/gpt-image-2',
    '  1: one',
    '  1: two',
    '  1: other reasons',
  ])
  expect(offersTable([chosen]).split('\n')).toHaveLength(2)
})
