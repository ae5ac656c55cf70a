import { expect, test } from 'vitest'
import { fc } from '../testing/fast-check.ts'
import { type IdPrefix, isId, makeId } from './ids.ts'

const prefixes: readonly IdPrefix[] = ['req', 'att', 'img', 'hld', 'key']
const random = fc.uint8Array({ minLength: 16, maxLength: 16 })

test('every id has the form of its own kind and of no other', () => {
  fc.assert(
    fc.property(fc.constantFrom(...prefixes), random, (prefix, bytes) => {
      const id = makeId(prefix, bytes, 1_795_239_877_227)
      expect(id).toMatch(/^[a-z]{3}_[0-9a-hjkmnp-tv-z]{36}$/)
      expect(prefixes.filter((candidate) => isId(candidate, id))).toEqual([prefix])
    }),
  )
})

test('different bytes make different ids, in the order of the bytes', () => {
  fc.assert(
    fc.property(random, random, (one, other) => {
      const order = Buffer.compare(one, other)
      const [first, second] = [makeId('req', one, 0), makeId('req', other, 0)]
      expect(first < second ? -1 : first > second ? 1 : 0).toBe(order)
    }),
  )
})
