import type { FailureClass, ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { failureOfStatus } from '../shared/status-failure.ts'

/**
 * What the server's words mean; first match wins. It has hardly any codes: `error` is meant for
 * people (SwarmUI, docs/API.md; words of src/Text2Image and src/Backends, read 2026-11-26).
 */
const signs: readonly (readonly [RegExp, FailureClass])[] = [
  [/permission|not logged in|invalid login|account/i, 'auth'],
  [
    /\bmodel\b.*(?:not found|does not exist|unknown|invalid)|(?:unknown|invalid).*\bmodel\b/i,
    'model_gone',
  ],
  [/backends?\b|out of memory|timed? ?out|interrupted|session/i, 'overloaded'],
  [/invalid value|parameter|must be|required/i, 'invalid_request'],
]

/** Reads an answer that is no success: of a proxy, mostly. */
export const classify = (answer: HttpAnswer): ProviderFailure =>
  failureOfStatus(answer, answerWords(answer), {})

/**
 * Reads the error of an answer with status 200. What was refused cost nothing; a machine that broke
 * down may have worked before.
 */
export function classifyInside(answer: HttpAnswer): ProviderFailure | undefined {
  const { json } = answer
  if (!isObject(json) || (json.error === undefined && json.error_id === undefined)) return undefined
  const words = answerWords(answer)
  const found = signs.find(([sign]) => sign.test(words))?.[1] ?? 'overloaded'
  return failureOfStatus(answer, words, {
    class: found,
    billed: found === 'overloaded' ? 'unknown' : false,
    ...(typeof json.error_id === 'string' ? { providerCode: json.error_id } : {}),
  })
}

/** What the server says, as one line. */
export function answerWords({ json, text, status }: HttpAnswer): string {
  const body = isObject(json) ? json : {}
  const said = [body.error, body.error_id, text].find(
    (part) => typeof part === 'string' && part.trim() !== '',
  )
  return typeof said === 'string' ? said.trim().slice(0, 500) : `the server answered ${status}`
}
