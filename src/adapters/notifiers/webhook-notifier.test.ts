import type { IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import OpenAI from 'openai'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Alert } from '../../core/alerts/alert.ts'
import type { Log } from '../../ports/log.ts'
import type { Notifier } from '../../ports/notifier.ts'
import { until } from '../../testing/gateway-stand.ts'
import { type LoopbackServer, startLoopbackServer } from '../../testing/loopback-server.ts'
import { VirtualClock } from '../../testing/virtual-clock.ts'
import { createSafeFetch } from '../safe-fetch/client.ts'
import { createWebhookNotifier } from './webhook-notifier.ts'

const NOON = Date.UTC(2026, 10, 20, 12)
const SECRET = `whsec_${Buffer.from('thirty-two bytes for the webhook').toString('base64')}`

const http = createSafeFetch()
afterAll(() => http.close())

interface Received {
  readonly headers: Record<string, string>
  readonly body: string
}

let receiver: LoopbackServer
let clock: VirtualClock
let notifier: Notifier | undefined
let received: Received[]
/** Statuses of the next answers; 200 when none is left, and no answer while it says `hang`. */
let statuses: (number | 'hang')[]
let logged: { readonly message: string; readonly fields: object }[]

// Those who verify compare with the time of the machine.
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOON })
  clock = new VirtualClock(NOON)
  received = []
  statuses = []
  logged = []
  receiver = await startLoopbackServer(async (request, response) => {
    const body = await text(request)
    received.push({ headers: plain(request.headers), body })
    const status = statuses.shift() ?? 200
    if (status !== 'hang') response.writeHead(status, { location: '/elsewhere' }).end('{}')
  })
})
afterEach(async () => {
  await notifier?.close()
  notifier = undefined
  await receiver.close()
  vi.useRealTimers()
})

const plain = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))

function open(isAllowed = true): Notifier {
  const note: Log['error'] = (fields, message) => {
    logged.push({ message, fields })
  }
  const log: Log = { debug: note, info: note, warn: note, error: note }
  notifier = createWebhookNotifier({
    ...{ url: `${receiver.origin}/hook`, secret: SECRET, http, clock, log },
    privateOrigins: isAllowed ? [receiver.origin] : [],
  })
  return notifier
}

const alertOf = (subject: string, changes: Partial<Alert> = {}): Alert => ({
  ...{ kind: 'price_changed', severity: 'warning', subject, at: NOON - 5 },
  ...{ text: `${subject}: raised +50 % – from now on.`, data: { offer: subject, old: '0.01' } },
  ...changes,
})

const subjects = (): readonly string[] =>
  received.map(({ body }) => (JSON.parse(body) as { data: { subject: string } }).data.subject)

const arrived = (count: number): Promise<true> => until(() => received.length === count)

describe('an alert by webhook', () => {
  test('verifies with the package of Standard Webhooks, and says what happened', async () => {
    open().notify(alertOf('acme/painter'))
    await arrived(1)
    const [{ headers, body }] = received as [Received]
    expect(new Webhook(SECRET).verify(body, headers)).toEqual({
      type: 'price.changed',
      timestamp: '2026-11-20T11:59:59.995Z',
      data: {
        ...{ offer: 'acme/painter', old: '0.01', severity: 'warning', subject: 'acme/painter' },
        text: 'acme/painter: raised +50 % – from now on.',
      },
    })
    expect(headers['content-type']).toMatch(/^application\/json/)
    expect(headers['webhook-timestamp']).toBe(String(NOON / 1_000))
    const forged = body.replace('0.01', '0.02')
    expect(() => new Webhook(SECRET).verify(forged, headers)).toThrow('No matching signature')
  })

  test('verifies with the client of OpenAI', async () => {
    open().notify(alertOf('acme/painter', { kind: 'billing_drift' }))
    await arrived(1)
    const [{ headers, body }] = received as [Received]
    const client = new OpenAI({ apiKey: 'unused', webhookSecret: SECRET })
    expect(await client.webhooks.unwrap(body, headers)).toMatchObject({
      type: 'alert.billing_drift',
      data: { offer: 'acme/painter' },
    })
    await expect(client.webhooks.unwrap(`${body} `, headers)).rejects.toThrow()
  })

  test('has an id of its own, and the same one at each further try', async () => {
    statuses = [500]
    const { notify } = open()
    notify(alertOf('one'))
    notify(alertOf('two'))
    await arrived(1)
    await until(() => clock.sleeping === 1)
    await clock.advance(5_000)
    await arrived(3)
    const ids = received.map(({ headers }) => headers['webhook-id'])
    expect(ids[0]).toMatch(/^msg_/)
    expect(ids[1]).toBe(ids[0])
    expect(ids[2]).not.toBe(ids[0])
    expect(received[1]?.headers['webhook-timestamp']).toBe(String(NOON / 1_000 + 5))
  })
})

