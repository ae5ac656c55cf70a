import { isObject } from '../../core/json.ts'
import type { Instant } from '../../core/time.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { WebhookDelivery, WebhookNotice } from '../../ports/provider.ts'
import type { WebhookRule } from '../shared/definition.ts'
import { deliveredJson } from '../shared/delivered-json.ts'
import { isUnfinished, jobOf } from './predictions.ts'

/** A delivery older or younger than this is refused (replicate.com/docs/topics/webhooks). */
const TOLERANCE_SECONDS = 300
/** Signatures of one delivery: two while a secret is changed. */
const MAX_SIGNATURES = 10

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** Bytes of base64 text; undefined when it is none. */
function decode(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined
  return new Uint8Array(Buffer.from(text, 'base64'))
}

/**
 * Whether one of the signatures is the HMAC-SHA256 of `id.timestamp.body` by one of the secrets
 * (`whsec_` and base64). Compared by WebCrypto, in constant time.
 */
async function verify(
  { headers, body }: WebhookDelivery,
  keys: readonly string[],
  now: Instant,
): Promise<boolean> {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': list } = headers
  if (id === undefined || timestamp === undefined || list === undefined) return false
  if (!/^\d{1,12}$/.test(timestamp)) return false
  if (Math.abs(now / 1_000 - Number(timestamp)) > TOLERANCE_SECONDS) return false
  const head = bytesOf(`${id}.${timestamp}.`)
  const signed = new Uint8Array(head.length + body.length)
  signed.set(head)
  signed.set(body, head.length)
  const signatures = list
    .split(' ')
    .slice(0, MAX_SIGNATURES)
    .flatMap((entry) => (entry.startsWith('v1,') ? [decode(entry.slice('v1,'.length))] : []))
  for (const secret of keys) {
    const raw = decode(secret.replace(/^whsec_/, ''))
    if (raw === undefined) continue
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    const key = await crypto.subtle.importKey('raw', raw, algorithm, false, ['verify'])
    for (const signature of signatures) {
      if (signature && (await crypto.subtle.verify('HMAC', key, signature, signed))) return true
    }
  }
  return false
}

/** The prediction that a delivery carries; its id is the same each time it is delivered again. */
function read(delivery: WebhookDelivery): WebhookNotice | undefined {
  const prediction = deliveredJson(delivery)
  const deliveryId = delivery.headers['webhook-id']
  const job = isObject(prediction) ? jobOf(prediction) : undefined
  if (job === undefined || deliveryId === undefined) return undefined
  return { job, deliveryId, isEnd: isObject(prediction) && !isUnfinished(prediction) }
}

/** Webhooks of Replicate, signed with the account's secret, which is asked for. */
export const webhook: WebhookRule = {
  toKeys: { method: 'GET', url: '/webhooks/default/secret' },
  fromKeys: ({ json }: HttpAnswer) =>
    isObject(json) && typeof json.key === 'string' ? [json.key] : [],
  verify,
  read,
}
