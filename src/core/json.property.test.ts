import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { fc } from '../testing/fast-check.ts'
import { canonicalJson } from './json.ts'

/** The same value with the members of every object in reverse order. */
const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([key, member]) => [key, reversed(member)] as const)
  return Object.fromEntries(members.toReversed())
}

/** What is left of a value on the wire: one zero, and no prototypes. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test('the order of members makes no difference', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(canonicalJson(reversed(value))).toBe(canonicalJson(value))
    }),
  )
})

test('the text is JSON and means the value it was made of', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const canonical = canonicalJson(JSON.parse(text))
      expect(canonicalJson(JSON.parse(canonical))).toBe(canonical)
      expect(JSON.parse(canonical)).toEqual(JSON.parse(text))
    }),
  )
})

test('different values have different texts', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      const areEqual = isDeepStrictEqual(plain(one), plain(other))
      expect(canonicalJson(one) === canonicalJson(other)).toBe(areEqual)
    }),
  )
})
