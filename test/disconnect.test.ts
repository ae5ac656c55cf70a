import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { RequestRecord } from '../src/core/jobs/request-record.ts'
import type { CancelOutcome, Provider } from '../src/ports/provider.ts'
import { until } from '../src/testing/gateway-stand.ts'
import { draws, type Play, scriptedProvider } from '../src/testing/scripted-provider.ts'
import { VirtualClock } from '../src/testing/virtual-clock.ts'
import { type HttpStand, withHttpStand } from './http-stand.ts'

const path = '/v1/images/generations'
const full = (): Provider => ({ ...scriptedProvider(), limits: { parallelCalls: 0 } })

/** Asks, goes away once the work has begun to wait, and gives the record of what became of it. */
async function leave(
  stand: HttpStand,
  asked: { readonly headers?: Record<string, string>; readonly body: object },
  when: () => boolean,
): Promise<RequestRecord> {
  const client = new AbortController()
  const answer = stand.ask('POST', path, { ...asked, signal: client.signal })
  await until(when)
  client.abort()
  await expect(answer).rejects.toThrow()
  return until(() => {
    const ended = stand.events.find((event) => event.kind === 'request-ended')
    return ended?.kind === 'request-ended' ? ended.request : undefined
  })
}

const isAdmitted = (stand: HttpStand) => () => stand.gateway.deps.bytes.inFlight > 0

/** A job that ends when the test says so, and what its provider makes of cancelling it. */
function jobs(fate: CancelOutcome) {
  const gate = Promise.withResolvers<void>()
  const play: Play = async (call, context, index) => {
    await context.onSubmitted({ id: `job-${index}`, pollUrl: '/1', facts: {} })
    await gate.promise
    return draws()(call, context, index)
  }
  const acme = scriptedProvider({ play, row: { billed_on: { cancelled: true } } })
  const cancelled: string[] = []
  const provider: Provider = {
    ...acme,
    cancel: async ({ id }) => {
      cancelled.push(id)
      return fate
    },
  }
  return { acme, provider, cancelled, open: gate.resolve }
}

describe('a client that closes its connection', () => {
  test.each([
    ['an answer', { prompt: 'a cup', n: 2 }],
    ['a stream', { prompt: 'a cup', n: 2, stream: true }],
  ])('while it waits for %s that was not begun buys nothing', async (_claim, body) => {
    await withHttpStand({ providers: [full()] }, async (stand) => {
      const record = await leave(stand, { body }, isAdmitted(stand))
      expect(record).toMatchObject({
        state: 'cancelled',
        costNano: 0n,
        summary: { cancelled: { images: 2, saved: '0.02' } },
      })
      const line = 'keeprate_saved_dollars_total{lever="cancelled",book="real"} 0.02'
      expect(await stand.metrics()).toContain(line)
    })
  })

  test('keeps a call that runs, unless it says otherwise', async () => {
    const { acme, provider, cancelled, open } = jobs('stopped')
    await withHttpStand({ providers: [provider] }, async (stand) => {
      const client = new AbortController()
      const { signal } = client
      const answer = stand.ask('POST', path, { body: { prompt: 'a cup' }, signal })
      await until(() => acme.calls.length === 1)
      client.abort()
      await expect(answer).rejects.toThrow()
      open()
      const [record] = await until(async () => {
        const found = await stand.stores.requests.list({ tenant: 'here', limit: 1 })
        return found[0]?.endedAt === undefined ? undefined : found
      })
      expect(record).toMatchObject({ state: 'completed', costNano: 10_000_000n })
      expect(cancelled).toEqual([])
    })
  })

  test.each([
    ['in the header', { 'x-keeprate-cancel-on-disconnect': 'true' }, {}],
    ['in the body', {}, { keeprate: { cancel_on_disconnect: true } }],
  ])('and says so %s gives its call up', async (_claim, headers, more) => {
    const { acme, provider, cancelled } = jobs('stopped')
    await withHttpStand({ providers: [provider] }, async (stand) => {
      const body = { prompt: 'a cup', ...more }
      const record = await leave(stand, { headers, body }, () => acme.calls.length === 1)
      expect(record).toMatchObject({
        state: 'cancelled',
        costNano: 0n,
        summary: { cancelled: { images: 1, saved: '0.01' } },
      })
      expect(cancelled).toEqual(['job-0'])
      const [attempt] = await stand.stores.requests.attempts(record.id)
      expect(attempt).toMatchObject({ outcome: 'cancelled', costBasis: 'not_billed' })
      expect(await stand.stores.ledger.audit()).toEqual([])
    })
  })

  test('too late pays for its picture, which is kept', async () => {
    const { acme, provider, cancelled, open } = jobs('too_late')
    await withHttpStand({ providers: [provider] }, async (stand) => {
      const headers = { 'x-keeprate-cancel-on-disconnect': 'true' }
      const left = leave(stand, { headers, body: { prompt: 'a cup' } }, () => {
        return acme.calls.length === 1
      })
      await until(() => cancelled.length === 1)
      open()
      expect(await left).toMatchObject({ state: 'completed', costNano: 10_000_000n })
      const [image] = await stand.stores.requests.images((await left).id)
      expect(image).toMatchObject({ state: 'published' })
    })
  })

  test('with two words that disagree is refused', async () => {
    await withHttpStand({ providers: [scriptedProvider()] }, async (stand) => {
      const headers = { 'x-keeprate-cancel-on-disconnect': 'off' }
      const body = { prompt: 'a cup', keeprate: { cancel_on_disconnect: true } }
      const answer = await stand.ask('POST', path, { headers, body })
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({
        error: { param: 'x-keeprate-cancel-on-disconnect' },
      })
    })
  })
})

