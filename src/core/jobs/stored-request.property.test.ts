import { expect, test } from 'vitest'
import { validDraft } from '../../testing/arbitrary-drafts.ts'
import { fc } from '../../testing/fast-check.ts'
import { exactKeyText } from '../cache/exact-key.ts'
import { normaliseRequest } from '../request/normalise.ts'
import { fromStoredRequest, toStoredRequest } from './stored-request.ts'

/** Through the text that a database column holds. */
const throughText = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value

test('a request that was stored and read back is the same request', () => {
  fc.assert(
    fc.property(validDraft, (draft) => {
      const request = normaliseRequest(draft)
      const read = fromStoredRequest(throughText(toStoredRequest(request)))
      expect(read).toEqual(throughZero(request))
      expect(exactKeyText(read, 'a')).toBe(exactKeyText(request, 'a'))
    }),
  )
})

test('money keeps its last unit', () => {
  const nano = fc.bigInt({ min: 1n, max: 10n ** 30n })
  fc.assert(
    fc.property(nano, (maxCostNano) => {
      const request = normaliseRequest({ operation: 'generate', prompt: 'a cup' })
      const stored = throughText(toStoredRequest({ ...request, maxCostNano }))
      expect(fromStoredRequest(stored).maxCostNano).toBe(maxCostNano)
    }),
  )
})

/** JSON has one zero. */
function throughZero<Value>(value: Value): Value {
  if (Object.is(value, -0)) return 0 as Value
  if (Array.isArray(value)) return value.map(throughZero) as Value
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, throughZero(member)]),
  ) as Value
}
