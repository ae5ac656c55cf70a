import { rm } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSafeFetch } from '../src/adapters/safe-fetch/client.ts'
import { KeyRing } from '../src/gateway/key-ring.ts'
import { createApp } from '../src/http/app.ts'
import { createLinks } from '../src/http/links.ts'
import { createMetrics } from '../src/http/metrics.ts'
import { type GatewayStand, openGatewayStand } from '../src/testing/gateway-stand.ts'
import { sampleRow } from '../src/testing/sample-prices.ts'
import { scriptedProvider } from '../src/testing/scripted-provider.ts'
import { scriptedSource, watchOf } from '../src/testing/watch-stand.ts'

const row = (offer: string, usd: string) => sampleRow(usd, { offer, valid_from: '2026-11-20' })
const ours = scriptedSource([])
const broken = scriptedSource([], 'broken')
broken.next = new Error('broken is no JSON')
const http = createSafeFetch()
let stand: GatewayStand
let app: FastifyInstance

const principals = {
  'sk-lister': { keyId: 'key_lister', tenant: 'here', scopes: ['models:read'] },
  'sk-painter': { keyId: 'key_painter', tenant: 'here', scopes: ['images:write'] },
  'sk-admin': { keyId: 'key_admin', tenant: 'default', scopes: ['admin'] },
} as const

beforeAll(async () => {
  const providers = ['cheap', 'dear'].map((id) =>
    scriptedProvider({ id, usd: id === 'cheap' ? '0.010' : '0.012' }),
  )
  stand = await openGatewayStand({ providers })
  const parts = { keys: stand.stores.keys, clock: stand.clock, sha256: stand.gateway.deps.sha256 }
  const fixed = Object.entries(principals).map(([secret, principal]) => ({ secret, principal }))
  app = await createApp(
    {
      gateway: stand.gateway,
      keyRing: new KeyRing(parts, fixed),
      links: createLinks('secret'),
      priceWatch: watchOf(stand, [ours, broken]),
      metrics: createMetrics(stand.gateway.deps),
      http,
      version: '1.2.3',
      bodyExtension: true,
      instance: 'here',
      isSandbox: false,
      isLocal: true,
    },
    pino({ level: 'silent' }),
  )
  const made = await stand.ask({ purpose: 'hero' })
  made.release()
  ours.next = [row('cheap/painter', '0.015'), row('dear/painter', '0.12')]
})
afterAll(async () => {
  await app.close()
  await stand.close()
  await http.close()
  await rm(stand.home, { recursive: true, force: true })
})

async function ask(path: string, { key = 'sk-lister', body = undefined as unknown } = {}) {
  const answer = await app.inject({
    method: body === undefined ? 'GET' : 'POST',
    url: path,
    headers: { authorization: `Bearer ${key}` },
    ...(body === undefined ? {} : { payload: body as object }),
  })
  return { status: answer.statusCode, body: answer.json() }
}
const order = (path: string, body: unknown, key = 'sk-admin') => ask(path, { key, body })

describe('who may', () => {
  test.each(['changes', 'sources', 'held'])('read %s: keys that may list models', async (name) => {
    expect((await ask(`/v1/prices/${name}`)).status).toBe(200)
    expect((await ask(`/v1/prices/${name}`, { key: 'sk-painter' })).status).toBe(403)
    const without = await app.inject({ url: `/v1/prices/${name}` })
    expect(without.statusCode).toBe(401)
  })

  test.each([
    ['sync', {}],
    ['held/qrn_1', { decision: 'confirm' }],
  ])('order %s: only operators', async (path, body) => {
    const { status, body: refusal } = await order(`/v1/prices/${path}`, body, 'sk-lister')
    expect([status, refusal.error.code]).toEqual([403, 'permission_denied'])
    expect(ours.looks).toBe(0)
  })
})

test('before any look no source was read, nothing changed and nothing waits', async () => {
  const { body } = await ask('/v1/prices/sources')
  expect(body.data).toMatchObject([
    {
      ...{ id: 'ours', object: 'price.source', trust: 'vendor', every_seconds: 60 },
      ...{ fetched_at: null, age_seconds: null, failures: 0, error: null },
    },
    { id: 'broken' },
  ])
  const [changes, held] = [await ask('/v1/prices/changes'), await ask('/v1/prices/held')]
  expect([changes.body, held.body]).toEqual([
    { object: 'list', data: [], has_more: false },
    { object: 'list', data: [] },
  ])
})

