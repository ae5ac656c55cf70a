import { hash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { SMTPServer } from 'smtp-server'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { alertSettings } from '../src/config/alert-schema.ts'
import { createNotifier } from '../src/config/notifiers.ts'
import { openNotices } from '../src/config/open-notices.ts'
import type { Alert } from '../src/core/alerts/alert.ts'
import { readMinute } from '../src/core/alerts/quiet-time.ts'
import { openZone } from '../src/core/usage/zone.ts'
import { AlertBook } from '../src/gateway/alert-book.ts'
import { AlertDesk } from '../src/gateway/alert-desk.ts'
import { DeliveryLoop } from '../src/gateway/delivery-loop.ts'
import type { AlertStore } from '../src/ports/alert-store.ts'
import type { HttpClient, HttpRequest } from '../src/ports/http-client.ts'
import { type GatewayStand, openGatewayStand, until } from '../src/testing/gateway-stand.ts'
import { scriptedProvider } from '../src/testing/scripted-provider.ts'
import { seededRandom, VirtualClock } from '../src/testing/virtual-clock.ts'

const NOON = Date.UTC(2026, 10, 20, 12)
const SECRET = `whsec_${Buffer.from('thirty-two bytes for the webhook').toString('base64')}`
const alert = (changes: Partial<Alert> = {}): Alert => ({
  ...{ kind: 'zero_cost', severity: 'critical', subject: 'acme/painter', at: NOON },
  ...{ text: 'It costs nothing.', data: { offer: 'acme/painter' } },
  ...changes,
})

let stand: GatewayStand
let clock: VirtualClock
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOON })
  clock = new VirtualClock(NOON)
  stand = await openGatewayStand({ providers: [scriptedProvider()], clock })
})
afterEach(async () => {
  vi.useRealTimers()
  await stand.close()
  await rm(stand.home, { recursive: true, force: true })
})

/** Takes every request and answers 202. */
function catchAll() {
  const sent: HttpRequest[] = []
  const http = {
    send: async (request: HttpRequest) => {
      sent.push(request)
      return { status: 202, headers: {}, images: [] }
    },
  } as Partial<HttpClient> as HttpClient
  return { http, sent }
}

/** Everything that tells, as the settings have it. */
async function openTelling(settings: object, http: HttpClient, isStaying = true) {
  const { stores } = stand
  const { log, emit } = stand.gateway.deps
  const random = seededRandom(7)
  const tools = {
    http,
    clock,
    random,
    log,
    sha256: (text: string | Uint8Array) => hash('sha256', text, 'hex'),
  }
  const alerts = alertSettings.parse(settings)
  const parts = { ...tools, stores, root: 'root', isStaying }
  const { desk, courier } = await openNotices({ alerts, webhooks: {} }, parts)
  const sending = { desk, courier, clock, random, log, emit, owner: 'me' }
  const loop = isStaying ? new DeliveryLoop(sending) : undefined
  return {
    desk,
    notifier: createNotifier(desk, log),
    close: async () => {
      await loop?.close()
      await courier.close()
    },
  }
}

