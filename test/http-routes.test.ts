import { rm } from 'node:fs/promises'
import { type FastifyInstance, fastify } from 'fastify'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createSafeFetch } from '../src/adapters/safe-fetch/client.ts'
import { GatewayError } from '../src/core/errors/gateway-error.ts'
import { KeyRing } from '../src/gateway/key-ring.ts'
import { createApp } from '../src/http/app.ts'
import { addAuth } from '../src/http/auth.ts'
import { createLinks } from '../src/http/links.ts'
import { createMetrics } from '../src/http/metrics.ts'
import { addRoutes, defineRoute, readWith } from '../src/http/route.ts'
import { type GatewayStand, openGatewayStand } from '../src/testing/gateway-stand.ts'
import { scriptedProvider } from '../src/testing/scripted-provider.ts'
import { watchOf } from '../src/testing/watch-stand.ts'

const http = createSafeFetch()
let stand: GatewayStand
let keyRing: KeyRing
beforeAll(async () => {
  stand = await openGatewayStand({ providers: [scriptedProvider()] })
  const { stores, clock, gateway } = stand
  const principal = { keyId: 'key_reader', tenant: 'here', scopes: ['models:read'] as const }
  const parts = { keys: stores.keys, clock, sha256: gateway.deps.sha256 }
  keyRing = new KeyRing(parts, [{ secret: 'sk-reader', principal }])
})
afterAll(async () => {
  await stand.close()
  await http.close()
  await rm(stand.home, { recursive: true, force: true })
})

const handler = async () => ({ ok: true })

/** The whole server, not yet listening. */
const createServer = (): Promise<FastifyInstance> =>
  createApp(
    {
      gateway: stand.gateway,
      keyRing,
      links: createLinks('secret'),
      priceWatch: watchOf(stand),
      metrics: createMetrics(stand.gateway.deps),
      http,
      version: '1.2.3',
      bodyExtension: true,
      instance: 'here',
      isSandbox: true,
      isLocal: true,
    },
    pino({ level: 'silent' }),
  )

describe('a route without a policy', () => {
  test.each(['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS'])('cannot be added: %s', (method) => {
    const app = fastify()
    addAuth(app, keyRing, () => undefined)
    expect(() => app.route({ method, url: '/open', handler })).toThrow(/declares no policy/)
  })

  test('cannot be added by a plugin either', async () => {
    const app = fastify()
    addAuth(app, keyRing, () => undefined)
    app.register(async (inner) => {
      inner.get('/open', handler)
    })
    await expect(app.ready()).rejects.toThrow(/declares no policy/)
  })

  test('cannot be added to the server that we run', async () => {
    const app = await createServer()
    expect(() => app.get('/open', handler)).toThrow(/declares no policy/)
    await app.close()
  })
})

describe('a policy', () => {
  test('holds for HEAD as it holds for GET', async () => {
    const app = fastify({ exposeHeadRoutes: true })
    addAuth(app, keyRing, () => undefined)
    const shared = { method: 'GET', answers: [], handler } as const
    addRoutes(app, [
      defineRoute({ ...shared, url: '/open', policy: 'public', summary: '' }),
      defineRoute({ ...shared, url: '/models', policy: 'models:read', summary: '' }),
      defineRoute({ ...shared, url: '/images', policy: 'images:read', summary: '' }),
    ])
    const statusOf = async (url: string, key?: string): Promise<readonly number[]> => {
      const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
      const methods = ['GET', 'HEAD'] as const
      const answers = methods.map((method) => app.inject({ method, url, headers }))
      return (await Promise.all(answers)).map(({ statusCode }) => statusCode)
    }
    app.setErrorHandler((error, _request, reply) => {
      reply.status(GatewayError.isInstance(error) ? error.entry.status : 500).send({})
    })
    expect(await statusOf('/open')).toEqual([200, 200])
    expect(await statusOf('/models')).toEqual([401, 401])
    expect(await statusOf('/models', 'sk-reader')).toEqual([200, 200])
    expect(await statusOf('/images', 'sk-reader')).toEqual([403, 403])
    await app.close()
  })

  test.each([
    'Bearer',
    'Bearer ',
    'bearer: sk-reader',
    'Basic c2stcmVhZGVy',
    'sk-reader',
    'Bearer sk-reader extra',
    'Bearer SK-READER',
    `Bearer ${'x'.repeat(600)}`,
  ])('is not met by the header %j', async (authorization) => {
    const app = await createServer()
    const answer = await app.inject({ url: '/v1/models', headers: { authorization } })
    expect(answer.statusCode).toBe(401)
    expect(answer.json()).toMatchObject({ error: { code: 'invalid_api_key' } })
    await app.close()
  })
})

describe('a value that is read', () => {
  const schema = z.strictObject({ n: z.number(), inner: z.strictObject({ a: z.string() }) })

  test.each([
    ['no object', [], 'invalid_json', undefined],
    ['nothing', undefined, 'invalid_json', undefined],
    ['a wrong type', { n: 'x', inner: { a: '' } }, 'invalid_request', 'n'],
    ['a wrong type inside', { n: 1, inner: { a: 2 } }, 'invalid_request', 'inner.a'],
    ['an unknown member', { n: 1, inner: { a: '' }, m: 1 }, 'unsupported_parameter', 'm'],
    ['one inside', { n: 1, inner: { a: '', b: 1 } }, 'unsupported_parameter', 'inner.b'],
  ])('names what is wrong with %s', (_, value, code, param) => {
    try {
      readWith(schema, value)
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ code, param })
    }
  })
})
