import {
  type FailureClass,
  failure,
  type ProviderFailure,
} from '../../../core/errors/provider-failure.ts'
import { isObject } from '../../../core/json.ts'
import type { HttpAnswer } from '../../../ports/http-client.ts'
import { retryAfterMs } from '../retry-after.ts'

/** Longest excerpt of a service's words in a message of ours. */
const MAX_WORDS = 500
const MAX_CODE_CHARACTERS = 80

/** The member `error` of an answer or event, each field checked. */
interface WireError {
  readonly code: string | undefined
  readonly type: string | undefined
  readonly param: string | undefined
  readonly message: string | undefined
  readonly moderationStage: string | undefined
}

/** Classes by OpenAI's own code or type; they decide before the status does. */
const CLASSES: { readonly [code: string]: FailureClass } = {
  content_policy_violation: 'content_policy_input',
  billing_hard_limit_reached: 'quota_exhausted',
  insufficient_quota: 'quota_exhausted',
  invalid_api_key: 'auth',
  model_not_found: 'model_gone',
  rate_limit_exceeded: 'rate_limited',
  server_error: 'overloaded',
}

/** Classes by status where the code says nothing (OpenAI error guide, read 2026-11-20). */
const STATUSES: { readonly [status: number]: FailureClass } = {
  401: 'auth',
  402: 'quota_exhausted',
  403: 'auth',
  408: 'overloaded',
  409: 'overloaded',
  410: 'model_gone',
  425: 'overloaded',
  429: 'rate_limited',
}

/** A gateway in front gave up waiting: the picture may have been made and billed. */
const GAVE_UP_WAITING: readonly number[] = [504, 524]

/**
 * Reads an answer that is no success.
 * @param service its name, for answers without words.
 */
export function classify(answer: HttpAnswer, service: string): ProviderFailure {
  const { status, headers, text } = answer
  const error = readError(answer.json)
  const words = error?.message ?? text?.trim() ?? ''
  const failureClass = classOf(error, status)
  const pauseMs = pauseOf(failureClass, headers, words)
  return failure(failureClass, redact(words === '' ? `${service} answered ${status}` : words), {
    status,
    ...billedOf(error, failureClass, status),
    ...codeOf(error),
    ...(pauseMs === undefined ? {} : { retryAfterMs: pauseMs }),
  })
}

/**
 * Reads an error that came inside an answer of status 200 or in the middle of a stream: work had
 * begun, so whether it was charged is unknown unless the class says otherwise. Undefined when there
 * is no error in it.
 */
export function classifyInside(json: unknown, service: string): ProviderFailure | undefined {
  const error = readError(json)
  if (error === undefined) return undefined
  const failureClass = classOf(error, undefined)
  const isOurs = failureClass !== 'overloaded' && failureClass !== 'content_policy_output'
  return failure(failureClass, redact(error.message ?? `${service} reported an error`), {
    ...(isOurs ? {} : { billed: 'unknown' }),
    ...billedOf(error, failureClass, undefined),
    ...codeOf(error),
  })
}

function readError(json: unknown): WireError | undefined {
  const error = isObject(json) ? json.error : undefined
  if (typeof error === 'string') return { ...NO_ERROR, message: error }
  if (!isObject(error)) return undefined
  const details = isObject(error.moderation_details) ? error.moderation_details : {}
  return {
    code: textOf(error.code),
    type: textOf(error.type),
    param: textOf(error.param),
    message: textOf(error.message),
    moderationStage: textOf(details.moderation_stage),
  }
}

const NO_ERROR: WireError = {
  code: undefined,
  type: undefined,
  param: undefined,
  message: undefined,
  moderationStage: undefined,
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

function classOf(error: WireError | undefined, status: number | undefined): FailureClass {
  if (error?.code === 'moderation_blocked') {
    return error.moderationStage === 'output' ? 'content_policy_output' : 'content_policy_input'
  }
  for (const name of [error?.code, error?.type]) {
    if (name !== undefined && Object.hasOwn(CLASSES, name)) {
      const known = CLASSES[name]
      if (known !== undefined) return known
    }
  }
  if (status === 404) {
    // A wrong base URL also answers 404; it says nothing of the model.
    return /invalid url/i.test(error?.message ?? '') ? 'invalid_request' : 'model_gone'
  }
  if (status === 400 && error?.param === 'model') return 'model_gone'
  if (status === undefined || status >= 500) return 'overloaded'
  return STATUSES[status] ?? 'invalid_request'
}

/** A block at an unknown stage may have come after the picture was made. */
function billedOf(
  error: WireError | undefined,
  failureClass: FailureClass,
  status: number | undefined,
): { readonly billed?: 'unknown' | true } {
  if (failureClass === 'content_policy_output') return { billed: true }
  const isVague = error?.code === 'moderation_blocked' && error.moderationStage === 'unknown'
  const mayHaveRun = status !== undefined && GAVE_UP_WAITING.includes(status)
  return isVague || mayHaveRun ? { billed: 'unknown' } : {}
}

const codeOf = (error: WireError | undefined): { readonly providerCode?: string } => {
  const code = error?.code ?? error?.type
  return code === undefined ? {} : { providerCode: code.slice(0, MAX_CODE_CHARACTERS) }
}

/** A refused key is quoted back in part; no part of a key goes into a message. */
const redact = (text: string): string => text.replace(/\bsk-[^\s'"]+/g, 'sk-…').slice(0, MAX_WORDS)

/** How long to wait: the header, else what the exhausted limit or the message says. */
function pauseOf(
  failureClass: FailureClass,
  headers: HttpAnswer['headers'],
  words: string,
): number | undefined {
  const asked = retryAfterMs(headers)
  if (asked !== undefined || failureClass !== 'rate_limited') return asked
  const resets = ['requests', 'tokens', 'images'].flatMap((kind) =>
    headers[`x-ratelimit-remaining-${kind}`] === '0'
      ? [durationMs(headers[`x-ratelimit-reset-${kind}`] ?? '')]
      : [],
  )
  const known = resets.filter((reset) => reset !== undefined)
  if (known.length > 0) return Math.max(...known)
  const said =
    /(?:try again (?:in|after)) ([\d.]+ ?(?:ms|s|m|h|seconds?|minutes?)\b[\dhms.]*)/i.exec(words)
  return said?.[1] === undefined ? undefined : durationMs(said[1])
}

const UNIT_MS: { readonly [unit: string]: number } = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/**
 * A duration as OpenAI prints it: `6m0s`, `120ms`, `51.84 seconds`.
 * @example durationMs('1h2m3.5s') // 3723500
 */
export function durationMs(text: string): number | undefined {
  const parts = [...text.matchAll(/([\d.]+) ?(ms|s|m|h)/g)]
  if (parts.length === 0) return undefined
  const total = parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ''] ?? 0),
    0,
  )
  return Number.isFinite(total) ? Math.ceil(total) : undefined
}
