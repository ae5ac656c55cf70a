import { utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, exchange, jsonOf } from './exchange.ts'
import { filePart, makeForm, textPart } from './multipart.ts'
import { makePng } from './pictures.ts'
import { expectRefusal } from './refusal.ts'
import { clearStand, makeHome, type Stand, startStand, until } from './stand.ts'

interface Quoted {
  readonly offer: string
  readonly usd: string
  readonly exact: boolean
  readonly low?: string
  readonly high?: string
  readonly lines: readonly { readonly kind: string; readonly usd: string }[]
  readonly price: Readonly<Record<string, string>>
}
interface Quote {
  readonly price_version: string
  readonly images: number
  readonly candidates: readonly Quoted[]
  readonly excluded: readonly { readonly offer: string; readonly reason: string }[]
}

const source = { url: 'urn:contract:17', read_at: '2026-11-01', confidence: 'high' }
const bookOf = (usd: string): string =>
  JSON.stringify({
    book: 'ours',
    prices: [
      {
        offer: 'bfl/flux-2-pro',
        operation: 'generate',
        components: [{ kind: 'per_image', usd }],
        valid_from: '2026-01-01',
        source,
      },
    ],
  })
const CONFIG = `
prices:
  books: [ours.json]
  overrides:
    - { offer: "stability/*", markup: "0.10" }
    - offer: bfl/flux-dev
      operation: generate
      components: [{ kind: per_image, usd: "0.011" }]
      valid_from: 2026-01-01
      source: { url: "urn:contract:16", read_at: 2026-11-01, confidence: high }
`

let stand: Stand
let bookPath: string
beforeAll(async () => {
  const home = await makeHome()
  bookPath = join(home, 'ours.json')
  await writeFile(bookPath, bookOf('0.017'))
  const environment = { KEEPRATE_ADMIN_KEY: 'an-admin-key-of-some-length' }
  stand = await startStand({ home, config: CONFIG, environment })
})
afterAll(() => clearStand(stand))

