import { describe, expect, test } from 'vitest'
import { canonicalJson, isObject } from './json.ts'

describe('the one text of a value', () => {
  test.each([
    ['sorts keys at every depth', { b: 1, a: { d: 2, c: 3 } }, '{"a":{"c":3,"d":2},"b":1}'],
    ['keeps the order of lists', [3, 1, 2], '[3,1,2]'],
    ['leaves undefined members out', { a: undefined, b: 1 }, '{"b":1}'],
    ['keeps null members', { a: null }, '{"a":null}'],
    ['has null for undefined in a list', [undefined, 1], '[null,1]'],
    ['has null for undefined alone', undefined, 'null'],
    ['has one zero', [-0, 0], '[0,0]'],
    ['prints bigints as texts of digits', { money: 5n }, '{"money":"5"}'],
    ['has no spaces but those of texts', { 'a b': ' c ' }, '{"a b":" c "}'],
    ['escapes what would end a text', { '"': '\n"\u2028' }, '{"\\"":"\\n\\"\u2028"}'],
    ['sees a member named like a prototype', JSON.parse('{"__proto__":1}'), '{"__proto__":1}'],
  ])('%s', (_, value, text) => {
    expect(canonicalJson(value)).toBe(text)
  })
})

test.each([
  ['an object', {}, true],
  ['an object without a prototype', Object.create(null), true],
  ['a list', [], false],
  ['null', null, false],
  ['a text', 'x', false],
  ['undefined', undefined, false],
])('%s is an object: %s', (_, value, expected) => {
  expect(isObject(value)).toBe(expected)
})
