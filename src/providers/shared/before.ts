import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { exchange, type Line, maxAnswerBytes, toHttp, transportLimits } from './transport.ts'

/**
 * Makes the requests that come before a call (uploads, sessions), one after the other. None of them
 * is charged, so whatever fails here is a failure of a call that was not sent.
 */
export async function askBefore(
  line: Line,
  call: ProviderCall,
  signal: AbortSignal | undefined,
): Promise<{ readonly answers: readonly HttpAnswer[] } | { readonly failure: ProviderFailure }> {
  const answers: HttpAnswer[] = []
  const { before, classify } = line.definition
  while (before !== undefined) {
    const wire = before(call, answers)
    if (wire === undefined) break
    if (answers.length >= transportLimits.maxRequestsBefore) {
      return { failure: failure('invalid_request', 'the call needs too many uploads') }
    }
    const limitMs = transportLimits.beforeMs
    const request = toHttp(line, wire, {
      timeouts: { headersMs: limitMs, totalMs: limitMs },
      maxBytes: maxAnswerBytes(1),
      signal,
    })
    const result = await exchange(line, request)
    if ('failure' in result) {
      return { failure: failure('overloaded', result.failure.message, { billed: false }) }
    }
    const { answer } = result
    if (answer.status < 200 || answer.status > 299) {
      return { failure: { ...classify(answer), billed: false } }
    }
    answers.push(answer)
  }
  return { answers }
}
