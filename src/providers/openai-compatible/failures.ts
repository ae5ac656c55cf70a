import {
  type FailureClass,
  failure,
  failureRules,
  type ProviderFailure,
} from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { failureOfStatus } from '../shared/status-failure.ts'

/** Longest excerpt of the server's words in a message of ours. */
const MAX_WORDS = 500

/** Codes and types that OpenAI made and others repeat; they decide before the status does. */
const classes: Readonly<Record<string, FailureClass>> = {
  content_policy_violation: 'content_policy_input',
  moderation_blocked: 'content_policy_input',
  content_filter: 'content_policy_output',
  billing_hard_limit_reached: 'quota_exhausted',
  insufficient_quota: 'quota_exhausted',
  budget_exceeded: 'quota_exhausted',
  invalid_api_key: 'auth',
  model_not_found: 'model_gone',
  NotFoundError: 'model_gone',
  rate_limit_exceeded: 'rate_limited',
}

const NO_MODEL = /model .*(not found|does not exist)|invalid model name|unknown model/i
const POLICY = /content[ _]policy|safety system|moderation/i
const OUT_OF_MEMORY = /out of memory/i

/** Reads an answer that is no success. */
export function classify(answer: HttpAnswer): ProviderFailure {
  const error = readError(answer)
  const known = classOf(error)
  const words = error.message === '' ? `the server answered ${answer.status}` : error.message
  return failureOfStatus(answer, words, {
    ...(known === undefined ? {} : { class: known }),
    ...(error.code === '' ? {} : { providerCode: error.code }),
  })
}

/** An error in an answer of status 200: work may have been done for it. */
export function failureInside(answer: HttpAnswer): ProviderFailure | undefined {
  const { json } = answer
  if (!isObject(json) || (json.error === undefined && json.detail === undefined)) return undefined
  const error = readError(answer)
  const known = classOf(error) ?? 'overloaded'
  const words = error.message === '' ? 'the server reported an error' : error.message
  return failure(known, words, {
    billed: known === 'overloaded' ? 'unknown' : failureRules[known].billed,
    ...(error.code === '' ? {} : { providerCode: error.code }),
  })
}

interface ServerError {
  readonly code: string
  readonly type: string
  readonly message: string
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** `{error: {message, type, code}}`, `{error: "…"}`, or FastAPI's `{detail}`. */
function readError({ json, text: plain = '' }: HttpAnswer): ServerError {
  const body = isObject(json) ? json : {}
  const inner = isObject(body.error) ? body.error : { message: body.error }
  const message = text(inner.message) || fromDetail(body.detail) || text(body.message)
  // LiteLLM writes the status where the code should be.
  const code = text(inner.code).replace(/^\d+$/, '')
  const words = (message || plain.trim()).slice(0, MAX_WORDS)
  return { code: code || text(inner.type), type: text(inner.type), message: words }
}

function fromDetail(detail: unknown): string {
  if (!Array.isArray(detail)) return text(detail)
  return detail
    .filter(isObject)
    .map(({ loc, msg }) => `${Array.isArray(loc) ? loc.join('.') : 'body'}: ${String(msg)}`)
    .join('; ')
}

function classOf({ code, type, message }: ServerError): FailureClass | undefined {
  for (const name of [code, type]) {
    if (Object.hasOwn(classes, name)) return classes[name]
  }
  if (OUT_OF_MEMORY.test(message)) return 'overloaded'
  if (NO_MODEL.test(message)) return 'model_gone'
  return POLICY.test(message) ? 'content_policy_input' : undefined
}
