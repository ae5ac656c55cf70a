import { rm } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import OpenAI from 'openai'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createCourier } from '../src/adapters/couriers/courier.ts'
import { createSafeFetch } from '../src/adapters/safe-fetch/client.ts'
import { DeliveryLoop } from '../src/gateway/delivery-loop.ts'
import { addWebhook, changeWebhook, replay, rotateSecret } from '../src/gateway/destination-desk.ts'
import { type GatewayStand, openGatewayStand, until } from '../src/testing/gateway-stand.ts'
import { type LoopbackServer, startLoopbackServer } from '../src/testing/loopback-server.ts'
import { draws, failed, scriptedProvider } from '../src/testing/scripted-provider.ts'
import { seededRandom, VirtualClock } from '../src/testing/virtual-clock.ts'

const NOON = Date.UTC(2026, 10, 20, 12)
const HOURS_MS = 3_600_000
const PAUSES_MS = [
  ...[5_000, 300_000, 1_800_000, 2 * HOURS_MS, 5 * HOURS_MS],
  ...[10 * HOURS_MS, 14 * HOURS_MS, 20 * HOURS_MS, 24 * HOURS_MS],
]
const owner = { tenant: 'here', isAdmin: false }

interface Received {
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string
}

const http = createSafeFetch()
afterAll(() => http.close())

let receiver: LoopbackServer
let received: Received[]
/** Statuses of the next answers; 204 when none is left, and no answer while it says `hang`. */
let statuses: (number | 'hang')[]
let answerHeaders: Record<string, string>
let stands: GatewayStand[]
let loops: DeliveryLoop[]
let clock: VirtualClock

// Those who verify compare with the time of the machine.
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOON })
  clock = new VirtualClock(NOON)
  ;[received, statuses, answerHeaders, stands, loops] = [[], [], {}, [], []]
  receiver = await startLoopbackServer(async (request, response) => {
    const body = await text(request)
    received.push({ path: request.url ?? '', headers: plain(request.headers), body })
    const status = statuses.shift() ?? 204
    if (status !== 'hang') response.writeHead(status, answerHeaders).end()
  })
})
afterEach(async () => {
  for (const loop of loops) await closed(loop)
  for (const stand of stands) await stand.close()
  await rm(stands[0]?.home ?? '/nowhere', { recursive: true, force: true })
  await receiver.close()
  vi.useRealTimers()
})

const plain = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))

/** Closing waits a little for what hangs, once the look that is under way has ended. */
async function closed(loop: DeliveryLoop): Promise<void> {
  let isOver = false
  const ended = loop.close().finally(() => {
    isOver = true
  })
  await until(async () => {
    await clock.advance(1_000)
    return isOver
  })
  await ended
}

/** A gateway that sends; another one may be opened on its folder later. */
async function open({
  isSending = true,
  isAllowed = true,
  home = '',
  seed = 1,
  play = draws(),
} = {}) {
  const privateOrigins = isAllowed ? [receiver.origin] : []
  const stand = await openGatewayStand({
    ...{ providers: [scriptedProvider({ play })], clock, seed, privateOrigins },
    ...(home === '' ? {} : { home }),
  })
  stands.push(stand)
  const { deps } = stand.gateway
  const { notices: desk, emit, log } = deps
  const courier = createCourier({
    ...{ http, clock, secrets: desk.secrets, places: new Map(), privateOrigins },
    linkOf: (id) => `https://here.example/v1/images/${id}?signed`,
  })
  const parts = { desk, courier, clock, random: seededRandom(seed), log, emit }
  const send = () => {
    const loop = new DeliveryLoop({ ...parts, owner: `process:${seed}` })
    loops.push(loop)
    return loop
  }
  if (isSending) send()
  const add = (events: readonly string[] = ['*'], path = '/hook') =>
    addWebhook({ url: `${receiver.origin}${path}`, events, isForAll: false }, owner, deps)
  return { ...stand, deps, add, send }
}

const arrived = (count: number): Promise<true> => until(() => received.length === count)
/** Lets looks follow one another until something is so; time stands still while one is at work. */
const comes = <Value>(ask: () => Value | Promise<Value>) =>
  until(async () => {
    const value = await ask()
    const isIdle = clock.sleeping >= stands.length + loops.length
    if ((value === undefined || value === false) && isIdle) await pass(2_000)
    return value
  })
