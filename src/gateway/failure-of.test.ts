import { describe, expect, test } from 'vitest'
import {
  type FailureClass,
  failure,
  failureClasses,
  type ProviderFailure,
} from '../core/errors/provider-failure.ts'
import { sampleSettledAttempt } from '../testing/sample-records.ts'
import { failureOf } from './failure-of.ts'
import type { EndedAttempt, Run } from './run.ts'

const ended = (offer: string, ...failures: ProviderFailure[]): EndedAttempt => ({
  attempt: sampleSettledAttempt(offer, { offer }),
  images: [],
  failures,
  refused: [],
  looks: [],
  resolved: {},
  durationMs: 1,
  warnings: [],
  written: Promise.resolve(true),
})

/** What the failures of these attempts amount to; only `id` and `ended` of a run are read. */
const errorOf = (attempts: readonly EndedAttempt[], costNano = 0n) =>
  failureOf({ id: 'req_1', ended: attempts } as unknown as Run, costNano)

const fail = (failureClass: FailureClass, details: Partial<ProviderFailure> = {}) =>
  failure(failureClass, `${failureClass} words`, details)

describe('one failure', () => {
  test.each([
    ['rate_limited', 'rate_limit_exceeded', 429, true],
    ['overloaded', 'no_provider_available', 503, true],
    ['timeout_unknown', 'no_provider_available', 503, true],
    ['quota_exhausted', 'no_provider_available', 503, false],
    ['auth', 'no_provider_available', 503, false],
    ['model_gone', 'no_provider_available', 503, false],
    ['invalid_request', 'invalid_request', 400, false],
    ['content_policy_input', 'content_policy_violation', 400, false],
    ['content_policy_output', 'content_policy_violation', 400, false],
    ['empty', 'no_provider_available', 503, true],
    ['bad_image', 'no_provider_available', 503, true],
  ] as const)('%s is %s, %i, worth a resend: %s', (failureClass, code, status, retryable) => {
    const error = errorOf([ended('acme/painter', fail(failureClass))])
    expect(error).toMatchObject({ code, retryable, requestId: 'req_1' })
    expect(error.entry.status).toBe(status)
    expect(error.message).toContain(`${failureClass} words`)
    expect(error.message).toContain('acme/painter')
  })

  test.each(failureClasses)('%s that cost money is not worth a resend', (failureClass) => {
    expect(errorOf([ended('acme/painter', fail(failureClass))], 1n).retryable).toBe(false)
  })
})

test('what only the operator can end is worth a resend beside what passes', () => {
  const attempts = [ended('acme/one', fail('auth')), ended('acme/two', fail('overloaded'))]
  expect(errorOf(attempts).retryable).toBe(true)
})

test('a page in the place of an error is told in one short line', () => {
  const page = `<html>\n  <title>Bad Gateway</title>\n${'x'.repeat(1_000)}`
  const { message } = errorOf([ended('acme/painter', failure('overloaded', page))])
  expect(message).toMatch(/<html> <title>Bad Gateway<\/title> x+$/)
  expect(message.length).toBeLessThan(400)
})

describe('of several failures', () => {
  test.each<[string, readonly FailureClass[], string]>([
    [
      'a refusal of content speaks loudest',
      ['overloaded', 'content_policy_input'],
      'content_policy_violation',
    ],
    [
      'also over other refusals',
      ['invalid_request', 'content_policy_output'],
      'content_policy_violation',
    ],
    [
      'an outage beside a refusal of the request is an outage',
      ['invalid_request', 'overloaded'],
      'no_provider_available',
    ],
    [
      'a refusal of the request by all is one',
      ['invalid_request', 'invalid_request'],
      'invalid_request',
    ],
    ['a limit of one offer is none of all', ['rate_limited', 'auth'], 'no_provider_available'],
    ['a limit of all is one', ['rate_limited', 'rate_limited'], 'rate_limit_exceeded'],
  ])('%s', (_, classes, code) => {
    const attempts = classes.map((name, index) => ended(`acme/${index}`, fail(name)))
    expect(errorOf(attempts).code).toBe(code)
    const together = ended('acme/painter', ...classes.map((name) => fail(name)))
    expect(errorOf([together]).code).toBe(code)
  })

  test('each is listed, and said in one sentence, equal ones once', () => {
    const down = fail('overloaded')
    const error = errorOf([
      ended('acme/one', down),
      ended('acme/one', down),
      ended('acme/two', fail('auth')),
    ])
    expect(error.message).toBe(
      'No offer gave a picture: acme/one (overloaded): overloaded words; ' +
        'acme/two (auth): auth words',
    )
    expect(error.tried).toEqual([
      { offer: 'acme/one', class: 'overloaded', message: 'overloaded words' },
      { offer: 'acme/one', class: 'overloaded', message: 'overloaded words' },
      { offer: 'acme/two', class: 'auth', message: 'auth words' },
    ])
  })

  test.each<[string, readonly (number | undefined)[], number | undefined]>([
    ['the shortest wait', [9_000, 4_000], 4_000],
    ['the only wait', [undefined, 4_000], 4_000],
    ['no wait', [undefined, undefined], undefined],
    ['an hour at most: a provider may ask for a year', [31_536_000_000], 3_600_000],
  ])('the caller is told %s', (_, waits, expected) => {
    const attempts = waits.map((retryAfterMs) =>
      ended(
        'acme/painter',
        fail('rate_limited', retryAfterMs === undefined ? {} : { retryAfterMs }),
      ),
    )
    expect(errorOf(attempts).retryAfterMs).toBe(expected)
  })
})

test('without any attempt it is said so', () => {
  expect(errorOf([])).toMatchObject({
    code: 'no_provider_available',
    message: 'No attempt was made.',
    tried: [],
  })
})
