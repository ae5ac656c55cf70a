import { expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import { requirementsOf } from './requirements.ts'

const textsOf = (prompt: string, literals: readonly string[] = []) =>
  requirementsOf({ prompt, literals }).map(({ text }) => text)

test.each<[string, readonly string[], readonly string[]]>([
  ['a red fox, in the snow', [], ['it shows: a red fox', 'it shows: in the snow']],
  [
    'a shop sign "Open, and fresh" with a cat',
    ['Open, and fresh'],
    [
      'the text "Open, and fresh" stands in it, as spelt',
      'it shows: a shop sign " "',
      'it shows: a cat',
    ],
  ],
  ['a cat; a cat', [], ['it shows: a cat']],
  ['x', [], ['it shows: x']],
  ['f\u200bo\u200bx', [], ['it shows: fox']],
  ['雪', [], ['it shows: 雪']],
  [' \u200b ', [], []],
])('%j with %j', (prompt, literals, texts) => {
  expect(textsOf(prompt, literals)).toEqual(texts)
})

test("the operator's own requirements come first, with weight and importance", () => {
  const rows = requirementsOf({ prompt: 'a jug', literals: [] }, [
    { ask: 'there is no label', critical: true },
    { ask: 'the ground is white', weight: 3 },
  ])
  expect(rows.map(({ id, weight, isCritical }) => [id, weight, isCritical])).toEqual([
    ...[
      ['r1', 1, true],
      ['r2', 3, false],
      ['r3', 1, false],
    ],
  ])
})

test('whatever the prompt, there are at most twelve, with our ids, and none without words', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (prompt) => {
      const rows = requirementsOf({ prompt, literals: [] })
      expect(rows.length).toBeLessThanOrEqual(12)
      rows.forEach(({ id, text }, index) => {
        expect(id).toBe(`r${index + 1}`)
        expect(text.length).toBeGreaterThan('it shows: '.length)
      })
    }),
  )
})
