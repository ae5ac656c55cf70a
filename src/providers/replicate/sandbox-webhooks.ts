import { deliverWebhook } from '../shared/deliver-webhook.ts'
import type { EmulatorKit } from '../shared/emulator.ts'
import { kept } from '../shared/emulator-state.ts'
import { type EmulatedPrediction, viewPrediction } from './sandbox-predictions.ts'
import { printPrediction } from './sandbox-print.ts'

/** Events that a webhook can be sent for; all of them, unless the request says otherwise. */
export const EVENTS: readonly string[] = ['start', 'output', 'logs', 'completed']

/** Tries of the delivery of an end, and emulated seconds before the second; doubles each time. */
const MAX_TRIES = 3
const PAUSE_SECONDS = 5
/** How often it is looked whether a prediction has begun or ended. */
const MAX_LOOKS = 1_000

/** The account's secret, as `GET /webhooks/default/secret` gives it. */
export const webhookSecret = (kit: EmulatorKit): string =>
  kept(kit, 'webhook secret', () => `whsec_${Buffer.from(kit.hexId(48), 'hex').toString('base64')}`)

/**
 * Sends the events of a prediction that it has begun, has an output and has ended. Logs are never
 * sent: there are none.
 */
export async function announce(
  job: EmulatedPrediction,
  kit: EmulatorKit,
  baseUrl: string,
): Promise<void> {
  // What is gone reports nothing; on a fast clock it would have ended before it is seen to begin.
  if (job.fault === 'job-vanishes') return
  const isWanted = (event: string) => job.webhook?.events.includes(event) === true
  await until(
    job,
    kit,
    ({ startedAt, endedAt }) => startedAt !== undefined || endedAt !== undefined,
  )
  if (isWanted('start')) await deliver(job, kit, baseUrl, 1)
  await until(job, kit, ({ endedAt }) => endedAt !== undefined)
  const hasOutput = viewPrediction(job, kit).status === 'succeeded'
  if (isWanted('output') && hasOutput) await deliver(job, kit, baseUrl, 1)
  if (isWanted('completed')) await deliver(job, kit, baseUrl, MAX_TRIES)
}

async function until(
  job: EmulatedPrediction,
  kit: EmulatorKit,
  hasCome: (view: ReturnType<typeof viewPrediction>) => boolean,
): Promise<void> {
  for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
    if (hasCome(viewPrediction(job, kit))) return
    // At least a turn of the event loop, so that a fast clock cannot starve it.
    await kit.latency(job.model.seconds / 4)
    await new Promise<void>((resolve) => setTimeout(resolve, 1))
  }
}

/** One delivery: the same id and body each time it is tried. */
async function deliver(
  job: EmulatedPrediction,
  kit: EmulatorKit,
  baseUrl: string,
  tries: number,
): Promise<void> {
  if (job.webhook === undefined) return
  const id = `msg_${kit.hexId(24)}`
  const delivery = {
    url: job.webhook.url,
    body: JSON.stringify(printPrediction(job, kit, baseUrl)),
    sign: (body: string) => signedHeaders(id, body, kit),
    fault: job.fault,
    tries,
    pauseSeconds: PAUSE_SECONDS,
  }
  await deliverWebhook(delivery, kit)
}

async function signedHeaders(
  id: string,
  body: string,
  kit: EmulatorKit,
): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(kit.now() / 1_000))
  const raw = Buffer.from(webhookSecret(kit).slice('whsec_'.length), 'base64')
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', raw, algorithm, false, ['sign'])
  const text = new TextEncoder().encode(`${id}.${timestamp}.${body}`)
  const signature = Buffer.from(await crypto.subtle.sign('HMAC', key, text)).toString('base64')
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  }
}
