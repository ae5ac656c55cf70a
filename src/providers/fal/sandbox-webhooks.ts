import { deliverWebhook } from '../shared/deliver-webhook.ts'
import type { EmulatorKit } from '../shared/emulator.ts'
import { kept } from '../shared/emulator-state.ts'
import { answerResult, type EmulatedJob, endOf, errorOf } from './sandbox-jobs.ts'

/** Tries of a delivery, and emulated seconds before the second; doubles each time. */
const MAX_TRIES = 10
const PAUSE_SECONDS = 15
/** How often it is looked whether a request has ended. */
const MAX_LOOKS = 1_000
/** Who owns the emulated account. */
const USER = 'sandbox-user'
/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410). */
const PKCS8_HEAD = '302e020100300506032b657004220420'

/** The emulated service's key: the same as long as the sandbox runs. */
async function signingKey(kit: EmulatorKit): Promise<CryptoKey> {
  const seed = kept(kit, 'signing key', () => kit.hexId(64))
  const bytes = Buffer.from(PKCS8_HEAD + seed, 'hex')
  return crypto.subtle.importKey('pkcs8', bytes, { name: 'Ed25519' }, true, ['sign'])
}

/** The document with the public key. */
export async function printKeys(kit: EmulatorKit): Promise<object> {
  const { x } = await crypto.subtle.exportKey('jwk', await signingKey(kit))
  return { keys: [{ kty: 'OKP', crv: 'Ed25519', use: 'sig', kid: 'sandbox', x }] }
}

/** Tells a webhook of the end of a request, and again until somebody takes it. */
export async function announce(
  job: EmulatedJob,
  url: string,
  kit: EmulatorKit,
  baseUrl: string,
): Promise<void> {
  for (let looks = 0; kit.now() < endOf(job) && looks < MAX_LOOKS; looks += 1) {
    await kit.latency(job.seconds / 4)
    await new Promise<void>((resolve) => setTimeout(resolve, 1))
  }
  if (job.isRemoved || kit.now() < endOf(job)) return
  const delivery = {
    url,
    body: JSON.stringify(printDelivery(job, baseUrl)),
    sign: (body: string) => signedHeaders(job.id, body, kit),
    fault: job.fault,
    tries: MAX_TRIES,
    pauseSeconds: PAUSE_SECONDS,
  }
  await deliverWebhook(delivery, kit)
}

function printDelivery(job: EmulatedJob, baseUrl: string): object {
  const { status, body } = answerResult(job, baseUrl)
  const payload: unknown = JSON.parse(String(body))
  const ids = { request_id: job.id, gateway_request_id: job.id }
  if (errorOf(job) === undefined) return { ...ids, status: 'OK', payload }
  return { ...ids, status: 'ERROR', error: `Invalid status code: ${status}`, payload }
}

async function signedHeaders(
  requestId: string,
  body: string,
  kit: EmulatorKit,
): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(kit.now() / 1_000))
  const encoder = new TextEncoder()
  const digest = await crypto.subtle.digest('SHA-256', encoder.encode(body))
  const lines = [requestId, USER, timestamp, Buffer.from(digest).toString('hex')]
  const key = await signingKey(kit)
  const signature = await crypto.subtle.sign('Ed25519', key, encoder.encode(lines.join('\n')))
  return {
    'content-type': 'application/json',
    'x-fal-webhook-request-id': requestId,
    'x-fal-webhook-user-id': USER,
    'x-fal-webhook-timestamp': timestamp,
    'x-fal-webhook-signature': Buffer.from(signature).toString('hex'),
  }
}
