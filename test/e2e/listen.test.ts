import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { isObject } from '../../src/core/json.ts'
import { cuttingProxy } from '../../src/testing/cutting-proxy.ts'
import { startLoopbackServer } from '../../src/testing/loopback-server.ts'
import { clearStand, databaseKinds, main, makeDatabase, startStand, until } from './stand.ts'

interface Told {
  readonly type: string
  readonly id: string
  readonly about: unknown
}

/** Takes what is forwarded to it, once that is verified. */
const startReceiver = (told: Told[], secretOf: () => string) =>
  startLoopbackServer(async (request, response) => {
    const body = await text(request)
    const headers = request.headers as Record<string, string>
    const event = new Webhook(secretOf()).verify(body, headers)
    if (!isObject(event) || !isObject(event.data)) throw new TypeError('no event')
    const { type, data } = event
    told.push({ type: String(type), id: headers['webhook-id'] ?? '', about: data.id })
    response.writeHead(204).end()
  })

test('who listens at one gateway hears all on its database, and misses nothing', async () => {
  const told: Told[] = []
  let secret = ''
  const receiver = await startReceiver(told, () => secret)
  const database = await makeDatabase(databaseKinds().at(-1) ?? 'SQLite')
  const near = await startStand({ database })
  // On SQLite both need the one file; a home of its own it has only on PostgreSQL.
  const home = database.name === 'SQLite' ? { home: near.home } : {}
  const far = await startStand({ database, ...home })
  const way = await cuttingProxy(near.url)
  const url = way.url.replace(/\/$/, '')
  const words = ['listen', '--url', url, '--forward', `${receiver.origin}/hook`, '--json']
  const listener = spawn(process.execPath, [main, ...words], {
    env: { ...process.env, KEEPRATE_HOME: near.home, KEEPRATE_API_KEY: near.key },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let notes = ''
  listener.stderr.on('data', (chunk) => {
    notes += String(chunk)
  })
  const ask = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${far.url}${path}`, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${far.key}`, 'content-type': 'application/json' },
        prefer: 'respond-async',
      },
      body: JSON.stringify(body),
    })
    return (await answer.json()) as Record<string, unknown>
  }
  const heard = (type: string, about?: unknown) =>
    until(async () => told.find((each) => each.type === type && each.about === about))
  try {
    secret = await until(async () => /whsec_\S+/.exec(notes)?.[0])
    await until(async () => (notes.includes('connected') ? true : undefined))
    // Before anything was heard there is a place to go on from as well.
    await way.stop()
    await ask('/v1/webhooks/trigger', { type: 'provider.down' })
    await until(async () => (/went away/.test(notes) ? true : undefined))
    await way.start()
    await until(async () => (told.length > 0 ? true : undefined))
    notes = ''
    const job = await ask('/v1/images/generations', { prompt: 'a cup' })
    await heard('image.completed', job.id)
    await way.stop()
    const missed = await ask('/v1/images/generations', { prompt: 'a jug' })
    await until(async () => (/went away/.test(notes) ? true : undefined))
    await way.start()
    await heard('image.completed', missed.id)
    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length)
    // Who listens keeps no gateway from ending, and does not end with it.
    expect(await near.stop()).toBe(0)
    const closed = new Promise((done) => listener.once('close', done))
    listener.kill('SIGTERM')
    expect(await closed).toBe(0)
  } finally {
    listener.kill('SIGKILL')
    await way.close()
    await clearStand(far)
    await clearStand(near)
    await database.drop()
    await receiver.close()
  }
})
