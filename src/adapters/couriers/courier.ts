import type { Delivery } from '../../core/notices/delivery.ts'
import type { Destination } from '../../core/notices/destination.ts'
import { mailMessage } from '../../core/notices/mail-message.ts'
import { noticeBody } from '../../core/notices/notice-body.ts'
import { pageEvent } from '../../core/notices/page-event.ts'
import { slackMessage } from '../../core/notices/slack-message.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Courier, Sent, WebhookSecrets } from '../../ports/courier.ts'
import type { HttpAnswer, HttpClient, HttpFailure } from '../../ports/http-client.ts'
import type { Mailer } from './mailer.ts'
import { signWebhook } from './sign-webhook.ts'

/** Limits of one try. */
const limits = {
  /** Standard Webhooks advise 15 to 30 s (spec, "Webhook timeouts", read 2026-11-20). */
  timeoutMs: 20_000,
  maxAnswerBytes: 64 * 1024,
} as const

/** Where a destination of the settings really is: what is shown of it is only the beginning. */
export interface Place {
  /** URL, or address of a mail. */
  readonly address: string
  /** Of a pager. */
  readonly routingKey?: string
  readonly allowsPrivate: boolean
}

/** What couriers are made of. */
export interface CourierParts {
  readonly http: HttpClient
  readonly clock: Clock
  readonly secrets: WebhookSecrets
  /** Places of the settings, by destination. */
  readonly places: ReadonlyMap<string, Place>
  /** Origins that the operator allows to be private, for everybody. */
  readonly privateOrigins: readonly string[]
  readonly mailer?: Mailer
  /** A signed link to a picture. */
  readonly linkOf: (imageId: string) => string
}

/** Carries notices by HTTP and by mail. Redirects are not followed. */
export const createCourier = (parts: CourierParts): Courier => ({
  send: async ({ delivery, destination }, signal) => {
    try {
      const place = placeOf(delivery, destination, parts)
      if (place === undefined) {
        // Another process may have the settings that this one has not, or not yet.
        return { ...failed('unknown_destination'), isHopeless: destination === undefined }
      }
      if (destination?.kind === 'mail') return await sendMail(delivery, place, parts)
      return await post(delivery, { destination, place, signal }, parts)
    } catch (error) {
      const { httpFailure, responseCode } = Object(error) as Partial<HttpFailure> & {
        readonly responseCode?: number
      }
      // An address that is forbidden stays forbidden.
      const isHopeless = httpFailure?.kind === 'blocked_address'
      return { ...failed(httpFailure?.kind ?? responseCode ?? 'failed'), isHopeless }
    }
  },
  close: async () => parts.mailer?.close(),
})

const failed = (result: number | string): Sent => ({ isDelivered: false, result })

function placeOf(
  { url }: Delivery,
  destination: Destination | undefined,
  { places }: CourierParts,
): Place | undefined {
  if (destination === undefined) {
    return url === undefined ? undefined : { address: url, allowsPrivate: false }
  }
  const { id, source } = destination
  return source === 'settings' ? places.get(id) : { address: destination.url, allowsPrivate: false }
}

async function sendMail(
  { id, notice }: Delivery,
  { address }: Place,
  { mailer, linkOf }: CourierParts,
): Promise<Sent> {
  if (mailer === undefined) return { ...failed('no_mail_server'), isHopeless: true }
  const { data } = noticeBody(notice, linkOf) as { data: typeof notice.data }
  await mailer.send(address, { id, ...mailMessage({ ...notice, data }) })
  return { isDelivered: true, result: 250 }
}

interface Way {
  readonly destination: Destination | undefined
  readonly place: Place
  readonly signal: AbortSignal
}

async function post(delivery: Delivery, way: Way, parts: CourierParts): Promise<Sent> {
  const { address, allowsPrivate } = way.place
  const { value, headers } = letterOf(delivery, way, parts)
  const answer = await parts.http.send({
    method: 'POST',
    url: address,
    headers: { 'user-agent': 'keeprate-webhooks', ...headers },
    body: { kind: 'json', value },
    addresses: {
      privateOrigins: [
        ...parts.privateOrigins,
        ...(allowsPrivate ? [new URL(address).origin] : []),
      ],
    },
    maxRedirects: 0,
    timeouts: { headersMs: limits.timeoutMs, totalMs: limits.timeoutMs },
    maxBytes: limits.maxAnswerBytes,
    signal: way.signal,
  })
  const { status } = answer
  const retryAfterMs = retryAfter(answer, parts.clock.now())
  return {
    isDelivered: status >= 200 && status < 300,
    result: status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(status === 410 ? { isGone: true } : {}),
  }
}

/** What is posted: the form of the receiver. Only Standard Webhooks are signed. */
function letterOf(
  { id, owner, notice }: Delivery,
  { destination, place }: Way,
  { clock, secrets, linkOf }: CourierParts,
): { readonly value: unknown; readonly headers: Readonly<Record<string, string>> } {
  const value = noticeBody(notice, linkOf)
  const fitted = { ...notice, data: value.data as typeof notice.data }
  if (destination?.kind === 'slack') return { value: slackMessage(fitted), headers: {} }
  if (destination?.kind === 'page') {
    return { value: pageEvent(fitted, place.routingKey ?? ''), headers: {} }
  }
  const at = clock.now()
  const own = destination === undefined ? [secrets.ofTenant(owner)] : secrets.of(destination, at)
  return { value, headers: signWebhook(JSON.stringify(value), { id, at, secrets: own }) }
}

/** Seconds or a date, as RFC 9110 has them. */
function retryAfter({ headers }: HttpAnswer, now: number): number | undefined {
  const text = headers['retry-after']
  if (text === undefined) return undefined
  const milliseconds = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now
  return milliseconds > 0 ? milliseconds : undefined
}
