import { deliverWebhook } from '../shared/deliver-webhook.ts'
import type { EmulatorKit } from '../shared/emulator.ts'
import { kept } from '../shared/emulator-state.ts'
import { type EmulatedJob, printPictures, stateOf } from './sandbox-jobs.ts'

/** What stands before the 32 bytes of a private key in PKCS #8 (RFC 8410). */
const PKCS8_HEAD = '302e020100300506032b657004220420'
const KEY_ID = 'v1'
const USER_ID = 'c2FuZGJveC11c2Vy'
/** Tries of a delivery, and emulated seconds before the second; doubles each time. */
const MAX_TRIES = 3
const PAUSE_SECONDS = 5
/** How often it is looked whether a generation has ended. */
const MAX_LOOKS = 1_000

interface SigningKey {
  readonly key: CryptoKey
  readonly publicKey: string
}

/** The emulated service's key; made once, from its own random source. */
const signingKeyOf = (kit: EmulatorKit): Promise<SigningKey> =>
  kept(kit, 'signing key', () => makeKey(kit.hexId(64)))

async function makeKey(seed: string): Promise<SigningKey> {
  const bytes = new Uint8Array(Buffer.from(`${PKCS8_HEAD}${seed}`, 'hex'))
  const key = await crypto.subtle.importKey('pkcs8', bytes, 'Ed25519', true, ['sign'])
  const { x = '' } = await crypto.subtle.exportKey('jwk', key)
  return { key, publicKey: x }
}

/** The published key set. */
export async function keySet(kit: EmulatorKit): Promise<object> {
  const { publicKey } = await signingKeyOf(kit)
  const facts = { kty: 'OKP', crv: 'Ed25519', use: 'sig', alg: 'EdDSA' }
  return { keys: [{ ...facts, kid: KEY_ID, x: publicKey }] }
}

/** Waits for the end of a generation and tells it, in the form of a synchronous answer. */
export async function announce(job: EmulatedJob, kit: EmulatorKit, baseUrl: string): Promise<void> {
  const { webhookUrl } = job.task
  if (webhookUrl === undefined || !(await hasCompleted(job, kit))) return
  const created = new Date(job.startedAt).toISOString()
  const data = printPictures(job, baseUrl)
  const delivery = {
    url: webhookUrl,
    body: JSON.stringify({ generation_id: job.id, created, data }),
    sign: (body: string) => signedHeaders(job.id, body, kit),
    fault: job.fault,
    tries: MAX_TRIES,
    pauseSeconds: PAUSE_SECONDS,
  }
  await deliverWebhook(delivery, kit)
}

async function hasCompleted(job: EmulatedJob, kit: EmulatorKit): Promise<boolean> {
  for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
    const state = stateOf(job, kit)
    if (state !== 'pending') return state === 'completed'
    // At least a turn of the event loop, so that a fast clock cannot starve it.
    await kit.latency(1)
    await new Promise<void>((resolve) => setTimeout(resolve, 1))
  }
  return false
}

async function signedHeaders(
  id: string,
  body: string,
  kit: EmulatorKit,
): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(kit.now() / 1_000))
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body))
  const hash = Buffer.from(digest).toString('hex')
  const text = new TextEncoder().encode([id, USER_ID, timestamp, hash].join('\n'))
  const { key } = await signingKeyOf(kit)
  const signature = await crypto.subtle.sign('Ed25519', key, text)
  return {
    'content-type': 'application/json',
    'x-ideogram-webhook-generation-id': id,
    'x-ideogram-webhook-user-id': USER_ID,
    'x-ideogram-webhook-timestamp': timestamp,
    'x-ideogram-webhook-key-id': KEY_ID,
    'x-ideogram-webhook-signature': Buffer.from(signature).toString('hex'),
  }
}