describe('after a look that an operator asked for', () => {
  test('the answer has what changed, what waits, and what could not be read', async () => {
    const { status, body } = await order('/v1/prices/sync', {})
    expect(status).toBe(200)
    expect(body.data).toMatchObject([
      { offer: 'cheap/painter', kind: 'raised', state: 'applied', source: 'ours' },
      { offer: 'dear/painter', state: 'quarantined', reasons: [{ code: 'unit_error' }] },
    ])
    expect(body.sources).toMatchObject([
      { id: 'ours', failures: 0, age_seconds: 0 },
      { id: 'broken', fetched_at: null, failures: 1, error: 'broken is no JSON' },
    ])
  })

  test('one source can be asked by itself, and no body means all', async () => {
    const before = [ours.looks, broken.looks]
    await order('/v1/prices/sync', { source: 'ours' })
    expect([ours.looks, broken.looks]).toEqual([(before[0] ?? 0) + 1, before[1]])
    const headers = { authorization: 'Bearer sk-admin' }
    const answer = await app.inject({ method: 'POST', url: '/v1/prices/sync', headers })
    expect([answer.statusCode, broken.looks]).toEqual([200, (before[1] ?? 0) + 1])
  })

  test('changes come page by page and by what they are', async () => {
    const { body } = await ask('/v1/prices/changes')
    expect(body.data).toHaveLength(2)
    const [first] = body.data
    const one = await ask('/v1/prices/changes?limit=1')
    expect(one.body).toEqual({ object: 'list', data: [first], has_more: true })
    const two = await ask(`/v1/prices/changes?limit=1&after=${first.id}`)
    expect(two.body).toEqual({ object: 'list', data: [body.data[1]], has_more: false })
    const states = async (query: string) =>
      (await ask(`/v1/prices/changes?${query}`)).body.data.map(
        ({ state }: { readonly state: string }) => state,
      )
    expect(await states('offer=cheap/painter')).toEqual(['applied'])
    expect(await states('state=quarantined')).toEqual(['quarantined'])
    expect(await states('kind=cut')).toEqual([])
  })

  test('the effect on the traffic of all tenants is for operators', async () => {
    const path = '/v1/prices/changes?state=applied'
    expect((await ask(path, { key: 'sk-admin' })).body.data[0].effect).toMatchObject({
      ...{ calls_30d: 1, monthly_dollars: '0.005', is_estimate: true },
      rerouted: [{ purpose: 'hero', from: 'cheap/painter', to: 'dear/painter' }],
    })
    expect((await ask(path)).body.data[0].effect).toBeNull()
  })

  test('what waits says why, and acts once it is confirmed', async () => {
    const { body } = await ask('/v1/prices/held')
    expect(body.data).toMatchObject([
      {
        ...{ object: 'price.held', state: 'held', offer: 'dear/painter', source: 'ours' },
        reasons: [{ code: 'unit_error', text: expect.stringContaining('times 10') }],
        standing: { components: [{ usd: '0.012' }] },
        candidate: [{ components: [{ usd: '0.12' }] }],
      },
    ])
    const [{ id }] = body.data
    const { body: decided } = await order(`/v1/prices/held/${id}`, { decision: 'confirm' })
    expect(decided.data).toMatchObject([{ offer: 'dear/painter', state: 'applied' }])
    const prices = await ask('/v1/prices?model=dear/painter')
    expect(JSON.stringify(prices.body.data)).toContain('"usd":"0.12"')
  })

  test('what is refused never acts', async () => {
    ours.next = [row('cheap/painter', '0.15'), row('dear/painter', '0.12')]
    await order('/v1/prices/sync', { source: 'ours' })
    const waiting = (await ask('/v1/prices/held')).body.data.find(
      ({ state }: { readonly state: string }) => state === 'held',
    )
    const refused = await order(`/v1/prices/held/${waiting.id}`, { decision: 'refuse' })
    expect([refused.status, refused.body.data]).toEqual([200, []])
    expect((await order('/v1/prices/sync', { source: 'ours' })).body.data).toEqual([])
    const item = (await ask('/v1/prices/held')).body.data.find(
      ({ id }: { readonly id: string }) => id === waiting.id,
    )
    expect(item).toMatchObject({ state: 'refused', decided_by: 'key_admin' })
  })
})

describe('bad input', () => {
  test.each([
    ['limit', 'limit=0'],
    ['limit', 'limit=201'],
    ['limit', 'limit=some'],
    ['kind', 'kind=dearer'],
    ['state', 'state=held'],
    ['offer', 'offer='],
    ['after', 'after=here'],
    ['colour', 'colour=red'],
  ])('a wrong %s of changes is refused by name: %s', async (param, query) => {
    const { status, body } = await ask(`/v1/prices/changes?${query}`)
    expect([status, body.error.param]).toEqual([400, param])
  })

  test.each<[string, string, unknown]>([
    ['decision', 'held/qrn_1', { decision: 'maybe' }],
    ['decision', 'held/qrn_1', {}],
    ['reason', 'held/qrn_1', { decision: 'confirm', reason: 'so' }],
    ['source', 'sync', { source: 7 }],
    ['source', 'sync', { source: '' }],
    ['sources', 'sync', { sources: ['ours'] }],
  ])('a wrong %s of %s is refused by name', async (param, path, body) => {
    const answer = await order(`/v1/prices/${path}`, body)
    expect([answer.status, answer.body.error.param]).toEqual([400, param])
  })

  test.each([
    ['id', 'held/qrn_none', { decision: 'confirm' }],
    ['source', 'sync', { source: 'theirs' }],
  ])('an unknown %s is not found', async (param, path, body) => {
    const answer = await order(`/v1/prices/${path}`, body)
    const { code, param: named } = answer.body.error
    expect([answer.status, code, named]).toEqual([404, 'not_found', param])
  })
})
