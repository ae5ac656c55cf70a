import { invalid } from '../errors/gateway-error.ts'
import type { Instant } from '../time.ts'

/** A name that a client gave to one request, so that sending it again never does it twice. */
export interface IdempotencyKey {
  /** The virtual key that named it; another one's names are other names. */
  readonly keyId: string
  readonly name: string
  /** Digest of the request and of the form its answer is wanted in. */
  readonly fingerprint: string
  readonly requestId: string
  readonly usedAt: Instant
  readonly expiresAt: Instant
}

/** How long a name leads to the answer of its first request: 24 hours. */
export const IDEMPOTENCY_MS = 24 * 3_600_000

/** Longest name, in characters; the limit that other services have, too. */
export const MAX_NAME_CHARACTERS = 255

const PARAM = 'Idempotency-Key'

/**
 * Reads the header.
 * @throws GatewayError when it is empty, too long, or holds what is no printable ASCII.
 */
export function readIdempotencyKey(value: string): string {
  if (value.length > MAX_NAME_CHARACTERS) {
    throw invalid(
      PARAM,
      `${PARAM} has ${value.length} characters; ${MAX_NAME_CHARACTERS} are taken.`,
    )
  }
  if (!/^[\x20-\x7e]+$/.test(value)) {
    throw invalid(PARAM, `${PARAM} must be 1 to ${MAX_NAME_CHARACTERS} printable ASCII characters.`)
  }
  return value
}
