import {
  type FailureClass,
  failure,
  type ProviderFailure,
} from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { retryAfterMs } from '../shared/retry-after.ts'

/** Longest excerpt of fal's words in a message of ours. */
const MAX_WORDS = 500

/** Classes by status (docs.fal.ai, read 2026-11-20). */
const byStatus: Readonly<Record<number, FailureClass>> = {
  401: 'auth',
  402: 'quota_exhausted',
  403: 'auth',
  404: 'model_gone',
  408: 'timeout_unknown',
  409: 'overloaded',
  410: 'model_gone',
  425: 'overloaded',
  429: 'rate_limited',
  499: 'timeout_unknown',
}

/**
 * Classes by fal's own types: of infrastructure in `error_type`, of models in `detail[].type`
 * (docs.fal.ai/model-apis/errors and /request-errors, read 2026-11-20). Those that are not here are
 * read by the status.
 */
const byType: Readonly<Record<string, FailureClass>> = {
  request_timeout: 'overloaded',
  startup_timeout: 'overloaded',
  runner_scheduling_failure: 'overloaded',
  runner_connection_timeout: 'overloaded',
  runner_disconnected: 'overloaded',
  runner_connection_refused: 'overloaded',
  runner_connection_error: 'overloaded',
  runner_incomplete_response: 'overloaded',
  runner_server_error: 'overloaded',
  internal_error: 'overloaded',
  client_disconnected: 'timeout_unknown',
  client_cancelled: 'timeout_unknown',
  bad_request: 'invalid_request',
  content_policy_violation: 'content_policy_input',
  no_media_generated: 'empty',
  generation_timeout: 'overloaded',
  internal_server_error: 'overloaded',
  downstream_service_error: 'overloaded',
  downstream_service_unavailable: 'overloaded',
}

/** What a body says of an error: in words, and by fal's own type. */
interface Reading {
  readonly words: string
  readonly type: string | undefined
}

/** Reads an answer that is no success, of the queue or of a model. */
export function classify(answer: HttpAnswer): ProviderFailure {
  const { status, headers } = answer
  const { words, type } = readError(answer)
  const pauseMs = retryAfterMs(headers)
  const details = {
    status,
    ...(type === undefined ? {} : { providerCode: type }),
    ...(pauseMs === undefined ? {} : { retryAfterMs: pauseMs }),
  }
  // Our own deadline for the start: nothing has begun, and nothing is charged.
  if (headers['x-fal-request-timeout-type'] === 'user') {
    return failure('timeout_unknown', words, { ...details, billed: false })
  }
  // A gateway in front gave up waiting: the request may be in the queue.
  const isUnsure = (status === 504 || status === 524) && type === undefined
  return failure(classOf(status, words, type), words, {
    ...details,
    ...(isUnsure ? { billed: 'unknown' } : {}),
  })
}

/**
 * Reads the error that a status answer carries beside COMPLETED; undefined when it says too little,
 * and the answer to the result has to tell.
 */
export function classifyStatus(answer: HttpAnswer): ProviderFailure | undefined {
  const body = isObject(answer.json) ? answer.json : {}
  const type = typeof body.error_type === 'string' ? body.error_type : undefined
  const known = type !== undefined && Object.hasOwn(byType, type) ? byType[type] : undefined
  if (known !== 'overloaded' || type === undefined) return undefined
  const said = typeof body.error === 'string' && body.error !== '' ? body.error : type
  const words = said.slice(0, MAX_WORDS)
  // Errors of fal's own machines are never charged (docs.fal.ai, read 2026-11-20).
  return type === 'request_timeout'
    ? failure('timeout_unknown', words, { billed: false, providerCode: type })
    : failure('overloaded', words, { billed: false, providerCode: type })
}

/** Whether an answer is a model's or fal's own, not that of something in front. */
export const isOwnError = ({ json, headers }: HttpAnswer): boolean =>
  headers['x-fal-error-type'] !== undefined ||
  (isObject(json) && (typeof json.error_type === 'string' || Array.isArray(json.detail)))

function classOf(status: number, words: string, type: string | undefined): FailureClass {
  const known = type !== undefined && Object.hasOwn(byType, type) ? byType[type] : undefined
  if (known !== undefined) return known
  // `User is locked. Reason: Exhausted balance`
  if (status === 403 && /balance|locked/i.test(words)) return 'quota_exhausted'
  return byStatus[status] ?? (status >= 400 && status <= 499 ? 'invalid_request' : 'overloaded')
}

/** The two shapes: `detail` as a list of a model's problems, or as text with an `error_type`. */
function readError({ json, text, status, headers }: HttpAnswer): Reading {
  const body = isObject(json) ? json : {}
  const problems = Array.isArray(body.detail) ? body.detail.filter(isObject) : []
  const said = [
    ...problems.map(({ loc, msg }) => {
      const place = Array.isArray(loc) ? loc.join('.') : 'body'
      return `${place}: ${typeof msg === 'string' ? msg : 'is not valid'}`
    }),
    typeof body.detail === 'string' ? body.detail : '',
    typeof body.error === 'string' ? body.error : '',
  ].filter((part) => part !== '')
  const words = (said.length > 0 ? said.join('; ') : (text ?? '')).trim()
  const types = [problems[0]?.type, body.error_type, headers['x-fal-error-type']]
  return {
    words: (words === '' ? `fal answered ${status}` : words).slice(0, MAX_WORDS),
    type: types.find((type): type is string => typeof type === 'string' && type !== ''),
  }
}
