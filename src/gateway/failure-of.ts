import type { ErrorCode } from '../core/errors/catalogue.ts'
import { GatewayError } from '../core/errors/gateway-error.ts'
import type { FailureClass, ProviderFailure } from '../core/errors/provider-failure.ts'
import type { Nano } from '../core/money.ts'
import type { Run } from './run.ts'

/** Which error a request ends with when the last failure was of this class. */
const CODES: { readonly [Class in FailureClass]: ErrorCode } = {
  rate_limited: 'rate_limit_exceeded',
  overloaded: 'no_provider_available',
  timeout_unknown: 'no_provider_available',
  quota_exhausted: 'no_provider_available',
  auth: 'no_provider_available',
  model_gone: 'no_provider_available',
  invalid_request: 'invalid_request',
  content_policy_input: 'content_policy_violation',
  content_policy_output: 'content_policy_violation',
  empty: 'no_provider_available',
  bad_image: 'no_provider_available',
  gate_refused: 'gate_refused',
  cancelled: 'cancelled',
}

/** A longer wait is no advice to a caller: providers have been seen to ask for a year. */
const MAX_WAIT_MS = 3_600_000

interface Tried {
  readonly offer: string
  readonly failure: ProviderFailure
}

/** Failures that only the operator can end: sending the same again changes nothing. */
const LASTING: readonly FailureClass[] = ['auth', 'quota_exhausted', 'model_gone']

const isLasting = (tried: readonly Tried[]): boolean =>
  tried.length > 0 && tried.every(({ failure }) => LASTING.includes(failure.class))

/** A provider's words in one line; what stands in front of it answers with whole pages. */
const MAX_WORDS = 300
const wordsOf = ({ message }: ProviderFailure): string =>
  message.replace(/\s+/g, ' ').slice(0, MAX_WORDS)

/**
 * What the failures of all attempts amount to for the caller. A refusal of content or of the
 * request itself speaks louder than an outage; after money was spent a resend is not invited.
 */
export function failureOf(run: Run, costNano: Nano): GatewayError {
  const tried = run.ended.flatMap(({ attempt, failures }) =>
    failures.map((failure): Tried => ({ offer: attempt.offer, failure })),
  )
  const telling =
    tried.find(({ failure }) => CODES[failure.class] === 'content_policy_violation') ??
    // Here pictures were made; the others tell of none.
    tried.find(({ failure }) => failure.class === 'gate_refused') ??
    (tried.every(({ failure }) => failure.class === 'invalid_request') ? tried[0] : undefined) ??
    (tried.every(({ failure }) => failure.class === 'rate_limited') ? tried[0] : undefined)
  const code = telling === undefined ? 'no_provider_available' : CODES[telling.failure.class]
  const waits = tried.flatMap(({ failure }) => failure.retryAfterMs ?? [])
  return new GatewayError(code, messageOf(tried, telling), {
    requestId: run.id,
    costNano,
    tried: tried.map(({ offer, failure }) => ({
      offer,
      class: failure.class,
      message: wordsOf(failure),
    })),
    ...(waits.length === 0 ? {} : { retryAfterMs: Math.min(...waits, MAX_WAIT_MS) }),
    ...(costNano > 0n || isLasting(tried) ? { retryable: false } : {}),
  })
}

function messageOf(tried: readonly Tried[], telling: Tried | undefined): string {
  if (telling !== undefined) return `${telling.offer}: ${wordsOf(telling.failure)}`
  if (tried.length === 0) return 'No attempt was made.'
  const parts = tried.map(
    ({ offer, failure }) => `${offer} (${failure.class}): ${wordsOf(failure)}`,
  )
  // The parallel calls of one step usually fail alike, which need not be said ten times.
  return `No offer gave a picture: ${[...new Set(parts)].join('; ')}`
}