describe('a receiver that fails', () => {
  test.each([500, 404, 302])(
    'with %i is tried again after 5 s, 5 min and 30 min',
    async (status) => {
      statuses = [status, status, status, status]
      open().notify(alertOf('acme/painter'))
      for (const [index, pauseMs] of [5_000, 300_000, 1_800_000].entries()) {
        await arrived(index + 1)
        await until(() => clock.sleeping === 1)
        await clock.advance(pauseMs - 1)
        expect(received).toHaveLength(index + 1)
        await clock.advance(1)
      }
      await arrived(4)
      await until(() => logged.length === 1)
      expect(logged).toEqual([
        {
          message: 'an alert could not be delivered',
          fields: { alert: 'price_changed', reason: status },
        },
      ])
      expect(clock.sleeping).toBe(0)
    },
  )

  test('that is gone is told apart from one that answers', async () => {
    await receiver.close()
    open().notify(alertOf('acme/painter'))
    await until(() => clock.sleeping === 1)
    await notifier?.close()
    expect(logged).toMatchObject([{ fields: { reason: 'connect' } }])
  })

  test('with 410 gets nothing any more', async () => {
    statuses = [410]
    const { notify } = open()
    notify(alertOf('one'))
    notify(alertOf('two'))
    await until(() => logged.length === 1)
    notify(alertOf('three'))
    await notifier?.close()
    expect(subjects()).toEqual(['one'])
    expect(logged[0]?.message).toBe('the webhook wants no more alerts (410)')
  })
})

test('a private address is refused at once unless it is allowed, and the log says so', async () => {
  open(false).notify(alertOf('acme/painter'))
  await until(() => logged.length === 1)
  expect(logged[0]?.fields).toEqual({ alert: 'price_changed', reason: 'blocked_address' })
  expect([receiver.connections(), clock.sleeping]).toEqual([0, 0])
})

test('a thousand alerts wait; the oldest beyond them are dropped, and that is logged', async () => {
  statuses = [500]
  const { notify } = open()
  notify(alertOf('first'))
  await until(() => clock.sleeping === 1)
  for (let index = 0; index < 1_002; index += 1) notify(alertOf(`next ${index}`))
  expect(logged.map(({ message }) => message)).toEqual(
    Array(2).fill('an alert was dropped: too many wait for the webhook'),
  )
  await clock.advance(5_000)
  await until(() => received.length >= 4)
  expect(subjects().slice(0, 4)).toEqual(['first', 'first', 'next 2', 'next 3'])
})

describe('closing', () => {
  test('sends what waits, without pauses', async () => {
    statuses = [500]
    const { notify, close } = open()
    for (const subject of ['one', 'two', 'three']) notify(alertOf(subject))
    await close()
    expect(subjects()).toEqual(['one', 'two', 'three'])
    expect(logged).toMatchObject([{ message: 'an alert could not be delivered' }])
    notify(alertOf('four'))
    expect(received).toHaveLength(3)
  })

  test('waits five seconds for a receiver that hangs', async () => {
    statuses = ['hang']
    const { notify, close } = open()
    notify(alertOf('one'))
    await arrived(1)
    const closed = close()
    await clock.advance(5_000)
    await closed
    expect(logged).toMatchObject([{ fields: { reason: 'aborted' } }])
  })
})

test.each(['whsec_', 'whsec_c2hvcnQ=', 'no secret'])('%s is no secret', (secret) => {
  const log = {} as Log
  const parts = { url: 'https://example.com', secret, http, clock: new VirtualClock(), log }
  expect(() => createWebhookNotifier(parts)).toThrow('a webhook secret is whsec_')
})
