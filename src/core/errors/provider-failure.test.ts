import { describe, expect, test } from 'vitest'
import { failure, failureClasses, failureRules } from './provider-failure.ts'

describe('what a failure is taken for when the provider says no more', () => {
  test.each([
    // class, whether the next offer may be tried, whether it speaks against the provider, billed
    ['rate_limited', 'next', true, false],
    ['overloaded', 'next', true, false],
    ['timeout_unknown', 'next', true, 'unknown'],
    ['quota_exhausted', 'next', true, false],
    ['auth', 'next', true, false],
    ['model_gone', 'next', false, false],
    ['invalid_request', 'next', false, false],
    ['content_policy_input', 'stop', false, false],
    ['content_policy_output', 'stop', false, true],
    ['empty', 'next', true, true],
    ['bad_image', 'next', true, true],
  ] as const)('%s: afterwards %s', (failureClass, afterwards, countsAgainstProvider, billed) => {
    expect(failureRules[failureClass]).toEqual({ afterwards, countsAgainstProvider, billed })
    expect(failure(failureClass, 'words')).toEqual({
      class: failureClass,
      message: 'words',
      billed,
    })
  })

  test('every class is in the table above', () => {
    expect(Object.keys(failureRules).toSorted()).toEqual(failureClasses.toSorted())
  })
})

describe('what the provider says', () => {
  test('wins over what the class says', () => {
    expect(failure('overloaded', 'busy', { billed: 'unknown', status: 503 })).toEqual({
      class: 'overloaded',
      message: 'busy',
      billed: 'unknown',
      status: 503,
    })
  })

  test('counts as nothing when it is undefined: not knowing is never "not billed"', () => {
    expect(failure('bad_image', 'blank', { billed: undefined }).billed).toBe(true)
  })
})
