import { describe, expect, test } from 'vitest'
import { isBudgetExceeded } from './budget-exceeded.ts'
import { GatewayError, invalid } from './gateway-error.ts'

describe('an error of ours', () => {
  test('knows its entry of the catalogue', () => {
    const error = new GatewayError('overloaded', 'Too many pictures are in flight.')
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'GatewayError', code: 'overloaded', retryable: true })
    expect(error.entry).toMatchObject({ status: 429, type: 'rate_limit_error' })
  })

  test('carries what it was given, and nothing it was not', () => {
    const cause = new Error('socket hang up')
    const details = { param: 'size', cause, retryAfterMs: 250, tried: ['a'], requestId: 'req_1' }
    expect(new GatewayError('no_provider_available', 'None.', details)).toMatchObject(details)
    const bare = new GatewayError('not_found', 'None.')
    expect(bare).toMatchObject({ param: undefined, tried: undefined, retryAfterMs: undefined })
    expect('cause' in bare).toBe(false)
  })

  test('does not invite a resend after money was spent, whatever the catalogue says', () => {
    const error = new GatewayError('no_provider_available', 'None.', { retryable: false })
    expect(error.entry.retryable).toBe(true)
    expect(error.retryable).toBe(false)
  })

  test('a refusal of a parameter is a 400 that names it', () => {
    const error = invalid('n', 'n must be a whole number.')
    expect(error).toMatchObject({ code: 'invalid_request', param: 'n', retryable: false })
    expect(error.entry.status).toBe(400)
  })
})

describe('is recognised as ours', () => {
  const foreign = Object.assign(new Error('x'), { [Symbol.for('keeprate.gateway-error')]: true })
  test.each([
    ['one of this copy of the package', invalid('n', 'x'), true],
    ['one of another copy of the package', foreign, true],
    ['any other error', new Error('x'), false],
    ['a text', 'invalid_request', false],
    ['null', null, false],
    ['undefined', undefined, false],
    ['an object that looks like one', { code: 'invalid_request', message: 'x' }, false],
  ])('%s: %#', (_, value, expected) => {
    expect(GatewayError.isInstance(value)).toBe(expected)
  })
})

test('the refusal of a budget is told from every other error, whoever words it alike', () => {
  const refused = new GatewayError('insufficient_quota', 'No room.', { budgetLeftNano: 0n })
  const others = [invalid('n', 'No room.'), new Error('x'), { code: 'insufficient_quota' }]
  expect([refused, ...others].map(isBudgetExceeded)).toEqual([true, false, false, false])
})
