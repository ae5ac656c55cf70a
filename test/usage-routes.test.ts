import { rm } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSafeFetch } from '../src/adapters/safe-fetch/client.ts'
import type { RequestDraft } from '../src/core/request/request-draft.ts'
import { KeyRing } from '../src/gateway/key-ring.ts'
import { createApp } from '../src/http/app.ts'
import { createLinks } from '../src/http/links.ts'
import { createMetrics } from '../src/http/metrics.ts'
import { type GatewayStand, openGatewayStand } from '../src/testing/gateway-stand.ts'
import { noisePng } from '../src/testing/noise-png.ts'
import { failed, produced, scriptedProvider } from '../src/testing/scripted-provider.ts'
import { watchOf } from '../src/testing/watch-stand.ts'
import { shapeFlaws } from './e2e/openai-shapes.ts'

const http = createSafeFetch()
let stand: GatewayStand
let app: FastifyInstance
let dayOfTest: string
/** Answers of the provider, in their order; pictures when none is left. */
const plays: ('fail' | 'dear')[] = []
let seed = 0

const principals = {
  'sk-here': { keyId: 'key_here', tenant: 'here', scopes: ['images:read'] },
  'sk-there': { keyId: 'key_there', tenant: 'there', scopes: ['images:read'] },
  'sk-admin': { keyId: 'key_admin', tenant: 'default', scopes: ['admin'] },
  'sk-lister': { keyId: 'key_lister', tenant: 'here', scopes: ['models:read'] },
} as const

