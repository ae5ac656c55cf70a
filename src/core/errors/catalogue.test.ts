import { describe, expect, test } from 'vitest'
import { type ErrorEntry, errorCatalogue } from './catalogue.ts'

const entries: readonly (readonly [string, ErrorEntry])[] = Object.entries(errorCatalogue)

/** Which of OpenAI's error types clients expect with which status. */
const typesOf = (status: number): readonly ErrorEntry['type'][] => {
  if (status === 401) return ['authentication_error']
  if (status === 403) return ['permission_error']
  if (status === 429) return ['rate_limit_error', 'insufficient_quota']
  if (status >= 500) return ['server_error']
  return ['invalid_request_error', 'image_generation_user_error']
}

describe.each(entries)('%s', (code, entry) => {
  test('has the type that goes with its status', () => {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/)
    expect(entry.status).toBeGreaterThanOrEqual(400)
    expect(typesOf(entry.status)).toContain(entry.type)
  })

  test('advises in one sentence', () => {
    expect(entry.advice).toMatch(/^[A-Z].*[^.]\.$/)
    expect(entry.advice).not.toMatch(/\. [A-Z]/)
  })

  test('invites a resend only where waiting can help', () => {
    if (entry.retryable) expect([429, 503]).toContain(entry.status)
  })
})

describe('clients read the status, so it stays', () => {
  test.each([
    ['invalid_request', 400],
    ['unsupported_parameter', 400],
    ['content_policy_violation', 400],
    ['image_too_large', 400],
    ['mask_size_mismatch', 400],
    ['price_unknown', 400],
    ['invalid_api_key', 401],
    ['permission_denied', 403],
    ['model_not_found', 404],
    ['model_retired', 404],
    ['not_found', 404],
    ['payload_too_large', 413],
    ['unsupported_media_type', 415],
    ['insufficient_quota', 429],
    ['rate_limit_exceeded', 429],
    ['overloaded', 429],
    ['no_provider_available', 503],
    ['ledger_unavailable', 503],
    ['deadline_exceeded', 504],
  ] as const)('%s is %i', (code, status) => {
    expect(errorCatalogue[code].status).toBe(status)
  })
})

test('a spent budget is not worth a resend, though it has the status of one that is', () => {
  expect(errorCatalogue.insufficient_quota).toMatchObject({ status: 429, retryable: false })
})
