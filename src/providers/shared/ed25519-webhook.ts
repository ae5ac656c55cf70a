import { isObject } from '../../core/json.ts'
import type { Instant } from '../../core/time.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { WebhookDelivery } from '../../ports/provider.ts'
import type { WebhookRule } from './definition.ts'

/** A delivery older or younger than this is refused: a signature alone is valid for ever. */
const TOLERANCE_SECONDS = 300
const KEY_BYTES = 32
const SIGNATURE_BYTES = 64
/** The current key and those that were taken out of use lately. */
const MAX_KEYS = 20

/**
 * How fal and Ideogram sign (docs.fal.ai/model-apis/webhooks;
 * developer.ideogram.ai/ideogram-api/webhooks, read 2026-11-25): by Ed25519, the id of the job,
 * that of the user, the time and the SHA-256 of the body, each in a line of its own, with keys that
 * they publish as a key set.
 * @param prefix of the headers, such as `x-fal-webhook`.
 * @param idName what the id of the job is called in them.
 */
export const ed25519Webhook = (
  prefix: string,
  idName: string,
): Required<Pick<WebhookRule, 'verify' | 'fromKeys'>> => ({
  fromKeys,
  verify: (delivery, keys, now) => verify(delivery, keys, { prefix, idName, now }),
})

async function verify(
  { headers, body }: WebhookDelivery,
  keys: readonly string[],
  { prefix, idName, now }: { prefix: string; idName: string; now: Instant },
): Promise<boolean> {
  const [id = '', user = '', timestamp = '', signature = ''] = [
    idName,
    'user-id',
    'timestamp',
    'signature',
  ].map((name) => headers[`${prefix}-${name}`])
  const signed = fromHex(signature)
  if (id === '' || user === '' || signed === undefined || !/^\d{1,12}$/.test(timestamp))
    return false
  if (Math.abs(now / 1_000 - Number(timestamp)) > TOLERANCE_SECONDS) return false
  const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(body))
  const hash = Buffer.from(digest).toString('hex')
  const text = new TextEncoder().encode([id, user, timestamp, hash].join('\n'))
  // A key's id in the headers is a hint only; every key is tried.
  for (const key of keys) {
    const raw = new Uint8Array(Buffer.from(key, 'base64url'))
    if (raw.length !== KEY_BYTES) continue
    const imported = await crypto.subtle.importKey('raw', raw, 'Ed25519', false, ['verify'])
    if (await crypto.subtle.verify('Ed25519', imported, signed, text)) return true
  }
  return false
}

function fromHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  const isSignature = text.length === SIGNATURE_BYTES * 2 && /^[0-9a-f]+$/i.test(text)
  return isSignature ? new Uint8Array(Buffer.from(text, 'hex')) : undefined
}

/** The public keys of a key set, base64url; what is no Ed25519 key is left out. */
function fromKeys({ json }: HttpAnswer): readonly string[] {
  const keys = isObject(json) && Array.isArray(json.keys) ? json.keys : []
  return keys
    .filter(isObject)
    .filter(({ kty, crv = 'Ed25519' }) => kty === 'OKP' && crv === 'Ed25519')
    .flatMap(({ x }) => (typeof x === 'string' ? [x] : []))
    .slice(0, MAX_KEYS)
}
