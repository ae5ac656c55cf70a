import {
  type FailureClass,
  failure,
  type ProviderFailure,
} from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { retryAfterMs } from '../shared/retry-after.ts'

/** Longest excerpt of xAI's words in a message of ours. */
const MAX_WORDS = 500
const MAX_CODE_CHARACTERS = 80

/** Classes by status (docs.x.ai, debugging errors, read 2026-11-20). */
const STATUSES: { readonly [status: number]: FailureClass } = {
  401: 'auth',
  402: 'quota_exhausted',
  403: 'auth',
  404: 'model_gone',
  408: 'overloaded',
  409: 'overloaded',
  410: 'model_gone',
  425: 'overloaded',
  429: 'rate_limited',
}

/** A gateway in front of xAI gave up waiting: the picture may have been made and billed. */
const GAVE_UP_WAITING: readonly number[] = [504, 524]

/**
 * What only the words tell: xAI's codes are sentences and the same for a bad key, a refused prompt
 * and a wrong argument.
 */
const WORDS: readonly (readonly [RegExp, FailureClass])[] = [
  [/incorrect api key|invalid bearer token|api key.*(disabled|blocked)/i, 'auth'],
  [/used all available credits|spending limit|insufficient credits/i, 'quota_exhausted'],
  [/generated (image|content).*(moderation|rejected|blocked)/i, 'content_policy_output'],
  [/content moderation|content policy|usage guidelines|safety/i, 'content_policy_input'],
]

/** Reads an answer that is no success. */
export function classify({ status, headers, json, text }: HttpAnswer): ProviderFailure {
  const { code, message } = readError(json)
  const words = message ?? text?.trim() ?? ''
  const failureClass = classOf(words, status)
  const pauseMs = retryAfterMs(headers)
  // A picture that was made before it was rejected may be charged; no document says so.
  const mayBeBilled = failureClass === 'content_policy_output' || GAVE_UP_WAITING.includes(status)
  return failure(failureClass, redact(words === '' ? `xAI answered ${status}` : words), {
    status,
    ...(mayBeBilled ? { billed: 'unknown' } : {}),
    ...(code === undefined ? {} : { providerCode: code }),
    ...(pauseMs === undefined ? {} : { retryAfterMs: pauseMs }),
  })
}

/** Reads an error that came inside an answer of status 200; undefined when there is none. */
export function classifyInside(json: unknown): ProviderFailure | undefined {
  const { code, message } = readError(json)
  if (message === undefined) return undefined
  return failure(classOf(message, 500), redact(message), {
    billed: 'unknown',
    ...(code === undefined ? {} : { providerCode: code }),
  })
}

/** xAI's three shapes: an object, a sentence with a code beside it, a sentence alone. */
function readError(json: unknown): {
  readonly code?: string | undefined
  readonly message?: string | undefined
} {
  if (!isObject(json)) return {}
  const { error } = json
  if (typeof error === 'string') return { code: codeOf(json.code), message: error }
  if (!isObject(error)) return {}
  const message = typeof error.message === 'string' ? error.message : 'an error without words'
  return { code: codeOf(error.code ?? error.type), message }
}

const codeOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number'
    ? String(value).slice(0, MAX_CODE_CHARACTERS)
    : undefined

function classOf(words: string, status: number): FailureClass {
  const isOurs = status >= 400 && status < 500
  const said = isOurs ? WORDS.find(([pattern]) => pattern.test(words))?.[1] : undefined
  return said ?? STATUSES[status] ?? (status >= 500 ? 'overloaded' : 'invalid_request')
}

/** A refused key is quoted back in part; no part of a key goes into a message. */
const redact = (text: string): string =>
  text
    .replace(/\bxai-[\w-]+/g, 'xai-…')
    .replace(/(API key provided:) \S+/g, '$1 …')
    .slice(0, MAX_WORDS)