/** Something between client and server that closes a connection which was silent for a time. */
async function impatientProxy(target: string, clock: VirtualClock, idleMs: number) {
  let heardAt = clock.monotonicMs()
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const answer = await fetch(`${target}${request.url}`, {
      method: request.method ?? 'POST',
      headers: {
        authorization: String(request.headers.authorization),
        'content-type': 'application/json',
      },
      body: Buffer.concat(chunks),
    })
    response.writeHead(answer.status, { 'content-type': 'text/event-stream' })
    for await (const chunk of answer.body ?? []) {
      if (clock.monotonicMs() - heardAt > idleMs) {
        response.destroy()
        return
      }
      heardAt = clock.monotonicMs()
      response.write(chunk)
    }
    response.end()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    heardAt: () => heardAt,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

test('a stream passes a proxy that waits for 60 s, however long the picture takes', async () => {
  const clock = new VirtualClock()
  const gate = Promise.withResolvers<void>()
  const acme = scriptedProvider({
    play: async (...call) => {
      await gate.promise
      return draws()(...call)
    },
  })
  await withHttpStand({ providers: [acme], clock }, async (stand) => {
    const proxy = await impatientProxy(stand.url, clock, 60_000)
    const answer = fetch(`${proxy.url}${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-here' },
      body: JSON.stringify({ prompt: 'a cup', stream: true }),
    }).then((received) => received.text())
    await until(() => acme.calls.length === 1)
    for (let passedMs = 15_000; passedMs <= 180_000; passedMs += 15_000) {
      await clock.advance(15_000)
      await until(() => proxy.heardAt() === passedMs)
    }
    gate.resolve()
    const text = await answer
    expect(text.match(/^: keeprate$/gm)).toHaveLength(12)
    expect(text).toContain('event: image_generation.completed')
    await proxy.close()
  })
})

describe('a request that goes round in circles', () => {
  const asked = (via: string) => ({ headers: { via }, body: { prompt: 'a cup' } })

  test.each([
    ['comes from this gateway', '1.1 keeprate-here, 1.1 nginx'],
    ['came through too many', [1, 2, 3, 4].map((n) => `1.1 keeprate-g${n}`).join(', ')],
  ])('is refused before anything is done for it: it %s', async (_claim, via) => {
    const acme = scriptedProvider()
    await withHttpStand({ providers: [acme] }, async (stand) => {
      const answer = await stand.ask('POST', path, asked(via))
      expect(answer.status).toBe(508)
      expect(answer.headers.get('x-should-retry')).toBe('false')
      expect(await answer.json()).toMatchObject({ error: { code: 'loop_detected' } })
      expect(acme.calls).toHaveLength(0)
      expect(await stand.stores.requests.list({ tenant: 'here', limit: 1 })).toEqual([])
    })
  })

  test('is told from one through another gateway, which is named to the provider', async () => {
    const seen: (string | undefined)[] = []
    const acme = scriptedProvider({
      play: (call, context, index) => {
        seen.push(context.via)
        return draws()(call, context, index)
      },
    })
    await withHttpStand({ providers: [acme] }, async (stand) => {
      const answer = await stand.ask('POST', path, asked('2 cdn, 1.1 keeprate-other'))
      expect(answer.status).toBe(200)
      expect(seen).toEqual(['1.1 keeprate-other'])
    })
  })
})