const ask = (path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> =>
  exchange(stand.url, {
    method: body === undefined ? 'GET' : 'POST',
    path,
    headers: {
      authorization: `Bearer ${stand.key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
const quote = async (body: object, headers = {}): Promise<Quote> => {
  const answer = await ask('/v1/images/quote', { prompt: 'a cup', ...body }, headers)
  expect([answer.status, answer.body.toString('utf8').slice(0, 300)]).toEqual([
    200,
    expect.any(String),
  ])
  return jsonOf(answer) as unknown as Quote
}

/** Adds decimal dollars exactly. */
const sum = (dollars: readonly string[]): bigint =>
  dollars.reduce((total, each) => {
    const [whole = '0', fraction = ''] = each.split('.')
    return total + BigInt(whole + fraction.padEnd(9, '0'))
  }, 0n)

describe('POST /v1/images/quote', () => {
  test('quotes every offer, cheapest first, with lines that add up and their source', async () => {
    const { candidates, excluded } = await quote({ model: 'auto', size: '1024x1024', n: 2 })
    expect(candidates.length).toBeGreaterThan(15)
    const costs = candidates.map(({ usd }) => Number(usd))
    expect(costs).toEqual(costs.toSorted((a, b) => a - b))
    for (const { usd, lines, exact, low, high, price } of candidates) {
      expect(sum(lines.map((line) => line.usd))).toBe(sum([usd]))
      expect([low !== undefined, high !== undefined]).toEqual([!exact, !exact])
      expect(price).toMatchObject({
        valid_from: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        read_at: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        source: expect.stringMatching(/^(https|urn):/),
        confidence: expect.any(String),
        layer: expect.stringMatching(/^(override|book|live)$/),
      })
    }
    const reasons = Object.fromEntries(excluded.map(({ offer, reason }) => [offer, reason]))
    expect(reasons['stability/stable-inpaint']).toContain('cannot do generate')
  })

  test.each([
    ['a contract price', 'bfl/flux-dev', '0.011', 'override', 'overrides'],
    ["the operator's book", 'bfl/flux-2-pro', '0.017', 'book', 'ours'],
    ['a price that ships', 'bfl/flux-pro-1.1', '0.04', 'live', 'bfl'],
    ['a price with a markup', 'stability/sd3.5-large', '0.0715', 'live', 'stability'],
  ])('says which layer a price is from: %s', async (_, model, usd, layer, book) => {
    const [candidate] = (await quote({ model })).candidates
    expect(candidate).toMatchObject({ offer: model, usd, exact: true, price: { layer, book } })
    if (model.startsWith('stability')) expect(candidate?.price.markup).toBe('0.10')
  })

  test('is what the same request is then charged, and the receipt says from where', async () => {
    // A provider that reports no charge of its own; where one does, its number wins.
    const body = { model: 'stability/sd3.5-large', prompt: 'a cup', size: '1024x1024' }
    const [quoted] = (await quote(body)).candidates
    const made = await ask('/v1/images/generations', body)
    expect(made.headers['x-keeprate-cost']).toBe(quoted?.usd)
    const { keeprate } = jsonOf(made) as { keeprate: { request_id: string } }
    const receipt = jsonOf(await ask(`/v1/requests/${keeprate.request_id}`))
    expect(receipt.explain).toMatchObject({
      offers: [{ offer: body.model, price: { layer: 'live', markup: '0.10' } }],
    })
  })

  test('takes edits as JSON and as a form', async () => {
    const png = await makePng({ width: 1_024, height: 1_024 })
    const url = `data:image/png;base64,${png.toString('base64')}`
    const model = 'bfl/flux-2-max'
    const asJson = await quote({ model, size: '1024x1024', images: [{ image_url: url }] })
    const form = makeForm([
      ...Object.entries({ prompt: 'a cup', model, size: '1024x1024' }).map(([name, value]) =>
        textPart(name, value),
      ),
      filePart('image', png),
    ])
    const answer = await exchange(stand.url, {
      method: 'POST',
      path: '/v1/images/quote',
      headers: { authorization: `Bearer ${stand.key}`, ...form.headers },
      body: form.body,
    })
    const asForm = jsonOf(answer) as unknown as Quote
    expect(asForm.candidates).toEqual(asJson.candidates)
    const generated = await quote({ model, size: '1024x1024' })
    expect(Number(asForm.candidates[0]?.usd)).toBeGreaterThan(Number(generated.candidates[0]?.usd))
  })

  test('leaves out what can cost more than allowed, with the reason', async () => {
    const headers = { 'x-keeprate-max-cost': '0.02' }
    const { candidates, excluded } = await quote({ model: 'auto' }, headers)
    for (const { usd, high = usd } of candidates) expect(Number(high)).toBeLessThanOrEqual(0.02)
    const dear = excluded.find(({ offer }) => offer === 'bfl/flux-kontext-max')
    expect(dear).toMatchObject({ code: 'max_cost', reason: expect.stringContaining('$0.08') })
  })

  test.each<[string, object, number, string, string | null]>([
    ['no prompt', { prompt: '' }, 400, 'invalid_request', 'prompt'],
    ['an unknown parameter', { colour: 'red' }, 400, 'unsupported_parameter', 'colour'],
    ['an unknown model', { model: 'nobody' }, 404, 'model_not_found', 'model'],
    ['too many pictures', { n: 99 }, 400, 'invalid_request', 'n'],
    ['no pictures of an edit', { images: [] }, 400, 'invalid_request', 'images'],
  ])('refuses %s', async (_, body, status, code, param) => {
    const answer = await ask('/v1/images/quote', { prompt: 'a cup', ...body })
    expectRefusal(answer, { status, code, param })
  })
})

describe('GET /v1/prices', () => {
  interface Page {
    readonly data: readonly (Record<string, unknown> & { id: string; offer: string })[]
    readonly has_more: boolean
    readonly price_version: string
  }
  const page = async (query: string): Promise<Page> =>
    jsonOf(await ask(`/v1/prices${query}`)) as unknown as Page

  test('lists what holds now with source and layer, page by page', async () => {
    const all = await page('?limit=500')
    expect(all.has_more).toBe(false)
    const seen: string[] = []
    for (let after = ''; ; ) {
      const next = await page(`?limit=7${after}`)
      seen.push(...next.data.map(({ id }) => id))
      if (!next.has_more) break
      after = `&after=${next.data.at(-1)?.id}`
    }
    expect(seen).toEqual(all.data.map(({ id }) => id))
    expect(new Set(seen).size).toBe(seen.length)
    expect(all.data.find(({ offer }) => offer === 'bfl/flux-2-pro')).toMatchObject({
      object: 'price',
      layer: expect.any(String),
      source: { read_at: expect.any(String) },
    })
  })

  test('can be asked for a day, a provider and a model', async () => {
    const { data } = await page('?provider=bfl&at=2026-11-20')
    expect(data.length).toBeGreaterThan(10)
    expect(data.every(({ offer }) => offer.startsWith('bfl/'))).toBe(true)
    // Resellers may sell a model of the same name; its whole name means one offer.
    const bare = await page('?model=flux-2-pro')
    const own = (await page('?model=bfl/flux-2-pro')).data
    expect(own.length).toBeGreaterThan(0)
    expect(bare.data.filter(({ offer }) => offer === 'bfl/flux-2-pro')).toEqual(own)
    expect(bare.data.every(({ offer }) => offer.endsWith('/flux-2-pro'))).toBe(true)
    expect((await page('?at=2020-01-01')).data).toEqual([])
    expect((await page('?at=2026-11-20T23:59:59%2B02:00')).data.length).toBeGreaterThan(10)
  })

  test.each([
    ['at', 'yesterday'],
    ['at', '2026-02-30'],
    ['limit', '0'],
    ['limit', '9999'],
    ['after', 'here'],
    ['after', `price_${'0'.repeat(24)}`],
  ])('refuses %s=%s', async (param, value) => {
    const answer = await ask(`/v1/prices?${param}=${value}`)
    expectRefusal(answer, { status: 400, code: 'invalid_request', param })
  })
})

test('a book that changes comes into force in seconds; a broken one changes nothing', async () => {
  const usdOf = async (): Promise<string | undefined> =>
    (await quote({ model: 'bfl/flux-2-pro' })).candidates[0]?.usd
  const save = async (text: string, second: number): Promise<void> => {
    await writeFile(bookPath, text)
    await utimes(bookPath, second, second)
  }
  await save('{ "book": "ours", "prices": [', 2_000_000_000)
  await until(async () => (stand.log().includes('the earlier price book stays') ? true : undefined))
  expect(await usdOf()).toBe('0.017')
  await save(bookOf('0.019'), 2_000_000_001)
  await until(async () => ((await usdOf()) === '0.019' ? true : undefined))
  const metrics = (await ask('/metrics')).body.toString('utf8')
  expect(metrics).toContain('keeprate_price_book_swaps_total{layer="book"} 1')
})
