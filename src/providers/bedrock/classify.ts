import type { ProviderFailure } from '../../core/errors/provider-failure.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { failureReader } from '../shared/failure-reader.ts'

/** Reads `{message}`, `{Message}` of what stands before Bedrock, or plain text. */
const reader = failureReader({
  service: 'Bedrock',
  words: ({ message, Message: other }) => [message, other],
  // `ValidationException` of `ValidationException:http://internal.amazon.com/…`, or of `a.b#Name`.
  code: ({ __type: inside = '' }, { headers }) =>
    String(headers['x-amzn-errortype'] ?? inside)
      .split(':', 1)[0]
      ?.split('#')
      .at(-1),
  // By the name of the exception, before the status (InvokeModel reference, 2026-11-20); some mean
  // several things, which the words tell apart.
  signs: [
    ['content_policy_input', /ValidationException .*(?:content filters|responsible ai policy)/is],
    ['model_gone', /ValidationException .*model identifier is invalid/is],
    ['quota_exhausted', /AccessDeniedException .*payment/is],
    // A model that was not enabled says nothing against the credential.
    ['model_gone', /AccessDeniedException .*(?:access to the model|marked .* as legacy)/is],
    ['auth', /^\d+ (?:AccessDenied|ExpiredToken|(?:Incomplete|Invalid)Signature)Exception /],
    ['auth', /^\d+ (?:MissingAuthenticationToken|UnrecognizedClient)Exception /],
    ['model_gone', /^\d+ ResourceNotFoundException /],
    ['rate_limited', /^\d+ (?:Throttling|ServiceQuotaExceeded)Exception /],
    ['timeout_unknown', /^\d+ ModelTimeoutException /],
    ['overloaded', /^\d+ (?:ModelNotReady|ModelError|InternalServer|ServiceUnavailable)Exception /],
  ],
  isDoubtful: () => true,
})

/** Reads an answer that is no success. */
export function classify(answer: HttpAnswer): ProviderFailure {
  const read = reader.classify(answer)
  const isOdd = /^(?:InvalidSignature|ExpiredToken)Exception$/.test(read.providerCode ?? '')
  const advice = ' Check the clock here, and the session of the access keys.'
  return isOdd ? { ...read, message: `${read.message}${advice}` } : read
}
