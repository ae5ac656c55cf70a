import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nanoFromDollars, sumNano } from '../../src/core/money.ts'
import { exchange, jsonOf } from './exchange.ts'
import { filePart, makeForm, textPart } from './multipart.ts'
import { clearStand, makeHome, runProgram, type Stand, startStand } from './stand.ts'

// The model is offered by several providers, of which deepinfra is the cheapest; it is the one that
// cannot spell and whose products are bad.
const truth = `
seed: 7
judge: { pass_good: 1, pass_bad: 0 }
rows:
  - { offer: deepinfra, purpose: text, good: 0, defect: misspelt }
  - { offer: deepinfra, purpose: product, good: 0 }
  - { good: 1 }
`
const config = `
sandbox: [deepinfra, fireworks, together, openai]
sandbox_truth: truth.yaml
limits: { plan_steps: 2 }
quality: { judge: sandbox, embedder: sandbox }
purposes:
  product: { gates: [judge] }
`

let stand: Stand
beforeAll(async () => {
  const home = await makeHome()
  await writeFile(join(home, 'truth.yaml'), truth)
  const environment = { KEEPRATE_BREAKER_FAILURES: '0', KEEPRATE_SANDBOX_DETAIL: 'rich' }
  stand = await startStand({ home, config, environment })
})
afterAll(() => clearStand(stand))

const get = (path: string) =>
  exchange(stand.url, { path, headers: { authorization: `Bearer ${stand.key}` } })

