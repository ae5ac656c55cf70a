import { afterEach, describe, expect, test } from 'vitest'
import { defineEmulator } from '../providers/shared/emulator.ts'
import { MAX_LOGGED_REQUESTS } from './request-log.ts'
import type { SandboxOptions } from './running.ts'
import { type Sandbox, startSandbox } from './server.ts'

/** Answers 418 with the fault it is asked for, and else bills. */
const alpha = defineEmulator({
  id: 'alpha',
  basePath: '/v1',
  async handle(request, kit) {
    if (request.path === '/v1/broken') throw new Error('a mistake of mine')
    const fault = kit.fault(request, Buffer.from(request.body).toString())
    if (fault !== undefined) return { status: 418, body: fault }
    kit.bill({ model: 'm-1', images: 1, dollars: '0.04', requestId: kit.hexId(8) })
    return { status: 200, body: '{}' }
  },
})

/** Bills the smallest amount there is. */
const beta = defineEmulator({
  id: 'beta',
  basePath: '',
  async handle(_, kit) {
    kit.bill({ model: 'b', images: 2, dollars: '0.000000001', requestId: '1' })
    return { status: 200, body: '{}' }
  },
})

const clock = { now: () => 1_800_000_000_000, sleep: () => Promise.resolve() }

const open: Sandbox[] = []
afterEach(async () => {
  for (const sandbox of open.splice(0)) await sandbox.close()
})

async function start(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const emulators = [alpha, beta]
  const sandbox = await startSandbox({ emulators, speed: 1, seed: 1, clock, ...options })
  open.push(sandbox)
  return sandbox
}

const paint = (sandbox: Sandbox, prompt: string, headers: Record<string, string> = {}) =>
  fetch(`${sandbox.baseUrl('alpha')}/pictures`, { method: 'POST', headers, body: prompt })
const control = (sandbox: Sandbox, path: string, init: RequestInit = {}) =>
  fetch(`${sandbox.origin}/__sandbox${path}`, init)
const order = (sandbox: Sandbox, body: unknown) =>
  control(sandbox, '/faults', { method: 'POST', body: JSON.stringify(body) })

describe('the bill', () => {
  test('has every charge, and exact totals by provider', async () => {
    const sandbox = await start()
    await paint(sandbox, 'a fox')
    await paint(sandbox, 'a cat')
    await fetch(`${sandbox.baseUrl('beta')}/x`)
    const bill = (await (await control(sandbox, '/bill')).json()) as { entries: unknown[] }
    expect(bill).toMatchObject({
      totals: {
        alpha: { calls: 2, images: 2, dollars: '0.08' },
        beta: { calls: 1, images: 2, dollars: '0.000000001' },
      },
      total: '0.080000001',
    })
    expect(bill.entries).toHaveLength(3)
    expect(bill.entries[2]).toMatchObject({ provider: 'beta', model: 'b', request_id: '1' })
    expect(sandbox.bill().map(({ dollars }) => dollars)).toEqual(['0.04', '0.04', '0.000000001'])
  })

  test('of a fresh sandbox is empty', async () => {
    const bill = await (await control(await start(), '/bill')).json()
    expect(bill).toEqual({ entries: [], totals: {}, total: '0' })
  })
})

describe('the log of requests', () => {
  test('has method, path, time and status, and neither query nor body nor key', async () => {
    const sandbox = await start()
    await fetch(`${sandbox.baseUrl('alpha')}/pictures?key=secret-1`, {
      method: 'POST',
      headers: { authorization: 'Bearer secret-2' },
      body: 'secret-3',
    })
    await fetch(`${sandbox.baseUrl('alpha')}/broken`)
    const text = await (await control(sandbox, '/requests')).text()
    expect(text).not.toContain('secret')
    const at = 1_800_000_000_000
    expect(JSON.parse(text)).toEqual({
      requests: [
        { provider: 'alpha', method: 'POST', path: '/v1/pictures', at, status: 200 },
        { provider: 'alpha', method: 'GET', path: '/v1/broken', at, status: 500 },
      ],
    })
  })

  test('keeps the latest thousand', async () => {
    const sandbox = await start()
    await fetch(`${sandbox.baseUrl('beta')}/first`)
    const lane = async (): Promise<void> => {
      for (let sent = 0; sent < MAX_LOGGED_REQUESTS / 20; sent += 1) await paint(sandbox, 'a fox')
    }
    await Promise.all(Array.from({ length: 20 }, lane))
    const { requests } = (await (await control(sandbox, '/requests')).json()) as {
      requests: { provider: string }[]
    }
    expect(requests).toHaveLength(MAX_LOGGED_REQUESTS)
    expect(requests.every(({ provider }) => provider === 'alpha')).toBe(true)
  })
})

