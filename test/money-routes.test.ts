import { describe, expect, test } from 'vitest'
import { until } from '../src/testing/gateway-stand.ts'
import { scriptedProvider } from '../src/testing/scripted-provider.ts'
import { type Asked, type HttpStand, withHttpStand } from './http-stand.ts'

const path = '/v1/images/generations'
const admin = { headers: { authorization: 'Bearer sk-admin' } }

const withServer = (use: (stand: HttpStand) => Promise<void>) =>
  withHttpStand({ providers: [scriptedProvider()] }, use)

const jsonOf = async (answer: Promise<Response>) =>
  (await (await answer).json()) as Readonly<Record<string, never>>

let count = 0
/** Asks for a picture that nobody has asked for before. */
function generate(stand: HttpStand, secret?: string, more: object = {}): Promise<Response> {
  count += 1
  const headers = secret === undefined ? {} : { headers: { authorization: `Bearer ${secret}` } }
  return stand.ask('POST', path, { ...headers, body: { prompt: `picture ${count}`, ...more } })
}

const asAdmin = (stand: HttpStand, method: string, to: string, body?: unknown) =>
  stand.ask(method, to, { ...admin, ...(body === undefined ? {} : { body }) } satisfies Asked)

describe('budgets', () => {
  test('are set, shown with what they took, changed and removed', () =>
    withServer(async (stand) => {
      const wanted = { scope: 'key:key_here', per: 'day', limit: '0.02', time_zone: 'Asia/Kolkata' }
      const made = await jsonOf(asAdmin(stand, 'POST', '/v1/budgets', wanted))
      expect(made).toMatchObject({ ...wanted, spent: '0', remaining: '0.02', configured: false })
      expect(made.window).toEqual({
        ...{ from: '2026-11-19T18:30:00.000Z', to: '2026-11-20T18:30:00.000Z' },
      })
      const answer = await generate(stand)
      expect(answer.headers.get('x-keeprate-budget-remaining')).toBe('0.01')
      const { keeprate } = await jsonOf(Promise.resolve(answer))
      expect(keeprate).toMatchObject({ budget_remaining: '0.01' })
      const one = `/v1/budgets/${made.id}`
      const taken = { spent: '0.01', held: '0', remaining: '0.01' }
      expect(await jsonOf(asAdmin(stand, 'GET', one))).toMatchObject(taken)
      const changed = await jsonOf(asAdmin(stand, 'POST', one, { limit: '0.015' }))
      expect(changed).toMatchObject({ id: made.id, limit: '0.015', remaining: '0.005' })
      const list = await jsonOf(asAdmin(stand, 'GET', '/v1/budgets?limit=1'))
      expect(list).toMatchObject({ object: 'list', data: [changed], has_more: false })
      expect(await jsonOf(asAdmin(stand, 'DELETE', one))).toMatchObject({ deleted: true })
      expect((await asAdmin(stand, 'GET', one)).status).toBe(404)
      expect((await asAdmin(stand, 'DELETE', one)).status).toBe(404)
      expect((await generate(stand)).headers.get('x-keeprate-budget-remaining')).toBeNull()
    }))

  test('whose scope is nearly a known name, or no key, are taken and doubted', () =>
    withServer(async (stand) => {
      const body = { name: 'shop', tenant: 'here', team: 'design' }
      const rights = { models: ['painter', 'acme/*', 'paimter'], purposes: ['hero', 'Product'] }
      const key = await jsonOf(asAdmin(stand, 'POST', '/v1/keys', { ...body, ...rights }))
      expect(key.warnings).toMatchObject([{ param: 'models' }, { param: 'purposes' }])
      const { id } = key
      const doubts = {
        ...{ 'purpose:thumbnal': 'Was "thumbnail" meant?', 'purpose:cards': undefined },
        ...{ 'provider:acne': 'No provider', 'provider:zeta': 'No provider' },
        ...{ [`key:${id}`]: undefined, 'key:shop': `key:${id}`, 'key:key_here': undefined },
        ...{ [`key:key_${'0'.repeat(36)}`]: 'No key', 'team:desgn': 'Was "design" meant?' },
        ...{ 'tenant:here': undefined, 'tenant:other': undefined, 'tag:a=b': undefined },
      }
      for (const [scope, doubt] of Object.entries(doubts)) {
        const wanted = { scope, per: 'day', limit: '1' }
        const made = await jsonOf(asAdmin(stand, 'POST', '/v1/budgets', wanted))
        const warning = { code: 'name_unknown', message: expect.stringContaining(`${doubt}`) }
        const warnings = doubt === undefined ? [] : [warning]
        expect(made, scope).toMatchObject({ scope, warnings })
      }
      const order = { kind: 'ban', offer: 'acme', purpose: 'Product' }
      const banned = await jsonOf(asAdmin(stand, 'POST', '/v1/route/orders', order))
      expect(banned.warnings).toMatchObject([{ param: 'purpose' }])
      const slipped = { ...order, offer: 'acme/paimter' }
      expect(await jsonOf(asAdmin(stand, 'POST', '/v1/route/orders', slipped))).toMatchObject({
        error: { message: expect.stringContaining('did you mean acme/painter?') },
      })
    }))

  test('that are exhausted are told in full, and not to be asked again', () =>
    withServer(async (stand) => {
      await asAdmin(stand, 'POST', '/v1/budgets', { scope: 'total', per: 'hour', limit: '0.005' })
      const tight = { scope: 'tenant:here', per: 'hour', limit: '0.01' }
      await asAdmin(stand, 'POST', '/v1/budgets', tight)
      const total = await jsonOf(asAdmin(stand, 'GET', '/v1/budgets'))
      expect(total.data).toHaveLength(2)
      await asAdmin(stand, 'POST', '/v1/budgets', { scope: 'total', per: 'hour', limit: '1' })
      expect((await generate(stand)).status).toBe(200)
      await stand.clock.advance(600_000)
      const refused = await generate(stand)
      expect(refused.status).toBe(429)
      expect(Object.fromEntries(refused.headers)).toMatchObject({
        ...{ 'x-should-retry': 'false', 'x-keeprate-budget-remaining': '0' },
        ...{ 'retry-after': '3000', 'retry-after-ms': '3000000' },
      })
      const { error } = await jsonOf(Promise.resolve(refused))
      expect(error).toMatchObject({
        ...{ code: 'insufficient_quota', type: 'insufficient_quota' },
        resets_at: '2026-11-20T13:00:00.000Z',
      })
    }))

  test('refuse with 402 by setting; what is too large for all of one rings no bell', () =>
    withHttpStand({ providers: [scriptedProvider()], budgetStatus: 402 }, async (stand) => {
      await asAdmin(stand, 'POST', '/v1/budgets', { scope: 'total', per: 'day', limit: '0.02' })
      const told = () => stand.events.filter(({ kind }) => kind === 'budget-threshold')
      const large = await generate(stand, undefined, { n: 3 })
      const headers = ['x-should-retry', 'retry-after'].map((name) => large.headers.get(name))
      expect([large.status, ...headers]).toEqual([402, 'false', null])
      const { error } = await jsonOf(Promise.resolve(large))
      expect(error).toMatchObject({ code: 'insufficient_quota', type: 'insufficient_quota' })
      expect((await generate(stand)).status).toBe(200)
      await until(() => told().length > 0)
      expect((await generate(stand, undefined, { n: 2 })).status).toBe(402)
      await until(() => told().length > 1)
      expect(told()).toMatchObject([
        { percent: 50, spentNano: 10_000_000n },
        { percent: 100, spentNano: 10_000_000n, limitNano: 20_000_000n },
      ])
    }))

  test('that mean nothing are a 400 that names what is wrong', () =>
    withServer(async (stand) => {
      for (const [body, param] of [
        [{ scope: 'nobody', per: 'day', limit: '1' }, 'scope'],
        [{ scope: 'total', per: 'year', limit: '1' }, 'per'],
        [{ scope: 'total', per: 'day' }, 'limit'],
        [{ scope: 'total', per: 'day', limit: '1', zone: 'UTC' }, 'zone'],
      ] as const) {
        const answer = await asAdmin(stand, 'POST', '/v1/budgets', body)
        const { error } = (await answer.json()) as { readonly error: { readonly param: string } }
        expect([answer.status, error.param]).toEqual([400, param])
      }
    }))
})

