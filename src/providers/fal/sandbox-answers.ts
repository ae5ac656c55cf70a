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

/** An error of the queue. */
export const detail = (status: number, text: string): EmulatorAnswer =>
  json(status, { detail: text })

/** An error of fal's own machines. */
export const infrastructure = (status: number, type: string, text: string): EmulatorAnswer =>
  json(status, { detail: text, error_type: type }, { 'x-fal-error-type': type })

/** Problems that a model has with its input. */
export const refusedByModel = (problems: readonly FieldProblem[]): EmulatorAnswer =>
  json(422, { detail: problems }, { 'x-fal-retryable': 'false' })

/** A request without a key that is known. */
export const unauthenticated = (): EmulatorAnswer =>
  detail(401, 'Authentication is required to access this application.')

/** What a model says of a prompt that it does not accept. */
export const flagged = (prompt: string): readonly FieldProblem[] => [
  {
    loc: ['body', 'prompt'],
    msg: 'The content could not be processed because it was flagged by a content checker.',
    type: 'content_policy_violation',
    url: 'https://docs.fal.ai/errors/#content_policy_violation',
    input: { prompt },
  },
]

/** Refusals before a request is queued; undefined for faults that show later. */
export function refusal(fault: Fault | undefined, endpoint: string): EmulatorAnswer | undefined {
  switch (fault) {
    case 'invalid-key':
      return unauthenticated()
    case 'no-credit':
      return detail(403, 'User is locked. Reason: Exhausted balance. Top up your balance.')
    case 'rate-limit':
      return json(429, { detail: 'Too many requests' }, { 'retry-after': '1' })
    case 'model-gone':
      return notDeployed(endpoint)
    case 'overloaded':
      return infrastructure(503, 'runner_scheduling_failure', 'No runner is available')
    default:
      return undefined
  }
}

/** An endpoint that is not there. */
export const notDeployed = (endpoint: string): EmulatorAnswer =>
  detail(404, `Application "${endpoint.split('/')[1] ?? endpoint}" not found`)

/** A request body as JSON; undefined when it is none. */
export function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
}