beforeAll(async () => {
  const provider = scriptedProvider({
    id: 'acme',
    usd: '0.03',
    play: async ({ n }) => {
      const play = plays.shift()
      if (play === 'fail') return failed('overloaded')
      const images = Array.from({ length: n }, () => {
        seed += 1
        return noisePng({ width: 16, height: 16 }, seed)
      })
      return produced(images, play === 'dear' ? { reportedDollars: '0.031' } : {})
    },
  })
  stand = await openGatewayStand({ providers: [provider] })
  dayOfTest = new Date(stand.clock.now()).toISOString().slice(0, 10)
  const parts = { keys: stand.stores.keys, clock: stand.clock, sha256: stand.gateway.deps.sha256 }
  const fixed = Object.entries(principals).map(([secret, principal]) => ({ secret, principal }))
  app = await createApp(
    {
      gateway: stand.gateway,
      keyRing: new KeyRing(parts, fixed),
      links: createLinks('secret'),
      priceWatch: watchOf(stand),
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
  await make({ prompt: 'one', purpose: 'hero' }, 'here', 'key_a')
  await make({ prompt: 'two', n: 2 }, 'here', 'key_b')
  await make({ prompt: 'one', purpose: 'hero', cache: 'only' }, 'here', 'key_a')
  plays.push('dear')
  await make({ prompt: 'three', purpose: 'hero' }, 'there', 'key_c')
  plays.push('fail')
  await make({ prompt: 'four' }, 'here', 'key_a')
})
afterAll(async () => {
  await app.close()
  await stand.close()
  await http.close()
  await rm(stand.home, { recursive: true, force: true })
})

async function make(draft: Partial<RequestDraft>, tenant: string, keyId: string): Promise<void> {
  try {
    const result = await stand.ask(draft, { tenant, keyId })
    result.release()
  } catch {
    // The one that fails is counted as well.
  }
}

async function ask(path: string, key = 'sk-here') {
  const answer = await app.inject({ url: path, headers: { authorization: `Bearer ${key}` } })
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() }
}

describe('GET /v1/usage', () => {
  test('a key sees the usage of its tenant, an operator that of all', async () => {
    const here = await ask('/v1/usage')
    expect(here.body.total).toMatchObject({
      requests: 4,
      failed_requests: 1,
      delivered_images: 4,
      cached_images: 1,
      failed_attempts: 1,
      images: 3,
      cost: '0.09',
      cost_by_book: '0.09',
      cost_reported: '0',
      cost_suspected: '0',
    })
    expect((await ask('/v1/usage', 'sk-there')).body.total.cost).toBe('0.031')
    expect((await ask('/v1/usage', 'sk-admin')).body.total.cost).toBe('0.121')
    expect((await ask('/v1/usage?tenant=there', 'sk-admin')).body.total.cost).toBe('0.031')
    expect((await ask('/v1/usage?tenant=there')).body.error).toMatchObject({
      code: 'permission_denied',
      param: 'tenant',
    })
    expect((await ask('/v1/usage', 'sk-lister')).status).toBe(403)
  })

  test('it says which book it shows, and shows another only when asked', async () => {
    const { body, headers } = await ask('/v1/usage')
    expect([body.book, headers['x-keeprate-book']]).toEqual(['real', 'real'])
    const simulated = await ask('/v1/usage?book=simulated')
    expect(simulated.body).toMatchObject({ book: 'simulated', data: [], total: { cost: '0' } })
  })

  test('rows of every grouping add up to the total', async () => {
    const groupings = ['day', 'hour', 'model', 'provider,model', 'key', 'purpose', 'size,quality']
    for (const group of [...groupings, 'day,key,purpose,operation']) {
      const { body } = await ask(`/v1/usage?group_by=${group}&tz=Asia/Kolkata`)
      const cents = (row: { cost: string }): number => Math.round(Number(row.cost) * 1000)
      const sum = body.data.reduce((all: number, row: { cost: string }) => all + cents(row), 0)
      expect([group, sum]).toEqual([group, 90])
      expect(body.group_by).toEqual(group.split(','))
    }
  })

  test('a value that a request did not have is null', async () => {
    const { body } = await ask('/v1/usage?group_by=purpose')
    expect(body.data.map((row: { purpose: string }) => row.purpose)).toEqual([null, 'hero'])
    expect(body.data[1]).toMatchObject({ requests: 2, cached_images: 1, cost: '0.03' })
  })

  test('days carry the name that the zone gives them', async () => {
    const { body } = await ask('/v1/usage?group_by=day&tz=Pacific/Kiritimati')
    const local = new Date(stand.clock.now() + 14 * 3_600_000).toISOString().slice(0, 10)
    expect(body).toMatchObject({ tz: 'Pacific/Kiritimati', data: [{ day: local, cost: '0.09' }] })
  })

  test('pages follow each other without gap or repeat, under one total', async () => {
    const path = '/v1/usage?group_by=key,purpose,model'
    const whole = (await ask(path)).body
    const rows: unknown[] = []
    for (let after = ''; ; ) {
      const { body } = await ask(`${path}&limit=1${after}`)
      rows.push(...body.data)
      expect(body.total).toEqual(whole.total)
      expect(body.next === null).toBe(!body.has_more)
      if (!body.has_more) break
      after = `&after=${body.next}`
    }
    expect(rows).toEqual(whole.data)
    expect(rows.length).toBeGreaterThan(2)
  })

  test('a day as the end includes that day, an instant does not', async () => {
    const cost = async (range: string) => (await ask(`/v1/usage?${range}`)).body.total.cost
    expect(await cost(`from=${dayOfTest}&to=${dayOfTest}`)).toBe('0.09')
    const before = `from=2020-01-01&to=${dayOfTest}T00:00:00Z`
    expect(await cost(before)).toBe('0')
  })

  test.each([
    ['from', 'from=yesterday'],
    ['from', 'from=2026-02-30'],
    ['from', 'from=2026-11-01T00:00:00'],
    ['from', 'from=2026-11-01T00:07:00Z'],
    ['from', 'from=2026-11-02&to=2026-11-01'],
    ['from', 'from=1999-01-01&to=2026-11-01'],
    ['from', 'from=2024-01-01&to=2026-01-01&group_by=day'],
    ['from', 'from=2026-01-01&to=2026-11-01&group_by=hour'],
    ['to', 'to=2026-13-01'],
    ['group_by', 'group_by=prompt'],
    ['group_by', 'group_by=model,model'],
    ['group_by', 'group_by=day,hour'],
    ['tz', 'tz=Mars/Olympus'],
    ['tz', 'tz=%2B05:30'],
    ['book', 'book=both'],
    ['limit', 'limit=0'],
    ['limit', 'limit=x'],
    ['after', 'after=nonsense'],
    ['after', `after=${Buffer.from('[1,"a"]').toString('base64url')}`],
  ])('a bad %s is refused by name: %s', async (param, query) => {
    const { status, body } = await ask(`/v1/usage?${query}`)
    expect([status, body.error.param]).toEqual([400, param])
  })

  test('an unknown parameter is refused', async () => {
    const { body } = await ask('/v1/usage?gruop_by=day')
    expect(body.error).toMatchObject({ code: 'unsupported_parameter', param: 'gruop_by' })
  })
})

test('the description names every parameter of the routes', async () => {
  const { body } = await ask('/openapi.json')
  const named = (path: string): readonly string[] =>
    body.paths[path].get.parameters.map(({ name }: { name: string }) => name)
  expect(named('/v1/usage')).toEqual(
    expect.arrayContaining(['from', 'to', 'group_by', 'tz', 'book', 'model', 'limit', 'after']),
  )
  const theirs = ['start_time', 'end_time', 'bucket_width', 'group_by', 'limit', 'page']
  expect(named('/v1/organization/costs')).toEqual(expect.arrayContaining(theirs))
  expect(named('/v1/organization/usage/images')).toEqual(
    expect.arrayContaining([...theirs, 'models', 'sizes', 'sources', 'api_key_ids']),
  )
})

describe('usage in the shape of OpenAI', () => {
  const start = () => Math.floor(stand.clock.now() / 86_400_000) * 86_400

  test('images and calls by bucket, grouped', async () => {
    const fields = ['model', 'size', 'source', 'project_id', 'api_key_id']
    const query = fields.map((field) => `&group_by[]=${field}`).join('')
    const path = `/v1/organization/usage/images?start_time=${start() - 86_400}${query}`
    const { body, headers } = await ask(path)
    expect(shapeFlaws('UsageResponse', body)).toEqual([])
    expect(body).toMatchObject({ object: 'page', has_more: false, next_page: null })
    expect(body.data.map((bucket: { results: [] }) => bucket.results.length)).toEqual([0, 2])
    expect(body.data[1].results[0]).toMatchObject({
      object: 'organization.usage.images.result',
      source: 'image.generation',
      project_id: 'here',
      api_key_id: 'key_a',
      user_id: null,
    })
    expect(headers['x-keeprate-book']).toBe('real')
    expect(body.keeprate.book).toBe('real')
  })

  test('without grouping one result a bucket, its members null', async () => {
    const { body } = await ask(`/v1/organization/usage/images?start_time=${start()}`)
    const [{ results }] = body.data
    expect(results).toEqual([expect.objectContaining({ images: 3, model: null, size: null })])
  })

  test('costs as numbers, by line item', async () => {
    const path = `/v1/organization/costs?start_time=${start()}&group_by=line_item`
    const { body } = await ask(path, 'sk-admin')
    expect(shapeFlaws('UsageResponse', body)).toEqual([])
    expect(body.data[0].results).toEqual([
      expect.objectContaining({
        object: 'organization.costs.result',
        amount: { value: 0.121, currency: 'usd' },
        line_item: expect.stringMatching(/^acme\//),
        quantity: 4,
        quantity_unit: 'images',
      }),
    ])
    const one = await ask(
      `/v1/organization/costs?start_time=${start()}&project_ids=there`,
      'sk-admin',
    )
    expect(one.body.data[0].results[0].amount.value).toBe(0.031)
  })

  test('pages of buckets follow each other', async () => {
    const path = `/v1/organization/usage/images?start_time=${start() - 40 * 3600}&bucket_width=1h`
    const first = await ask(`${path}&limit=30`)
    expect(first.body).toMatchObject({ has_more: true })
    const next = await ask(`${path}&limit=168&page=${first.body.next_page}`)
    expect(next.body.data[0].start_time).toBe(first.body.data[29].end_time)
    const images = [...first.body.data, ...next.body.data]
      .flatMap(({ results }) => results)
      .reduce((sum, result) => sum + result.images, 0)
    expect(images).toBe(3)
  })

  test('a start between quarters begins at its quarter, and the bucket says so', async () => {
    const { body } = await ask(`/v1/organization/usage/images?start_time=${start() - 61}`)
    expect(body.data[0]).toMatchObject({ start_time: start() - 900, end_time: start() })
  })

  test.each([
    ['start_time', 'usage/images?end_time=1790000000'],
    ['start_time', 'usage/images?start_time=soon'],
    ['end_time', 'usage/images?start_time=1790000000&end_time=1780000000'],
    ['bucket_width', 'usage/images?start_time=1790000000&bucket_width=1m'],
    ['bucket_width', 'costs?start_time=1790000000&bucket_width=1h'],
    ['limit', 'usage/images?start_time=1790000000&limit=32'],
    ['limit', 'costs?start_time=1790000000&limit=181'],
    ['group_by', 'usage/images?start_time=1790000000&group_by=line_item'],
    ['group_by', 'usage/images?start_time=1790000000&group_by=user_id'],
    ['user_ids', 'usage/images?start_time=1790000000&user_ids=u'],
    ['sources', 'usage/images?start_time=1790000000&sources=image.video'],
    ['page', 'costs?start_time=1790000000&page=page_1'],
  ])('a bad %s is refused by name: %s', async (param, query) => {
    const { status, body } = await ask(`/v1/organization/${query}`)
    expect([status, body.error.param]).toEqual([400, param])
  })
})
