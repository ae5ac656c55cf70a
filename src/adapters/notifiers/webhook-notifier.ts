import { createHmac, randomUUID } from 'node:crypto'
import { type Alert, eventTypeOf } from '../../core/alerts/alert.ts'
import type { Clock } from '../../ports/clock.ts'
import type { HttpClient, HttpFailure } from '../../ports/http-client.ts'
import type { Log } from '../../ports/log.ts'
import type { Notifier } from '../../ports/notifier.ts'

/** Limits of telling by webhook. */
const limits = {
  /** Alerts that wait to be sent; the oldest are dropped, and that is logged. */
  maxWaiting: 1_000,
  /** Pauses before each further try, in milliseconds (Standard Webhooks' first ones). */
  pausesMs: [5_000, 300_000, 1_800_000],
  timeoutMs: 20_000,
  /** Closing waits so long for what is under way; a command that ends has told what it did. */
  closeMs: 5_000,
  maxAnswerBytes: 64 * 1024,
} as const

/** Where alerts go. */
export interface WebhookParts {
  readonly url: string
  /** `whsec_` and base64, as Standard Webhooks have it. */
  readonly secret: string
  readonly http: HttpClient
  readonly clock: Clock
  readonly log: Log
  /** Origins that may be private, because the operator said so. */
  readonly privateOrigins?: readonly string[]
}

/** How a notifier ends: first no more pauses, then nothing at all. */
interface Ending {
  readonly hurry: AbortSignal
  readonly stop: AbortSignal
}

/**
 * Sends alerts to a URL, signed as Standard Webhooks 1.0 asks: HMAC-SHA256 of id, time and body.
 * Redirects are not followed. A receiver that answers 410 wants no more. Closing tries what waits
 * once more, for a few seconds.
 * @throws TypeError when the secret is none.
 */
export function createWebhookNotifier(parts: WebhookParts): Notifier {
  const { log, clock } = parts
  const key = keyOf(parts.secret)
  const [hurry, stop] = [new AbortController(), new AbortController()]
  const ending = { hurry: hurry.signal, stop: stop.signal }
  const waiting: Alert[] = []
  let isGone = false
  let isBusy: Promise<void> | undefined
  const drain = async (): Promise<void> => {
    for (let alert = waiting.shift(); alert !== undefined; alert = waiting.shift()) {
      if (!isGone) isGone = await deliver(alert, key, parts, ending)
    }
    // Here and not later: an alert that comes next must find nobody at work.
    isBusy = undefined
  }
  return {
    notify: (alert) => {
      if (isGone) return
      waiting.push(alert)
      if (waiting.length > limits.maxWaiting) {
        const dropped = waiting.shift()
        log.error({ alert: dropped?.kind }, 'an alert was dropped: too many wait for the webhook')
      }
      isBusy ??= drain()
    },
    close: async () => {
      hurry.abort()
      const late = clock.sleep(limits.closeMs, stop.signal).catch(() => undefined)
      await Promise.race([isBusy, late])
      stop.abort()
      await isBusy
      isGone = true
    },
  }
}

/** @throws TypeError when the secret is none. */
function keyOf(secret: string): Buffer {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  if (key.length >= 24 && key.length <= 64) return key
  throw new TypeError('a webhook secret is whsec_ and 24 to 64 bytes in base64')
}

/** @returns whether the receiver wants no more. */
async function deliver(
  alert: Alert,
  key: Buffer,
  parts: WebhookParts,
  { hurry, stop }: Ending,
): Promise<boolean> {
  const id = `msg_${randomUUID()}`
  for (let attempt = 0; ; attempt += 1) {
    const end = await send(alert, id, key, parts, stop)
    if (end === 410) {
      parts.log.warn({ alert: alert.kind }, 'the webhook wants no more alerts (410)')
      return true
    }
    if (typeof end === 'number' && end >= 200 && end < 300) return false
    // An address that is forbidden stays forbidden.
    const pauseMs = end === 'blocked_address' ? undefined : limits.pausesMs[attempt]
    if (pauseMs === undefined || hurry.aborted) {
      parts.log.error({ alert: alert.kind, reason: end }, 'an alert could not be delivered')
      return false
    }
    await parts.clock.sleep(pauseMs, hurry).catch(() => undefined)
  }
}

/** @returns the status of the answer, or why there is none. */
async function send(
  alert: Alert,
  id: string,
  key: Buffer,
  { url, http, clock, privateOrigins = [] }: WebhookParts,
  signal: AbortSignal,
): Promise<number | string> {
  const timestamp = Math.floor(clock.now() / 1_000)
  const { severity, subject, text, data, at } = alert
  const value = {
    type: eventTypeOf(alert),
    timestamp: new Date(at).toISOString(),
    data: { ...data, severity, subject, text },
  }
  const signed = `${id}.${timestamp}.${JSON.stringify(value)}`
  const signature = createHmac('sha256', key).update(signed).digest('base64')
  try {
    const answer = await http.send({
      method: 'POST',
      url,
      headers: {
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': `v1,${signature}`,
      },
      body: { kind: 'json', value },
      addresses: { privateOrigins },
      maxRedirects: 0,
      timeouts: { headersMs: limits.timeoutMs, totalMs: limits.timeoutMs },
      maxBytes: limits.maxAnswerBytes,
      signal,
    })
    return answer.status
  } catch (error) {
    const { httpFailure } = Object(error) as Partial<HttpFailure>
    return httpFailure?.kind ?? String(error)
  }
}
