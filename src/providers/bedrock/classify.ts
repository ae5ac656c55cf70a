import type { FailureClass, ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { failureOfStatus } from '../shared/status-failure.ts'

/** Classes by the name of the exception, before the status (InvokeModel reference, 2026-11-20). */
const classesByName: Readonly<Record<string, FailureClass>> = {
  AccessDeniedException: 'auth',
  ExpiredTokenException: 'auth',
  IncompleteSignatureException: 'auth',
  InvalidSignatureException: 'auth',
  MissingAuthenticationTokenException: 'auth',
  UnrecognizedClientException: 'auth',
  ResourceNotFoundException: 'model_gone',
  ThrottlingException: 'rate_limited',
  ServiceQuotaExceededException: 'rate_limited',
  ModelNotReadyException: 'overloaded',
  ModelErrorException: 'overloaded',
  ModelTimeoutException: 'timeout_unknown',
  InternalServerException: 'overloaded',
  ServiceUnavailableException: 'overloaded',
}

/** What the name alone does not tell: these exceptions mean several things. */
const classesByWords: readonly (readonly [string, RegExp, FailureClass])[] = [
  ['ValidationException', /content filters|responsible ai policy/i, 'content_policy_input'],
  ['ValidationException', /model identifier is invalid/i, 'model_gone'],
  ['AccessDeniedException', /INVALID_PAYMENT_INSTRUMENT|payment/i, 'quota_exhausted'],
  // A model that was not enabled says nothing against the credential.
  ['AccessDeniedException', /access to the model|marked .* as legacy/i, 'model_gone'],
]

/** Reads an answer that is no success. */
export function classify(answer: HttpAnswer): ProviderFailure {
  const name = nameOf(answer)
  const words = wordsOf(answer)
  const special = classesByWords.find(([owner, said]) => owner === name && said.test(words))
  const known = Object.hasOwn(classesByName, name) ? classesByName[name] : undefined
  const failureClass = special?.[2] ?? known
  const isOdd = name === 'InvalidSignatureException' || name === 'ExpiredTokenException'
  const advice = isOdd ? ' Check the clock here, and the session of the access keys.' : ''
  return failureOfStatus(answer, `${words}${advice}`, {
    providerCode: name,
    ...(failureClass === undefined ? {} : { class: failureClass }),
  })
}

/**
 * `ValidationException` of `ValidationException:http://internal.amazon.com/…`, or of `a.b#Name`.
 */
function nameOf({ headers, json }: HttpAnswer): string {
  const inBody = isObject(json) ? json.__type : undefined
  const said = headers['x-amzn-errortype'] ?? (typeof inBody === 'string' ? inBody : '')
  return said.split(':', 1)[0]?.split('#').at(-1) ?? ''
}

/** `{message}`, `{Message}` of what stands before Bedrock, or plain text. */
function wordsOf({ json, text, status }: HttpAnswer): string {
  const body = isObject(json) ? json : {}
  const said = [body.message, body.Message, text].find((part) => typeof part === 'string')
  const words = typeof said === 'string' ? said.trim() : ''
  return words === '' ? `Bedrock answered ${status}` : words
}