const post = (path: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
  exchange(stand.url, {
    method: 'POST',
    path,
    headers: {
      ...{ authorization: `Bearer ${stand.key}`, 'content-type': 'application/json' },
      ...headers,
    },
    body: JSON.stringify(body),
  })
const generate = (body: object, headers?: Readonly<Record<string, string>>) =>
  post('/v1/images/generations', { model: 'flux-schnell', size: '512x512', ...body }, headers)

interface Receipt {
  readonly cost: string
  readonly request: object
  readonly explain: { readonly drafts?: object; readonly references?: object }
  readonly attempts: readonly { readonly offer: string; readonly cost: string }[]
  readonly images: readonly {
    readonly id: string
    readonly status: string
    readonly provider: string
    readonly url?: string
    readonly sha256: string
    readonly original_sha256?: string
    readonly quality: { readonly gates: readonly object[]; readonly refused_by?: string }
  }[]
}

const receiptOf = async (id: string | undefined): Promise<Receipt> =>
  jsonOf(await get(`/v1/requests/${id}`)) as unknown as Receipt

const truthOf = async (sha256: string) =>
  jsonOf(await exchange(String(stand.ready.sandbox_origin), { path: `/__sandbox/truth/${sha256}` }))

describe('a misspelt text', () => {
  // Small, because reading takes a second of a processor for each way of reading. With a seed, as
  // some pictures are misread.
  const body = { size: '384x384', prompt: 'a poster that says "OPEN TODAY"', seed: 11 }

  test('is refused by a real reader, and the next offer spells it right', async () => {
    const answer = await generate(body)
    expect(answer.status).toBe(200)
    expect(answer.headers).toMatchObject({
      'x-keeprate-provider': 'fireworks',
      'x-keeprate-route': 'cascade:1',
      'x-keeprate-score': '1',
      'x-keeprate-attempts': '2',
    })
    const receipt = await receiptOf(answer.headers['x-request-id'])
    expect(receipt.images).toMatchObject([
      { status: 'refused', provider: 'deepinfra', quality: { refused_by: 'text' } },
      { status: 'published', provider: 'fireworks' },
    ])
    // It was paid, so its bytes can be had.
    const refused = await exchange(stand.url, { path: pathOf(receipt.images[0]?.url) })
    expect(createHash('sha256').update(refused.body).digest('hex')).toBe(receipt.images[0]?.sha256)
    expect((await generate(body)).headers['x-keeprate-cache']).toBe('HIT exact')
  })

  test('is an error where that is wanted and nobody spells better', async () => {
    const alone = { ...body, model: 'deepinfra/flux-schnell' }
    const wanted = { 'x-keeprate-cache': 'off', 'x-keeprate-on-gate-refusal': 'fail' }
    const failed = await generate(alone, wanted)
    expect([failed.status, failed.headers['x-should-retry']]).toEqual([422, 'false'])
    expect(jsonOf(failed)).toMatchObject({ error: { code: 'gate_refused' } })
    const bad = await generate(alone, { 'x-keeprate-on-gate-refusal': 'maybe' })
    const param = 'x-keeprate-on-gate-refusal'
    expect([bad.status, jsonOf(bad)]).toMatchObject([400, { error: { param } }])
  })
})

test('an emulated judge knows the hidden truth, costs money and is named as emulated', async () => {
  const answer = await generate({ prompt: 'product photo of a wooden chair' })
  expect(answer.headers).toMatchObject({
    'x-keeprate-provider': 'fireworks',
    'x-keeprate-route': 'cascade:1',
  })
  const receipt = await receiptOf(answer.headers['x-request-id'])
  const [refused, served] = receipt.images
  expect(refused?.quality.refused_by).toBe('judge')
  expect(served?.quality.gates.at(-1)).toMatchObject({ gate: 'judge', emulated: true })
  expect(await truthOf(refused?.sha256 ?? '')).toMatchObject({ is_good: false, purpose: 'product' })
  // Fireworks draws JPEG; the truth is about what it drew.
  expect(await truthOf(served?.original_sha256 ?? '')).toMatchObject({ is_good: true })
  const looks = receipt.attempts.filter(({ offer }) => offer === 'judge/sandbox-referee')
  expect(looks.map(({ cost }) => Number(cost) > 0)).toEqual([true, true])
  const lines = receipt.attempts.map(({ cost }) => nanoFromDollars(cost))
  expect(nanoFromDollars(receipt.cost)).toBe(sumNano(lines))
  expect(answer.headers['x-keeprate-cost']).toBe(receipt.cost)
})

interface Told {
  readonly expected_cost: string
  readonly all_at_once: string
  readonly one_by_one: string
  readonly one_by_one_accepted: number
}

describe('drafts', () => {
  const body = { prompt: 'a red bicycle by the sea', size: '1024x1024' }

  test('are picked by the caller, and refined by the words of the draft', async () => {
    const drafts = await post('/v1/images/drafts', {
      ...{ ...body, n: 2, response_format: 'url' },
      keeprate: { purpose: 'thumbnail' },
    })
    expect(drafts.status).toBe(200)
    const { images } = await receiptOf(drafts.headers['x-request-id'])
    expect(images.map(({ status }) => status)).toEqual(['published', 'published'])
    const refined = await post(`/v1/images/${images[1]?.id}/refine`, { model: 'gpt-image-2' })
    expect(refined.headers).toMatchObject({ 'x-keeprate-provider': 'openai' })
    const { request, explain } = await receiptOf(refined.headers['x-request-id'])
    const { drafts: told } = (jsonOf(refined) as { keeprate: { drafts: Told } }).keeprate
    expect(told).toEqual(explain.drafts)
    expect(told).toMatchObject({ count: 2, estimated: true, basis: 'prior' })
    expect(told.expected_cost).toBe(drafts.headers['x-keeprate-cost'])
    expect(told).not.toHaveProperty('offer')
    // Two pictures from nothing, and as many as it takes until one is accepted.
    const alone = Number(told.all_at_once) / 2
    expect(Number(told.one_by_one)).toBeCloseTo(alone / told.one_by_one_accepted, 3)
    expect(request).toMatchObject({
      operation: 'edit',
      prompt: body.prompt,
      images: [{ digest: images[1]?.sha256 }],
    })
    const byDefault = await post(`/v1/images/${images[0]?.id}/refine`, {})
    const { request: asked } = await receiptOf(byDefault.headers['x-request-id'])
    // Whoever names no model pays for what the purpose needs, not for the dearest there is.
    expect(asked).toMatchObject({ model: 'auto', purpose: 'thumbnail', n: 1 })
    const unknown = await post(`/v1/images/img_${'0'.repeat(36)}/refine`, {})
    expect(unknown.status).toBe(404)
  })

  test('are made, picked by the judge and refined in one request', async () => {
    const wanted = { ...body, model: 'gpt-image-2', n: 1 }
    const answer = await post('/v1/images/generations', wanted, { 'x-keeprate-strategy': 'draft' })
    expect(answer.headers).toMatchObject({
      'x-keeprate-route': 'draft-refine',
      'x-keeprate-provider': 'openai',
    })
    const receipt = await receiptOf(answer.headers['x-request-id'])
    expect(receipt.explain).toMatchObject({ strategy: 'draft_refine', drafts: { count: 4 } })
    expect(jsonOf(answer)).toMatchObject({ keeprate: { drafts: receipt.explain.drafts } })
    const lines = receipt.attempts.map(({ cost }) => nanoFromDollars(cost))
    expect(nanoFromDollars(receipt.cost)).toBe(sumNano(lines))
    const bad = await post('/v1/images/generations', wanted, { 'x-keeprate-strategy': 'guess' })
    expect(jsonOf(bad)).toMatchObject({ error: { param: 'x-keeprate-strategy' } })
    expect(bad.status).toBe(400)
  })
})

describe('pictures that a request names', () => {
  const kite = { prompt: 'a green kite over a meadow', response_format: 'url' }
  const like = (references: readonly string[], more: object = {}) => ({
    ...{ ...kite, seed: 5 },
    keeprate: { references, reference_threshold: 0.4, on_gate_refusal: 'fail', ...more },
  })
  let id = ''
  let bytes: Uint8Array = Buffer.alloc(0)
  let digest: string | undefined
  beforeAll(async () => {
    const made = await generate({ ...kite, seed: 4, keeprate: { group: 'spring' } })
    const [image] = (await receiptOf(made.headers['x-request-id'])).images
    id = image?.id ?? ''
    digest = image?.sha256
    bytes = (await get(`/v1/images/${id}/content`)).body
  })

  test('are ids, groups, data URLs and files; what is unlike all of them is refused', async () => {
    const url = `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`
    const form = makeForm([
      ...[filePart('image', bytes), filePart('reference[]', bytes)],
      ...[textPart('prompt', 'make it blue'), textPart('keeprate', '{"reference_threshold":-1}')],
    ])
    const edit = exchange(stand.url, {
      ...{ method: 'POST', path: '/v1/images/edits', body: form.body },
      headers: { ...form.headers, authorization: `Bearer ${stand.key}` },
    })
    const named = { 'x-keeprate-references': id, 'x-keeprate-reference-threshold': '0.4' }
    for (const [answer, shown] of [
      [await generate(like(['group:spring'])), id],
      [await generate({ ...kite, seed: 6 }, named), id],
      [await generate({ ...like([url]), seed: 7 }), digest],
      [await edit, digest],
    ] as const) {
      expect(answer.status).toBe(200)
      const { explain, attempts, images } = await receiptOf(answer.headers['x-request-id'])
      expect(explain.references).toMatchObject({ pictures: [shown] })
      expect(images[0]?.quality.gates.at(-1)).toMatchObject({ gate: 'similarity', emulated: true })
      expect(attempts.some(({ offer }) => offer === 'embedder/sandbox-referee')).toBe(true)
    }
    const unlike = { ...like([id]), prompt: 'a plate of spaghetti' }
    expect(jsonOf(await generate(unlike))).toMatchObject({ error: { code: 'gate_refused' } })
    const route = jsonOf(await post('/v1/route', unlike))
    expect(route).toMatchObject({ references: { pictures: [id], threshold: 0.4 } })
  })

  test.each([
    ['an unknown picture', () => like([`img_${'0'.repeat(36)}`]), 404, 'references'],
    ['a group that has none', () => like(['group:autumn']), 404, 'references'],
    ['neither', () => like([id, 'the blue one']), 400, 'references[1]'],
    ['no picture', () => like(['data:image/png;base64,QUJD']), 400, 'references[0]'],
    ['a place inside', () => like(['https://127.0.0.1/x.png']), 400, 'references[0]'],
    ['too many', () => like(Array(17).fill(id)), 400, 'keeprate.references'],
    ['none', () => like([]), 400, 'keeprate.references'],
    ['no threshold', () => like([id], { reference_threshold: null }), 400, 'reference_threshold'],
    ['no cosine', () => like([id], { reference_threshold: 2 }), 400, 'reference_threshold'],
    [
      'nothing',
      () => ({ ...kite, keeprate: { reference_threshold: 0.4 } }),
      400,
      'reference_threshold',
    ],
  ])('are refused by name where they name %s', async (_, body, status, param) => {
    const answer = await generate(body())
    expect([answer.status, jsonOf(answer)]).toMatchObject([status, { error: { param } }])
  })
})

test.each(['blank', 'wrong-size'])(
  '%s: no picture at all is refused without any gate',
  async (fault) => {
    const body = { prompt: `a cup sandbox:${fault}@deepinfra` }
    const answer = await generate(body)
    expect(answer.headers).toMatchObject({ 'x-keeprate-provider': 'fireworks' })
    const receipt = await receiptOf(answer.headers['x-request-id'])
    expect(receipt.images[0]).toMatchObject({ status: 'refused', provider: 'deepinfra' })
    expect(receipt.images[0]?.url).toBeUndefined()
  },
)

test('the books are right after all of it', async () => {
  const { code, output } = await runProgram(['ledger', 'check', '--json'], {
    KEEPRATE_HOME: stand.home,
  })
  expect([code, JSON.parse(output)]).toMatchObject([0, { ok: true }])
})

const pathOf = (url = ''): string => url.replace(/^https?:\/\/[^/]+/, '')
