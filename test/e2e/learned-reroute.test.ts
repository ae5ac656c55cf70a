import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exchange, jsonOf } from './exchange.ts'
import { clearStand, makeHome, type Stand, startStand } from './stand.ts'

let stand: Stand
beforeAll(async () => {
  const home = await makeHome()
  await writeFile(join(home, 'feed.json'), '[]')
  const config = [
    'sandbox: [fireworks, together]',
    'purposes: { social: { floor: 0.3 } }',
    'prices:',
    '  feeds: [{ kind: own, id: ours, file: feed.json, unsigned: true, every: 1d }]',
  ].join('\n')
  const environment = { KEEPRATE_ADMIN_KEY: 'an-admin-key-for-tests' }
  stand = await startStand({ home, config, environment })
})
afterAll(() => clearStand(stand))

type Json = Readonly<Record<string, unknown>>
interface List<Item> {
  readonly data: readonly Item[]
}

async function ask(url: string, path: string, body?: object) {
  const answer = await exchange(url, {
    ...{ method: body === undefined ? 'GET' : 'POST', path },
    headers: { authorization: `Bearer ${stand.key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  expect([answer.status, answer.body.toString('utf8').slice(0, 300)]).toEqual([
    200,
    expect.any(String),
  ])
  return answer
}
const read = async <Value>(path: string, body?: object): Promise<Value> =>
  jsonOf(await ask(stand.url, path, body)) as unknown as Value

/** What would be tried now, best first. */
const route = async (): Promise<readonly Json[]> => {
  const asked = { model: 'auto', prompt: 'a mug on a shelf', keeprate: { purpose: 'social' } }
  return (await read<{ readonly offers: readonly Json[] }>('/v1/route', asked)).offers
}

/** Makes pictures that are kept. @returns the offers that made them */
async function use(times: number): Promise<readonly string[]> {
  const made: string[] = []
  for (let time = 0; time < times; time += 1) {
    const prompt = `a mug on a shelf, take ${time}`
    const cache = { keeprate: { cache: 'off' } }
    const draft = { model: 'auto:social', prompt, response_format: 'url', ...cache }
    const { headers } = await ask(stand.url, '/v1/images/generations', draft)
    made.push(`${headers['x-keeprate-provider']}/${headers['x-keeprate-model']}`)
    await read(`/v1/requests/${headers['x-request-id']}/feedback`, { accepted: true })
  }
  return made
}

interface PricedRow {
  readonly offer: string
  readonly operation: string
  readonly when: object
  readonly components: unknown
}

/** Rates are the members whose names begin with `usd`, and all that is in them. */
const scaled = (value: unknown, factor: number, isRate = false): unknown => {
  if (Array.isArray(value)) return value.map((each) => scaled(each, factor, isRate))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [
        name,
        scaled(each, factor, isRate || name.startsWith('usd')),
      ]),
    )
  }
  return isRate ? (Number(value) * factor).toFixed(9) : value
}

test('a price that rises, and a provider that fails, move what was learned', async () => {
  const liked = (await use(8)).at(-1) ?? ''
  expect((await route())[0]?.offer).toBe(liked)

  const today = new Date().toISOString().slice(0, 10)
  const { data } = await read<List<PricedRow>>(`/v1/prices?model=${encodeURIComponent(liked)}`)
  const listed = data.filter(({ operation }) => operation === 'generate')
  // A rise to more than three times as much would have to be confirmed.
  for (const factor of [2.5, 6, 15]) {
    const dearer = listed.map(({ offer, operation, when, components }) => ({
      ...{ offer, operation, when, valid_from: today, components: scaled(components, factor) },
      source: { url: 'https://example.com/prices', read_at: today, confidence: 'high' },
    }))
    await writeFile(join(stand.home, 'feed.json'), JSON.stringify(dearer))
    const synced = await read<List<Json>>('/v1/prices/sync', {})
    expect(synced.data).toMatchObject(dearer.map(() => ({ offer: liked, state: 'applied' })))
  }
  const [next = ''] = await use(1)
  expect(next).not.toBe(liked)
  const loser = (await route()).find(({ offer }) => offer === liked)
  expect(loser?.price).toMatchObject({ layer: 'feed' })

  const [provider = ''] = next.split('/')
  const order = { fault: 'overloaded', provider }
  await ask(String(stand.ready.sandbox_origin), '/__sandbox/faults', order)
  const during = await use(6)
  expect(during.filter((offer) => offer.startsWith(`${provider}/`))).toEqual([])
  const down = (await route()).find(({ offer }) => offer === next)
  expect(down?.reason).toMatch(/circuit breaker is open/)
})
