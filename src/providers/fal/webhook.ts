import { isObject } from '../../core/json.ts'
import type { Instant } from '../../core/time.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { CallPlan, WebhookDelivery, WebhookNotice } from '../../ports/provider.ts'
import type { WebhookRule } from '../shared/definition.ts'
import { jobOf } from './wire.ts'

/** A delivery older or younger than this is refused (docs.fal.ai/model-apis/webhooks). */
const TOLERANCE_SECONDS = 300
const KEY_BYTES = 32
const SIGNATURE_BYTES = 64

const hexOf = (bytes: ArrayBuffer): string => Buffer.from(bytes).toString('hex')

/** Bytes of hex text of the length given; undefined when it is none. */
function fromHex(text: string, length: number): Uint8Array<ArrayBuffer> | undefined {
  const isHex = text.length === length * 2 && /^[0-9a-f]+$/i.test(text)
  return isHex ? new Uint8Array(Buffer.from(text, 'hex')) : undefined
}

/**
 * Whether one of fal's keys has signed request id, user id, time and the digest of the body, each
 * in a line of its own, by Ed25519.
 */
async function verify(
  { headers, body }: WebhookDelivery,
  keys: readonly string[],
  now: Instant,
): Promise<boolean> {
  const parts = ['request-id', 'user-id', 'timestamp', 'signature'].map(
    (name) => headers[`x-fal-webhook-${name}`] ?? '',
  )
  const [requestId = '', userId = '', timestamp = '', signature = ''] = parts
  if (parts.includes('') || !/^\d{1,12}$/.test(timestamp)) return false
  if (Math.abs(now / 1_000 - Number(timestamp)) > TOLERANCE_SECONDS) return false
  const signed = fromHex(signature, SIGNATURE_BYTES)
  if (signed === undefined) return false
  const digest = hexOf(await crypto.subtle.digest('SHA-256', new Uint8Array(body)))
  const message = new TextEncoder().encode([requestId, userId, timestamp, digest].join('\n'))
  for (const text of keys) {
    const raw = new Uint8Array(Buffer.from(text, 'base64url'))
    if (raw.length !== KEY_BYTES) continue
    const algorithm = { name: 'Ed25519' }
    const key = await crypto.subtle.importKey('raw', raw, algorithm, false, ['verify'])
    if (await crypto.subtle.verify('Ed25519', key, signed, message)) return true
  }
  return false
}

/** The request that has ended; fal says to know repetitions by its id. */
function read({ body }: WebhookDelivery, plan: CallPlan): WebhookNotice | undefined {
  const told = parse(body)
  const id = isObject(told) ? told.request_id : undefined
  if (typeof id !== 'string' || id === '') return undefined
  return { job: jobOf(id, plan), deliveryId: id, isEnd: true }
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}

/** The public keys of a JWKS document. */
function fromKeys({ json }: HttpAnswer): readonly string[] {
  const keys = isObject(json) && Array.isArray(json.keys) ? json.keys.filter(isObject) : []
  return keys.flatMap(({ x }) => (typeof x === 'string' ? [x] : []))
}

/** Webhooks of fal, signed with keys that it publishes. */
export const webhook: WebhookRule = {
  toKeys: { method: 'GET', url: 'https://rest.fal.ai/.well-known/jwks.json' },
  fromKeys,
  verify,
  read,
}
