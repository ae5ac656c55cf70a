import {
  type FailureClass,
  failure,
  type ProviderFailure,
} from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { retryAfterMs } from '../shared/retry-after.ts'

/** Longest excerpt of Replicate's words in a message of ours. */
const MAX_WORDS = 500

/** Classes by status (replicate.com/docs/reference/http, read 2026-11-20). */
const classes: Readonly<Record<number, FailureClass>> = {
  401: 'auth',
  402: 'quota_exhausted',
  403: 'auth',
  404: 'model_gone',
  408: 'timeout_unknown',
  409: 'overloaded',
  410: 'model_gone',
  425: 'overloaded',
  429: 'rate_limited',
}

/** A gateway in front gave up waiting: the prediction may have been made. */
const GAVE_UP_WAITING: readonly number[] = [504, 524]

/** Reads an answer that is no success. */
export function classify(answer: HttpAnswer): ProviderFailure {
  const { status } = answer
  const fallback = status >= 400 && status <= 499 ? 'invalid_request' : 'overloaded'
  const text = words(answer)
  const pauseMs = retryAfterMs(answer.headers) ?? pauseInWords(text)
  return failure(classes[status] ?? fallback, text, {
    status,
    ...(GAVE_UP_WAITING.includes(status) ? { billed: 'unknown' } : {}),
    ...(pauseMs === undefined ? {} : { retryAfterMs: pauseMs }),
  })
}

/** What Replicate says, as one line: `{title, detail, status}`. */
function words({ json, text, status }: HttpAnswer): string {
  const body = isObject(json) ? json : {}
  const parts = [body.title, body.detail].filter(
    (part): part is string => typeof part === 'string' && part !== '',
  )
  const said = (parts.length > 0 ? parts.join(': ') : (text ?? '')).trim()
  return (said === '' ? `Replicate answered ${status}` : said).slice(0, MAX_WORDS)
}

/** `Your rate limit resets in ~30s.`: the pause, when no header says it. */
function pauseInWords(text: string): number | undefined {
  const seconds = /resets in ~?(\d{1,5})s/.exec(text)?.[1]
  return seconds === undefined ? undefined : Number(seconds) * 1_000
}

/**
 * What a failed prediction means. Models fail in words of their own; Replicate's codes are in round
 * brackets. First match wins. Not documented as a list; gathered from models' answers, 2026-11-20.
 */
const signs: readonly (readonly [RegExp, FailureClass])[] = [
  [/nsfw/i, 'content_policy_output'],
  [/\(E005\)|flagged as sensitive|content policy|moderat/i, 'content_policy_input'],
  [/\(E00[34]\)|high demand|out of memory|interrupted|timed? ?out/i, 'overloaded'],
  [
    /must be|is not (?:a )?valid|invalid (?:input|image)|could not (?:open|download)/i,
    'invalid_request',
  ],
]

/** Reads the `error` of a failed prediction. The answer that carries it is a success. */
export function classifyPrediction(error: unknown, billed: boolean | 'unknown'): ProviderFailure {
  const said = typeof error === 'string' ? error.trim() : ''
  const text = (said === '' ? 'the prediction failed without a reason' : said).slice(0, MAX_WORDS)
  const code = /\((E\d{3,4})\)/.exec(text)?.[1]
  const found = signs.find(([sign]) => sign.test(text))?.[1] ?? 'overloaded'
  return failure(found, text, { billed, ...(code === undefined ? {} : { providerCode: code }) })
}