const typeOf = ({ body }: Received): string => (JSON.parse(body) as { type: string }).type
const deliveriesOf = ({ stores }: GatewayStand, state?: 'dead' | 'delivered' | 'pending') =>
  stores.notices.deliveries({
    ...{ owners: ['here'], limit: 50 },
    ...(state === undefined ? {} : { state }),
  })

/** Lets time pass for those who sign and for those who verify. */
async function pass(durationMs: number): Promise<void> {
  await clock.advance(durationMs)
  vi.setSystemTime(clock.now())
}

describe('a request that ended', () => {
  test('is told, verified by Standard Webhooks and by the client of OpenAI', async () => {
    const stand = await open()
    const { secret } = await stand.add()
    const made = await stand.ask({ tags: { team: 'shop' }, purpose: 'hero' })
    await arrived(1)
    const [{ body, headers }] = received as [Received]
    const told = new Webhook(secret).verify(body, headers)
    const [image] = made.images
    expect(told).toMatchObject({
      ...{ type: 'image.completed', timestamp: '2026-11-20T12:00:00.000Z' },
      data: {
        ...{ id: made.requestId, status: 'completed', purpose: 'hero', tags: { team: 'shop' } },
        ...{ cost: '0.01', provider: 'acme', route: 'direct' },
        images: [
          {
            id: image?.record.id,
            url: `https://here.example/v1/images/${image?.record.id}?signed`,
          },
        ],
      },
    })
    expect(body).not.toContain('a cup')
    expect(Buffer.byteLength(body)).toBeLessThan(20_000)
    const client = new OpenAI({ apiKey: 'unused', webhookSecret: secret })
    expect(await client.webhooks.unwrap(body, headers)).toEqual(told)
    await expect(client.webhooks.unwrap(`${body} `, headers)).rejects.toThrow()
    const forged = () => new Webhook(secret).verify(body.replace('0.01', '0.02'), headers)
    expect(forged).toThrow('No matching signature')
    expect(headers['webhook-id']).toMatch(/^msg_[0-9a-z]{36}$/)
  })

  test('without pictures is told as failed, and only to who wants that', async () => {
    const stand = await open({ play: () => failed('invalid_request') })
    await stand.add(['image.failed'], '/failed')
    await stand.add(['image.completed'], '/completed')
    await expect(stand.ask()).rejects.toThrow()
    await arrived(1)
    expect([received[0]?.path, typeOf(received[0]!)]).toEqual(['/failed', 'image.failed'])
    expect(await deliveriesOf(stand)).toHaveLength(1)
  })

  test('is told to its own address, signed for its tenant, and to no other tenant', async () => {
    const stand = await open()
    await stand.add()
    await stand.ask({ webhook: `${receiver.origin}/own` }, { tenant: 'there' })
    await arrived(1)
    const [{ path, body, headers }] = received as [Received]
    expect(path).toBe('/own')
    const verified = new Webhook(stand.deps.notices.secrets.ofTenant('there')).verify(body, headers)
    expect(verified).toMatchObject({ type: 'image.completed' })
    expect(await deliveriesOf(stand)).toEqual([])
  })
})

