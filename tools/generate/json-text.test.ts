import { expect, test } from 'vitest'
import { jsonText } from './json-text.ts'

test('members stand on lines of their own, short lists on one line', () => {
  expect(jsonText({ a: [1, 'b', null], c: {}, d: [{ e: true }] })).toBe(
    '{\n  "a": [1, "b", null],\n  "c": {},\n  "d": [\n    {\n      "e": true\n    }\n  ]\n}\n',
  )
})

test('a list that does not fit is broken', () => {
  const names = Array.from({ length: 20 }, (_, index) => `name ${index}`)
  const lines = jsonText({ names }).split('\n')
  expect(lines.length).toBeGreaterThan(20)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100)
})

test('what is printed reads back', () => {
  const value = { a: ['"', '\n'], b: [[], [[1]]], c: 'é' }
  expect(JSON.parse(jsonText(value))).toEqual(value)
})
