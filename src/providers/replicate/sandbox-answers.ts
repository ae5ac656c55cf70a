import type { EmulatorAnswer, Fault } from '../shared/emulator.ts'
import type { FieldProblem } from './sandbox-input.ts'

/** An answer in JSON. */
export const json = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): EmulatorAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})

/** An error in Replicate's shape. */
export const problem = (
  status: number,
  title: string,
  detail: string,
  more: { readonly invalid_fields?: readonly FieldProblem[] } = {},
): EmulatorAnswer =>
  json(status, { title, detail, status, ...more }, { 'content-type': 'application/problem+json' })

/** What is not there, or belongs to somebody else. */
export const notFound = (): EmulatorAnswer =>
  problem(404, 'Not found', 'The requested resource could not be found.')

/** A request without a key that is known. */
export const unauthenticated = (hasToken: boolean): EmulatorAnswer =>
  problem(
    401,
    'Unauthenticated',
    hasToken
      ? 'You did not pass a valid authentication token'
      : 'You did not pass an authentication token',
  )

/** Too many requests in too short a time. */
export const throttled = (seconds: number): EmulatorAnswer =>
  json(
    429,
    { detail: `Request was throttled. Your rate limit resets in ~${seconds}s.` },
    { 'retry-after': String(seconds) },
  )

/** An input that does not pass. */
export const invalidInput = (problems: readonly FieldProblem[]): EmulatorAnswer =>
  problem(
    422,
    'Input validation failed',
    problems.map(({ field, description }) => `- ${field}: ${description}\n`).join(''),
    { invalid_fields: problems },
  )

/** Refusals before any work; undefined for faults that show later. */
export function refusal(fault: Fault | undefined): EmulatorAnswer | undefined {
  switch (fault) {
    case 'invalid-key':
      return unauthenticated(true)
    case 'no-credit':
      return problem(
        402,
        'Insufficient credit',
        'You have insufficient credit to run this model. Buy credit and wait a few minutes.',
      )
    case 'rate-limit':
      return throttled(1)
    case 'user-error':
      return invalidInput([{ type: 'required', field: 'input.prompt', description: 'is required' }])
    case 'model-gone':
      return notFound()
    case 'server-error':
      return json(500, { detail: 'Internal server error' })
    case 'overloaded':
      return json(503, { detail: 'Service temporarily unavailable' })
    case 'error-in-200':
      return json(200, { title: 'Server error', detail: 'The prediction could not be queued' })
    default:
      return undefined
  }
}