describe('keys', () => {
  test('are made, used, limited, changed, rotated and revoked', () =>
    withServer(async (stand) => {
      const limits = { requests_per_minute: 2 }
      const wanted = { name: 'shop', tenant: 'shop', team: 'design', models: ['acme/*'], limits }
      const { secret, ...key } = await jsonOf(asAdmin(stand, 'POST', '/v1/keys', wanted))
      expect(key).toMatchObject({ ...wanted, limits: expect.objectContaining(limits) })
      const first = await generate(stand, secret)
      expect(first.status).toBe(200)
      expect(first.headers.get('x-ratelimit-limit-requests')).toBe('2')
      expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('1')
      expect(first.headers.get('x-ratelimit-reset-requests')).toBe('30s')
      await generate(stand, secret)
      const refused = await generate(stand, secret)
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30'])
      expect(refused.headers.get('x-ratelimit-remaining-requests')).toBe('0')
      const one = `/v1/keys/${key.id}`
      const changed = await jsonOf(asAdmin(stand, 'POST', one, { limits: null, models: ['x/*'] }))
      expect(changed).toMatchObject({ models: ['x/*'], limits: { requests_per_minute: null } })
      await stand.clock.advance(500)
      expect((await generate(stand, secret)).status).toBe(403)
      await asAdmin(stand, 'POST', one, { models: null })
      const rotated = await jsonOf(asAdmin(stand, 'POST', `${one}/rotate`, { grace_s: 60 }))
      expect(rotated).toMatchObject({ id: key.id, team: 'design' })
      await stand.clock.advance(500)
      for (const good of [secret, rotated.secret]) {
        expect((await generate(stand, good)).status).toBe(200)
      }
      await stand.clock.advance(60_000)
      expect((await generate(stand, secret)).status).toBe(401)
      expect((await generate(stand, rotated.secret)).status).toBe(200)
      const shown = JSON.stringify(await jsonOf(asAdmin(stand, 'GET', '/v1/keys')))
      expect(shown).toContain(key.id)
      for (const kept of [secret, rotated.secret]) expect(shown).not.toContain(kept)
      expect((await asAdmin(stand, 'DELETE', one)).status).toBe(200)
      await stand.clock.advance(500)
      expect((await generate(stand, rotated.secret)).status).toBe(401)
      for (const [method, to] of [
        ['DELETE', one],
        ['POST', one],
        ['POST', `${one}/rotate`],
      ] as const) {
        const late = await asAdmin(stand, method, to, method === 'POST' ? {} : undefined)
        expect([method, to, late.status]).toEqual([method, to, 404])
      }
    }))

  test('expire by themselves, and never lie in the past', () =>
    withServer(async (stand) => {
      const at = (ms: number) => new Date(stand.clock.now() + ms).toISOString()
      const past = await asAdmin(stand, 'POST', '/v1/keys', { name: 'a', expires_at: at(-1) })
      expect(past.status).toBe(400)
      const wanted = { name: 'a', expires_at: at(60_000) }
      const { secret } = await jsonOf(asAdmin(stand, 'POST', '/v1/keys', wanted))
      expect((await generate(stand, secret)).status).toBe(200)
      await stand.clock.advance(60_000)
      expect((await generate(stand, secret)).status).toBe(401)
    }))

  test('without the scope admin reach none of this', () =>
    withServer(async (stand) => {
      for (const to of ['/v1/keys', '/v1/budgets', '/v1/keys/key_x', '/v1/budgets/bud_x']) {
        expect((await stand.ask('GET', to)).status).toBe(403)
        expect((await stand.ask('POST', to, { body: {} })).status).toBe(403)
        expect((await asAdmin(stand, 'GET', to)).status).not.toBe(403)
      }
    }))
})
