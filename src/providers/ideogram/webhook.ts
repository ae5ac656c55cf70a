import { isObject } from '../../core/json.ts'
import type { Instant } from '../../core/time.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { WebhookDelivery, WebhookNotice } from '../../ports/provider.ts'
import type { WebhookRule } from '../shared/definition.ts'
import { jobOf } from './generations.ts'

// Headers, signed text and keys: developer.ideogram.ai/ideogram-api/webhooks, read 2026-11-25.

/** A delivery older or younger than this is refused: a signature alone is valid for ever. */
const TOLERANCE_SECONDS = 300
const KEY_BYTES = 32
const SIGNATURE_BYTES = 64
/** The current key and those that were taken out of use lately. */
const MAX_KEYS = 20

const PREFIX = 'x-ideogram-webhook'

/**
 * Whether one of the keys signed, by Ed25519, the ids of generation and user, the time and the
 * SHA-256 of the body. The key's id in the headers is a hint only; every key is tried.
 */
async function verify(
  { headers, body }: WebhookDelivery,
  keys: readonly string[],
  now: Instant,
): Promise<boolean> {
  const generation = headers[`${PREFIX}-generation-id`]
  const user = headers[`${PREFIX}-user-id`]
  const timestamp = headers[`${PREFIX}-timestamp`]
  const signature = fromHex(headers[`${PREFIX}-signature`])
  if (generation === undefined || user === undefined || timestamp === undefined) return false
  if (signature?.length !== SIGNATURE_BYTES || !/^\d{1,12}$/.test(timestamp)) return false
  if (Math.abs(now / 1_000 - Number(timestamp)) > TOLERANCE_SECONDS) return false
  const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(body))
  const hash = Buffer.from(digest).toString('hex')
  const text = new TextEncoder().encode([generation, user, timestamp, hash].join('\n'))
  for (const key of keys) {
    const raw = new Uint8Array(Buffer.from(key, 'base64url'))
    if (raw.length !== KEY_BYTES) continue
    const imported = await crypto.subtle.importKey('raw', raw, 'Ed25519', false, ['verify'])
    if (await crypto.subtle.verify('Ed25519', imported, signature, text)) return true
  }
  return false
}

function fromHex(text: string | undefined): Uint8Array<ArrayBuffer> | undefined {
  if (text === undefined || !/^(?:[0-9a-f]{2})+$/i.test(text)) return undefined
  return new Uint8Array(Buffer.from(text, 'hex'))
}

/** One delivery belongs to a generation, so its id is that of the delivery as well. */
function read({ headers, body }: WebhookDelivery): WebhookNotice | undefined {
  const id = headers[`${PREFIX}-generation-id`]
  if (id === undefined || id === '') return undefined
  const named = idIn(body)
  if (named !== undefined && named !== id) return undefined
  return { job: jobOf(id), deliveryId: id, isEnd: true }
}

function idIn(body: Uint8Array): string | undefined {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(body))
    const id = isObject(json) ? json.generation_id : undefined
    return typeof id === 'string' ? id : undefined
  } catch {
    return undefined
  }
}

/** The public keys of a key set, base64url. */
function fromKeys({ json }: HttpAnswer): readonly string[] {
  const keys = isObject(json) && Array.isArray(json.keys) ? json.keys : []
  return keys
    .filter(isObject)
    .filter(({ kty, crv }) => kty === 'OKP' && crv === 'Ed25519')
    .flatMap(({ x }) => (typeof x === 'string' ? [x] : []))
    .slice(0, MAX_KEYS)
}

/** Webhooks of Ideogram, signed with keys that it publishes. */
export const webhook: WebhookRule = {
  toKeys: { method: 'GET', url: '/v1/.well-known/jwks.json' },
  fromKeys,
  verify,
  read,
}
