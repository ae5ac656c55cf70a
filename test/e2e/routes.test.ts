import { hash } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/adapters/database/open-database.ts'
import { type ApiDescription, operationsOf, pathOf } from './api-description.ts'
import { type Answer, exchange, jsonOf } from './exchange.ts'
import { makeKeys } from './keys.ts'
import { expectRefusal } from './refusal.ts'
import {
  clearStand,
  type Database,
  databaseKinds,
  makeDatabase,
  type Stand,
  startStand,
} from './stand.ts'

/** Everything that needs no key: health, and what tells a stranger how to call. */
const PUBLIC = ['/', '/livez', '/readyz', '/metrics', '/openapi.json', '/docs/errors']
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
/** A revoked key stops working within this time. */
const REVOCATION_MS = 1_000

describe.each(databaseKinds())('on %s', (kind) => {
  let database: Database
  let stand: Stand
  let keys: Readonly<Record<keyof typeof WANTED, string>>
  let api: ApiDescription
  let imageId: string
  let requestId: string

  const WANTED = {
    owner: { tenant: 'one', scopes: ['images:write', 'images:read', 'models:read'] },
    other: { tenant: 'two', scopes: ['images:write', 'images:read', 'models:read'] },
    reader: { tenant: 'one', scopes: ['images:read'] },
    writer: { tenant: 'one', scopes: ['images:write'] },
    lister: { tenant: 'one', scopes: ['models:read'] },
    revoked: { tenant: 'one', scopes: ['admin'], isRevoked: true },
  } as const

  const ask = (path: string, key?: string, method = 'GET', body?: string): Promise<Answer> =>
    exchange(stand.url, {
      method,
      path,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
    })

  beforeAll(async () => {
    database = await makeDatabase(kind)
    stand = await startStand({ database })
    keys = await makeKeys(stand, database, WANTED)
    api = jsonOf(await ask('/openapi.json')) as unknown as ApiDescription
    const asked = '{"prompt":"a cup","model":"gpt-image-1-mini"}'
    const made = await ask('/v1/images/generations', keys.owner, 'POST', asked)
    const { keeprate } = jsonOf(made) as unknown as {
      readonly keeprate: { readonly request_id: string; readonly images: readonly [string] }
    }
    imageId = keeprate.images[0]
    requestId = keeprate.request_id
  })
  afterAll(async () => {
    await clearStand(stand)
    await database.drop()
  })

  const operations = () => operationsOf(api, { imageId, requestId })

  test('every route is refused without a good key, but for the public ones', async () => {
    const bad = [undefined, 'wrong', 'sk-keeprate-', keys.revoked, `${keys.owner}x`]
    const closed = operations().filter(({ pattern }) => !PUBLIC.includes(pattern))
    expect(closed.length).toBeGreaterThan(10)
    for (const { path, method } of closed) {
      for (const key of bad) {
        const answer = await ask(path, key, method, method === 'POST' ? '{}' : undefined)
        expect([method, path, key, answer.status]).toEqual([method, path, key, 401])
        const refusal = { status: 401, code: 'invalid_api_key', param: null }
        if (method !== 'HEAD') expectRefusal(answer, refusal)
      }
    }
  })

  test('public routes are exactly those that say so', async () => {
    for (const { pattern, path, method } of operations()) {
      const { security } = api.paths[pattern]?.[method.toLowerCase().replace('head', 'get')] ?? {}
      expect([pattern, security === undefined]).toEqual([pattern, PUBLIC.includes(pattern)])
      if (security === undefined) expect((await ask(path, undefined, method)).status).toBe(200)
    }
  })

  test('every scope opens its routes and no others', async () => {
    const cases = [
      ['POST', '/v1/images/generations', ['owner', 'other', 'writer']],
      ['POST', '/v1/images/edits', ['owner', 'other', 'writer']],
      ['POST', '/v1/images/variations', ['owner', 'other', 'writer']],
      ['GET', `/v1/images/${imageId}`, ['owner', 'other', 'reader']],
      ['GET', `/v1/images/${imageId}/content`, ['owner', 'other', 'reader']],
      ['GET', `/v1/requests/${requestId}`, ['owner', 'other', 'reader']],
      ['GET', '/v1/requests', ['owner', 'other', 'reader']],
      ['POST', '/v1/images/quote', ['owner', 'other', 'writer']],
      ['GET', '/v1/prices', ['owner', 'other', 'lister']],
      ['GET', '/v1/models', ['owner', 'other', 'lister']],
      ['GET', '/v1/models/gpt-image-2', ['owner', 'other', 'lister']],
    ] as const
    for (const [method, path, allowed] of cases) {
      for (const name of ['owner', 'other', 'reader', 'writer', 'lister'] as const) {
        const answer = await ask(path, keys[name], method, method === 'POST' ? '{}' : undefined)
        const isAllowed = (allowed as readonly string[]).includes(name)
        expect([path, name, answer.status !== 403]).toEqual([path, name, isAllowed])
        const refusal = { status: 403, code: 'permission_denied', param: null }
        if (!isAllowed) expectRefusal(answer, refusal)
      }
    }
  })

  test("another tenant's picture and receipt are like unknown ones", async () => {
    const nameless = (answer: Answer): string =>
      answer.body
        .toString('utf8')
        .replaceAll(/(img|req)_[0-9a-z]{36}/g, '$1')
        .replaceAll(answer.headers['x-request-id'] ?? '', '')
    const others = [
      `/v1/images/${imageId}`,
      `/v1/images/${imageId}/content`,
      `/v1/requests/${requestId}`,
    ]
    for (const path of others) {
      const unknown = path.replace(/_.{36}/, `_${'0'.repeat(36)}`)
      const [foreign, none] = [await ask(path, keys.other), await ask(unknown, keys.other)]
      expect([path, foreign.status, none.status]).toEqual([path, 404, 404])
      expect(nameless(foreign)).toBe(nameless(none))
      expect((await ask(path, keys.owner)).status).toBe(200)
    }
    const idsOf = async (path: string, key: string): Promise<readonly string[]> =>
      (jsonOf(await ask(path, key)).data as readonly { readonly id: string }[]).map(({ id }) => id)
    expect(await idsOf('/v1/requests', keys.owner)).toContain(requestId)
    expect(await idsOf('/v1/requests', keys.other)).not.toContain(requestId)
    expect(await idsOf(`/v1/requests?after=${requestId}`, keys.other)).toEqual([])
  })

  test('an equal request of another tenant is not answered from the cache', async () => {
    const asked = '{"prompt":"shared words","model":"gpt-image-1-mini"}'
    const route = '/v1/images/generations'
    const answers = [
      await ask(route, keys.owner, 'POST', asked),
      await ask(route, keys.other, 'POST', asked),
      await ask(route, keys.owner, 'POST', asked),
    ]
    const hits = answers.map(({ headers }) => headers['x-keeprate-cache'])
    expect(hits).toEqual(['MISS', 'MISS', 'HIT exact'])
  })

  test('other methods are refused, and the answer says which there are', async () => {
    const known = operations()
    for (const pattern of Object.keys(api.paths)) {
      const path = pathOf(pattern, { imageId, requestId })
      const own = known.filter((one) => one.pattern === pattern).map(({ method }) => method)
      for (const method of METHODS.filter((name) => !own.includes(name))) {
        const answer = await ask(path, keys.owner, method)
        // A fixed path may also be an id by its form: /v1/images/generations.
        if (answer.status === 404) continue
        expect([method, path, answer.status]).toEqual([method, path, 405])
        const allowed = answer.headers.allow?.split(', ') ?? []
        expect(allowed).toEqual(expect.arrayContaining(own))
        expect(allowed).not.toContain(method)
      }
    }
  })

  test('a revoked key stops working at once', async () => {
    const { late } = await makeKeys(stand, database, {
      late: { scopes: ['models:read'] },
    })
    expect((await ask('/v1/models', late)).status).toBe(200)
    const stores = await openDatabase(database.url ?? join(stand.home, 'keeprate.db'))
    const digest = hash('sha256', late, 'hex')
    const key = (await stores.keys.list()).find((one) => one.digest === digest)
    await stores.keys.revoke(key?.id ?? '', Date.now())
    await stores.close()
    const revokedAt = performance.now()
    for (let status = 200; status !== 401; ) {
      const askedAt = performance.now()
      status = (await ask('/v1/models', late)).status
      if (status === 200) expect(askedAt - revokedAt).toBeLessThan(REVOCATION_MS)
    }
  })
})