test('health names the emulators', async () => {
  const answer = await control(await start(), '/health')
  expect(await answer.json()).toEqual({ status: 'ok', providers: ['alpha', 'beta'] })
})

describe('faults are asked for', () => {
  test('by a sentinel word, which may name a provider', async () => {
    const sandbox = await start()
    const played = await paint(sandbox, 'a fox sandbox:moderate-input')
    expect([played.status, await played.text()]).toEqual([418, 'moderate-input'])
    expect((await paint(sandbox, 'sandbox:blank@beta')).status).toBe(200)
    expect((await paint(sandbox, 'sandbox:blank@alpha')).status).toBe(418)
  })

  test('by a header, and a misspelt one is no silent nothing', async () => {
    const sandbox = await start()
    expect((await paint(sandbox, 'a fox', { 'x-sandbox-fault': 'blank' })).status).toBe(418)
    const wrong = await paint(sandbox, 'a fox', { 'x-sandbox-fault': 'blanc' })
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('blanc')])
  })

  test('by the control endpoint, until their count is used up or they are deleted', async () => {
    const sandbox = await start()
    const answer = await order(sandbox, { provider: 'alpha', fault: 'empty', count: 1 })
    expect(await answer.json()).toEqual({
      faults: [{ fault: 'empty', provider: 'alpha', share: 1, count: 1 }],
    })
    expect((await paint(sandbox, 'a fox')).status).toBe(418)
    expect((await paint(sandbox, 'a fox')).status).toBe(200)
    await order(sandbox, { fault: 'empty', share: 1 })
    expect((await paint(sandbox, 'a fox')).status).toBe(418)
    const cleared = await control(sandbox, '/faults', { method: 'DELETE' })
    expect(await cleared.json()).toEqual({ faults: [] })
    expect((await paint(sandbox, 'a fox')).status).toBe(200)
  })

  test('a price that changes counts for what comes then, not for what is at work', async () => {
    const begun = Promise.withResolvers<void>()
    const end = Promise.withResolvers<void>()
    const slow = defineEmulator({
      id: 'slow',
      basePath: '',
      async handle({ path }, kit) {
        begun.resolve()
        if (path === '/long') await end.promise
        kit.bill({ model: 'm', images: 1, dollars: '0.04', requestId: path })
        return { status: 200, body: '{}' }
      },
    })
    const sandbox = await start({ emulators: [slow] })
    const long = fetch(`${sandbox.baseUrl('slow')}/long`)
    await begun.promise
    await order(sandbox, { price: 1.5, provider: 'slow' })
    await fetch(`${sandbox.baseUrl('slow')}/short`)
    end.resolve()
    await long
    const bill = sandbox.bill().map(({ requestId, dollars }) => [requestId, dollars])
    expect(bill).toEqual([
      ['/short', '0.06'],
      ['/long', '0.04'],
    ])
  })

  test('by a rate from the start', async () => {
    const sandbox = await start({ faultRate: { 'no-credit': 1 } })
    expect(await (await paint(sandbox, 'a fox')).text()).toBe('no-credit')
  })

  test.each([
    'nonsense',
    {},
    { fault: 'blanc' },
    { fault: 'blank', share: 2 },
    { fault: 'blank', share: '1' },
    { fault: 'blank', count: 0 },
    { fault: 'blank', count: 1.5 },
    { fault: 'blank', provider: 'gamma' },
    { fault: 'blank', percentage: 5 },
    { fault: 'blank', price: 2 },
    { price: 2, share: 0.5 },
    { price: -1 },
  ])('but not by %j', async (body) => {
    expect((await order(await start(), body)).status).toBe(400)
  })
})
