import { type CourierParts, createCourier, type Place } from '../adapters/couriers/courier.ts'
import { createMailer, type MailServer } from '../adapters/couriers/mailer.ts'
import { createWebhookSecrets } from '../adapters/couriers/webhook-secrets.ts'
import { toTarget } from '../adapters/safe-fetch/address-policy.ts'
import { alertPatterns } from '../core/alerts/alert.ts'
import { type Destination, OPERATOR } from '../core/notices/destination.ts'
import type { Severity } from '../core/notices/notice.ts'
import { PAGE_URL } from '../core/notices/page-event.ts'
import { NoticeDesk, type NoticeParts } from '../gateway/notice-desk.ts'
import type { Courier } from '../ports/courier.ts'
import type { Sha256 } from '../ports/digest.ts'
import type { Stores } from '../ports/stores.ts'
import { type NoticeLinks, openNoticeLinks } from './notice-links.ts'
import type { SinkSettings, SmtpSettings } from './notice-schema.ts'
import type { Settings } from './schema.ts'

/** Chats that take Slack's JSON at an address that tells so. */
const SLACK_HOST = /(^|\.)slack\.com$/

/** A destination of the settings with what the database does not hold of it. */
interface Named {
  readonly destination: Destination
  readonly place: Place
  readonly secrets?: readonly string[]
}

interface Wanted {
  readonly kind: Destination['kind']
  readonly address: string
  readonly events: readonly string[]
  readonly severity?: Severity | undefined
  readonly secrets?: readonly string[] | undefined
  readonly routingKey?: string
  readonly allowsPrivate?: boolean | undefined
}

/** What is put together for telling. */
export interface OpenNotices {
  readonly desk: NoticeDesk
  readonly courier: Courier
  readonly links: NoticeLinks
}

/** Puts desk and courier together, and writes down what the settings name. */
export async function openNotices(
  settings: Pick<Settings, 'alerts' | 'webhooks' | 'publicUrl'>,
  parts: Pick<NoticeParts, 'clock' | 'random' | 'log'> &
    Pick<CourierParts, 'http'> & {
      readonly stores: Stores
      readonly sha256: Sha256
      /** Shared by all replicas. */
      readonly root: string
      readonly isStaying: boolean
    },
): Promise<OpenNotices> {
  const { stores, clock, sha256, root } = parts
  const links = openNoticeLinks(settings.publicUrl, clock)
  const named = wantedOf(settings).map((wanted) => nameOf(wanted, { sha256, now: clock.now() }))
  const fixed = named.flatMap(({ destination, secrets }) =>
    secrets === undefined ? [] : [[destination.id, secrets] as const],
  )
  const secrets = createWebhookSecrets(root, new Map(fixed))
  const privateOrigins = (settings.webhooks.private_origins ?? []).map((url) => new URL(url).origin)
  const { smtp } = settings.alerts
  const courier = createCourier({
    ...{ http: parts.http, linkOf: links.linkOf, clock, secrets, privateOrigins },
    places: new Map(named.map(({ destination, place }) => [destination.id, place])),
    ...(smtp === undefined ? {} : { mailer: createMailer(toMailServer(smtp)) }),
  })
  const { random, log } = parts
  const desk = new NoticeDesk({
    ...{ store: stores.notices, journal: stores.journal, clock, random, log, secrets },
    privateOrigins,
    flawOfAddress: (url) => flawOf(url, privateOrigins),
  })
  // A command may run with other settings than the server has.
  const destinations = named.map(({ destination }) => destination)
  if (parts.isStaying) await stores.notices.replaceSettings(destinations)
  await desk.refresh()
  return { desk, courier, links }
}

/** A literal address is refused at once; names are looked up when they are called. */
function flawOf(url: string, privateOrigins: readonly string[]): string | undefined {
  try {
    toTarget(url, { privateOrigins })
    return undefined
  } catch (error) {
    return error instanceof Error ? `is ${error.message}` : 'may not be called'
  }
}

/** Everything that the settings name, in one form. */
function wantedOf({ alerts, webhooks }: Pick<Settings, 'alerts' | 'webhooks'>): readonly Wanted[] {
  const { webhook, to = [] } = alerts
  const endpoints = (webhooks.endpoints ?? []).map(
    ({ url, secret, events = ['*'], allow_private }): Wanted => ({
      ...{ kind: 'webhook', address: url, events, secrets: [secret].flat() },
      allowsPrivate: allow_private,
    }),
  )
  const own: Wanted[] =
    webhook === undefined
      ? []
      : [
          {
            ...{ kind: 'webhook', address: webhook.url, events: alertPatterns },
            ...{ secrets: [webhook.secret], allowsPrivate: webhook.allow_private },
          },
        ]
  return [...endpoints, ...own, ...[to].flat().map(toWanted)]
}

function toWanted(sink: SinkSettings): Wanted {
  const events = alertPatterns
  if (typeof sink === 'string') {
    if (sink.startsWith('mailto:')) return { kind: 'mail', address: sink.slice(7), events }
    const isSlack = SLACK_HOST.test(new URL(sink).hostname)
    return { kind: isSlack ? 'slack' : 'webhook', address: sink, events }
  }
  const { severity } = sink
  if ('slack' in sink) return { kind: 'slack', address: sink.slack, events, severity }
  if ('mail' in sink) return { kind: 'mail', address: sink.mail, events, severity }
  if ('page' in sink) {
    // Who is called out of bed is called for what costs money now, unless the settings say.
    const least = severity ?? 'critical'
    return { kind: 'page', address: PAGE_URL, events, severity: least, routingKey: sink.page }
  }
  const { webhook, secret, allow_private } = sink
  return {
    ...{ kind: 'webhook', address: webhook, events, severity },
    ...(secret === undefined ? {} : { secrets: [secret] }),
    allowsPrivate: allow_private,
  }
}

/** Its id comes from where it leads, so that it is the same at the next start. */
function nameOf(wanted: Wanted, { sha256, now }: { sha256: Sha256; now: number }): Named {
  const { kind, address, events, severity, secrets, routingKey, allowsPrivate = false } = wanted
  const digest = sha256(['destination', kind, address, routingKey ?? ''].join('\n'))
  const destination: Destination = {
    id: `whk_${digest.slice(0, 36)}`,
    ...{ tenant: OPERATOR, kind, events, source: 'settings', generation: 1, createdAt: now },
    url: shown(kind, address),
    ...(severity === undefined ? {} : { leastSeverity: severity }),
  }
  const place = { address, allowsPrivate, ...(routingKey === undefined ? {} : { routingKey }) }
  return { destination, place, ...(secrets === undefined ? {} : { secrets }) }
}

/** The path of a chat's address is its secret, so only the beginning is written down. */
const shown = (kind: Destination['kind'], address: string): string =>
  kind === 'mail' ? `mailto:${address}` : `${new URL(address).origin}/…`

const toMailServer = ({ host, port, secure = false, user, password, from }: SmtpSettings) =>
  ({
    ...{ host, from, isSecure: secure, port: port ?? (secure ? 465 : 587) },
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
  }) satisfies MailServer
