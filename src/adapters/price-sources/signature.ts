import { createHmac, createPublicKey, type KeyObject, timingSafeEqual, verify } from 'node:crypto'
import { canonicalJson } from '../../core/json.ts'

/** How a feed is signed. What is signed is its canonical JSON: keys sorted, no spaces, UTF-8. */
export type SignatureRule =
  | { readonly kind: 'none' }
  /** HMAC-SHA256 in hexadecimal, with a secret that both sides know. */
  | { readonly kind: 'hmac-sha256'; readonly secret: string }
  /** Ed25519 in base64, with the public key as PEM or as 32 bytes in base64. */
  | { readonly kind: 'ed25519'; readonly publicKey: string }

/** The header in which a server sends the signature; its value is the signature alone. */
export const SIGNATURE_HEADER = 'x-keeprate-signature'

/** The prefix of the DER form of an Ed25519 public key (RFC 8410); the 32 bytes follow. */
const ED25519_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const ED25519_KEY_BYTES = 32

/** Whether a signature is that of a document. Never throws for a wrong signature. */
export function isSigned(
  json: unknown,
  signature: string | undefined,
  rule: SignatureRule,
): boolean {
  if (rule.kind === 'none') return true
  if (signature === undefined) return false
  const message = Buffer.from(canonicalJson(json), 'utf8')
  const text = signature.trim()
  if (rule.kind === 'hmac-sha256') {
    const expected = createHmac('sha256', rule.secret).update(message).digest()
    const given = Buffer.from(text, 'hex')
    return given.length === expected.length && timingSafeEqual(given, expected)
  }
  return verify(null, message, toPublicKey(rule.publicKey), Buffer.from(text, 'base64'))
}

/** Reads a public key. @throws TypeError when it is none; wrong settings are told at the start. */
export function toPublicKey(text: string): KeyObject {
  if (text.includes('BEGIN')) return readPem(text)
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length !== ED25519_KEY_BYTES) throw new TypeError('not an Ed25519 public key')
  const key = Buffer.concat([ED25519_PREFIX, bytes])
  return createPublicKey({ key, format: 'der', type: 'spki' })
}

function readPem(text: string): KeyObject {
  try {
    const key = createPublicKey(text)
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch {
    // Falls through to the same refusal.
  }
  throw new TypeError('not an Ed25519 public key')
}