describe('a receiver that fails', () => {
  test('nine times gets it at the tenth try, three days later, under one id', async () => {
    const stand = await open()
    const { secret } = await stand.add()
    statuses = [500, 404, 302, 429, 503, 500, 400, 401, 500]
    await stand.ask()
    for (const [index, pauseMs] of PAUSES_MS.entries()) {
      await until(async () => (await deliveriesOf(stand))[0]?.tryCount === index + 1)
      await pass(pauseMs - 1)
      expect(received).toHaveLength(index + 1)
      await pass(pauseMs * 0.1 + 1)
      await comes(() => received.length === index + 2)
    }
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    const { body, headers } = received[9]!
    expect(new Webhook(secret).verify(body, headers)).toMatchObject({ type: 'image.completed' })
    await until(async () => (await deliveriesOf(stand, 'delivered')).length === 1)
    expect(clock.now() - NOON).toBeGreaterThan(3 * 24 * HOURS_MS)
    const id = received[0]?.headers['webhook-id'] ?? ''
    await replay(id, owner, stand.deps)
    await arrived(11)
    expect(received[10]?.headers['webhook-id']).toBe(id)
    const stranger = replay(id, { tenant: 'there', isAdmin: false }, stand.deps)
    await expect(stranger).rejects.toMatchObject({ code: 'not_found' })
  })

  test('and asks to wait is given that time; with 410 it gets nothing any more', async () => {
    const stand = await open()
    const { destination } = await stand.add()
    ;[statuses, answerHeaders] = [[503, 410], { 'retry-after': '120' }]
    await stand.ask()
    await until(async () => (await deliveriesOf(stand))[0]?.tryCount === 1)
    await pass(119_000)
    expect(received).toHaveLength(1)
    await comes(async () => (await deliveriesOf(stand, 'dead')).length === 1)
    const found = () => stand.deps.notices.destinations.find(({ id }) => id === destination.id)
    await until(() => found()?.disabledReason === 'gone')
    await stand.ask({ prompt: 'another cup' })
    expect(received).toHaveLength(2)
    await changeWebhook(found()!, { isEnabled: true }, stand.deps)
    await stand.ask({ prompt: 'a third cup' })
    await arrived(3)
  })

  test('at a private address is never called, unless it is allowed', async () => {
    const stand = await open({ isAllowed: false })
    const { deps, ask } = stand
    await expect(stand.add()).rejects.toMatchObject({ code: 'invalid_request', param: 'url' })
    const url = receiver.origin.replace('http:', 'https:')
    await addWebhook({ url, events: ['*'], isForAll: false }, owner, deps)
    await ask()
    const [dead] = await until(async () => {
      const found = await deliveriesOf(stand, 'dead')
      return found.length > 0 && found
    })
    expect(dead?.tries.map(({ result }) => result)).toEqual(['blocked_address'])
    expect(receiver.connections()).toBe(0)
  })
})

test('what was owed when the process died is sent by the next one, and by one alone', async () => {
  const first = await open({ isSending: false })
  const { secret } = await first.add()
  for (const prompt of ['one', 'two', 'three']) await first.ask({ prompt })
  // It leased one and died with it.
  const lease = { owner: 'dead', now: clock.now(), leaseUntil: clock.now() + 60_000 }
  await first.stores.notices.claimDeliveries({ ...lease, limit: 1, except: [] })
  const second = await open({ home: first.home, seed: 2 })
  const third = await open({ home: first.home, seed: 3 })
  await arrived(2)
  await pass(60_000)
  await comes(() => received.length === 3)
  await until(async () => (await deliveriesOf(second, 'delivered')).length === 3)
  expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(3)
  const ids = (await deliveriesOf(third)).map(({ id }) => id)
  expect(ids).toEqual(ids.toSorted().toReversed())
  const verify = ({ body, headers }: Received) => new Webhook(secret).verify(body, headers)
  expect(received.map(verify)).toHaveLength(3)
})

test('while a secret is rotated both verify, afterwards the new one alone', async () => {
  const stand = await open()
  const { destination, secret: old } = await stand.add()
  const { secret: fresh } = await rotateSecret(destination, HOURS_MS, stand.deps)
  expect(fresh).not.toBe(old)
  await stand.ask()
  await arrived(1)
  const verify = (secret: string, { body, headers }: Received) =>
    new Webhook(secret).verify(body, headers)
  for (const secret of [old, fresh]) {
    expect(verify(secret, received[0]!)).toMatchObject({ type: 'image.completed' })
  }
  await pass(HOURS_MS)
  await stand.ask({ prompt: 'another cup' })
  await arrived(2)
  expect(verify(fresh, received[1]!)).toMatchObject({ type: 'image.completed' })
  expect(() => verify(old, received[1]!)).toThrow('No matching signature')
})

test('closing cuts what hangs, which is sent again at once by the next process', async () => {
  const stand = await open({ isSending: false })
  await stand.add()
  const loop = stand.send()
  statuses = ['hang']
  await stand.ask()
  await arrived(1)
  await closed(loop)
  expect((await deliveriesOf(stand))[0]).toMatchObject({ state: 'pending', tryCount: 0 })
  stand.send()
  await arrived(2)
})
