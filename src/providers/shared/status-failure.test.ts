import { expect, test } from 'vitest'
import { classOfStatus, failureOfStatus } from './status-failure.ts'

test.each([
  [400, 'invalid_request'],
  [401, 'auth'],
  [402, 'quota_exhausted'],
  [403, 'auth'],
  [404, 'model_gone'],
  [408, 'timeout_unknown'],
  [409, 'overloaded'],
  [410, 'model_gone'],
  [413, 'invalid_request'],
  [418, 'invalid_request'],
  [422, 'invalid_request'],
  [425, 'overloaded'],
  [429, 'rate_limited'],
  [500, 'overloaded'],
  [529, 'overloaded'],
] as const)('%i means %s', (status, failureClass) => {
  expect(classOfStatus(status)).toBe(failureClass)
})

test.each([504, 524])('a %i comes from a gateway that gave up waiting: nobody knows', (status) => {
  expect(failureOfStatus({ status, headers: {} }, 'late')).toMatchObject({
    class: 'overloaded',
    billed: 'unknown',
  })
})

test('the words and the code are cut, the pause is read, and what is known wins', () => {
  const headers = { 'retry-after': '3' }
  const known = { class: 'auth', billed: true, providerCode: 'c'.repeat(99) } as const
  expect(failureOfStatus({ status: 429, headers }, 'x'.repeat(900), known)).toEqual({
    class: 'auth',
    message: 'x'.repeat(500),
    billed: true,
    status: 429,
    retryAfterMs: 3_000,
    providerCode: 'c'.repeat(80),
  })
})