describe('alerts', () => {
  test('go to webhook, chat and pager, each in its form, from its severity', async () => {
    const { http, sent } = catchAll()
    const telling = await openTelling(
      {
        webhook: { url: 'https://hooks.example/alerts', secret: SECRET },
        to: [
          'https://hooks.slack.com/services/T0/B0/secret',
          { page: 'a'.repeat(32) },
          { webhook: 'https://other.example', severity: 'critical' },
        ],
      },
      http,
    )
    telling.notifier.notify(alert())
    // Two of the same instant have no order.
    await until(() => sent.length === 4)
    telling.notifier.notify(alert({ kind: 'feed_stale', severity: 'warning' }))
    await until(() => sent.length === 6)
    const to = (start: string) => sent.filter(({ url }) => url.startsWith(start))
    const bodies = (start: string) =>
      to(start).map(({ body }) => (body as { value: Record<string, unknown> }).value)
    expect(bodies('https://events.pagerduty.com/')).toMatchObject([
      { routing_key: 'a'.repeat(32), event_action: 'trigger', dedup_key: 'zero_cost:acme/painter' },
    ])
    expect(bodies('https://hooks.slack.com/').map(({ text }) => text)).toEqual([
      ':rotating_light: *alert.zero_cost* It costs nothing.',
      ':warning: *alert.feed_stale* It costs nothing.',
    ])
    const [first] = to('https://hooks.example/')
    const text = JSON.stringify(bodies('https://hooks.example/')[0])
    expect(new Webhook(SECRET).verify(text, { ...first?.headers })).toMatchObject({
      ...{ type: 'alert.zero_cost', data: { severity: 'critical', offer: 'acme/painter' } },
    })
    expect(to('https://other.example')).toHaveLength(1)
    // What the address itself keeps secret is in no table.
    expect(JSON.stringify(await stand.stores.notices.destinations())).not.toMatch(/secret|aaaa/)
    await telling.close()
  })

  test('go by mail', async () => {
    const mails: { readonly to: readonly string[]; readonly text: string }[] = []
    const server = new SMTPServer({
      ...{ authOptional: true, disabledCommands: ['STARTTLS'], logger: false },
      onData: (stream, session, done) => {
        let text = ''
        stream.on('data', (chunk) => {
          text += String(chunk)
        })
        stream.on('end', () => {
          mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), text })
          done()
        })
      },
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.server.address() as { readonly port: number }
    const smtp = { host: '127.0.0.1', port, from: 'keeprate@example.com' }
    const settings = { to: ['mailto:ops@example.com', { mail: 'boss@example.com' }], smtp }
    const telling = await openTelling(settings, catchAll().http)
    telling.notifier.notify(alert())
    await until(() => mails.length === 2)
    expect(mails.flatMap(({ to }) => to).toSorted()).toEqual([
      'boss@example.com',
      'ops@example.com',
    ])
    expect(mails[0]?.text).toContain('Subject: [keeprate critical] It costs nothing.')
    expect(mails[0]?.text).toMatch(/Message-ID: <msg_[0-9a-z]{36}@keeprate>/)
    await telling.close()
    await new Promise<void>((resolve) => server.close(resolve))
  })

  test('of a command are written for the server, whose destinations it leaves', async () => {
    const { http, sent } = catchAll()
    const settings = { to: 'https://hooks.example/alerts' }
    const server = await openTelling(settings, http)
    const command = await openTelling({}, http, false)
    expect(command.desk.destinations).toHaveLength(1)
    command.notifier.notify(alert())
    await command.notifier.close()
    await until(async () => {
      await clock.advance(2_000)
      return sent.length === 1
    })
    await Promise.all([server.close(), command.close()])
  })
})

describe('the book of alerts', () => {
  let seed = 10
  function openBook(store: AlertStore = stand.stores.alerts, hasQuiet = false) {
    seed += 1
    const told: Alert[] = []
    const notifier = {
      notify: (one: Alert) => {
        told.push(one)
      },
      close: () => Promise.resolve(),
    }
    const zone = openZone('UTC')!
    const quiet = { fromMinute: readMinute('11:00')!, toMinute: readMinute('13:00')!, zone }
    const { log } = stand.gateway.deps
    const book = new AlertBook({
      ...{ store, notifier, clock, random: seededRandom(seed), log },
      ...(hasQuiet ? { quiet } : {}),
    })
    const desk = new AlertDesk(book, () => clock.now())
    const kinds = async () => {
      await book.close()
      return told.map(({ kind }) => kind)
    }
    return { book, desk, kinds }
  }
  const down = { kind: 'provider_down', severity: 'warning', subject: 'acme' } as const
  const up = { kind: 'provider_up', severity: 'info', subject: 'acme' } as const

  test('lets one of several replicas tell, and one tell that it is over', async () => {
    const [one, other] = [openBook(), openBook()]
    for (const { desk } of [one, other]) desk.notify(alert(down))
    await Promise.all([one.kinds(), other.kinds()])
    for (const { desk } of [one, other]) desk.notify(alert(up))
    const kinds = [...(await one.kinds()), ...(await other.kinds())]
    expect(kinds.toSorted()).toEqual(['provider_down', 'provider_up'])
    expect(await stand.stores.alerts.list({ limit: 9 })).toMatchObject([
      { kind: 'provider_down', seen: 2, resolvedAt: NOON },
    ])
  })

  test('keeps quiet but for what is critical, and tells the rest when it is over', async () => {
    const { book, desk, kinds } = openBook(stand.stores.alerts, true)
    desk.notify(alert(down))
    desk.notify(alert({ kind: 'feed_stale', severity: 'warning' }))
    desk.notify(alert())
    // Over before anybody was told: nothing to tell.
    desk.notify(alert(up))
    expect(await kinds()).toEqual(['zero_cost'])
    await book.tellHeld()
    expect(await kinds()).toEqual(['zero_cost'])
    await clock.advance(3_600_000)
    await book.tellHeld()
    await book.tellHeld()
    expect(await kinds()).toEqual(['zero_cost', 'feed_stale'])
  })

  test('tells all while the database is lost, and the log says so', async () => {
    const lost = () => Promise.reject(new Error('lost'))
    const { desk, kinds } = openBook({ ...stand.stores.alerts, raise: lost, resolve: lost })
    for (const one of [alert(down), alert(down), alert(up)]) desk.notify(one)
    expect(await kinds()).toEqual(['provider_down', 'provider_up'])
    expect(stand.logged.map(({ message }) => message)).toContain('an alert could not be written')
  })
})
