import { hash } from 'node:crypto'
import { Ajv2020 } from 'ajv/dist/2020.js'
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { errorCatalogue } from '../../src/core/errors/catalogue.ts'
import {
  type ApiDescription,
  isEndless,
  type KnownIds,
  operationsOf,
  pathOf,
} from './api-description.ts'
import { type Answer, exchange, jsonOf } from './exchange.ts'
import { clearStand, type Stand, startStand } from './stand.ts'

/** An address on this machine where nobody listens. */
const NOBODY = 'http://127.0.0.1:9'

let stand: Stand
let api: ApiDescription
let ids: KnownIds

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
  stand = await startStand({ config: `webhooks: { private_origins: ['${NOBODY}'] }\n` })
  const client = new OpenAI({ baseURL: `${stand.url}/v1`, apiKey: stand.key, maxRetries: 0 })
  api = jsonOf(await ask('/openapi.json')) as unknown as ApiDescription
  const asked = '{"prompt":"a cup","model":"gpt-image-1-mini"}'
  const made = jsonOf(await ask('/v1/images/generations', stand.key, 'POST', asked))
  const { request_id: requestId, images } = made.keeprate as {
    readonly request_id: string
    readonly images: readonly [string]
  }
  const hook = `{"url":"${NOBODY}/hook"}`
  const { id: webhookId } = jsonOf(await ask('/v1/webhooks', stand.key, 'POST', hook))
  await ask('/v1/webhooks/trigger', stand.key, 'POST', '{"type":"image.completed"}')
  const { data } = jsonOf(await ask('/v1/webhooks/deliveries', stand.key))
  const [delivery] = data as readonly { readonly id: string }[]
  const file = await client.files.create({
    file: await toFile(Buffer.from('{}'), 'lines.jsonl'),
    purpose: 'batch',
  })
  const batch = await client.batches.create({
    ...{ input_file_id: file.id, completion_window: '24h' },
    endpoint: '/v1/images/generations',
  })
  ids = {
    ...{ imageId: images[0], requestId, webhookId: String(webhookId) },
    deliveryId: delivery?.id ?? '',
    ...{ fileId: file.id, batchId: batch.id },
  }
})
afterAll(() => clearStand(stand))

test('the description is whole: every path answers, every schema can be used', async () => {
  expect(api.openapi).toMatch(/^3\.1\./)
  expect(api.info.title).toBe('Keeprate')
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  for (const [pattern, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (isEndless(pattern, method)) continue
      expect(operation.summary).not.toBe('')
      const inPath = [...pattern.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const declared = operation.parameters.filter((one) => one.in === 'path')
      expect(declared.map(({ name }) => name)).toEqual(inPath)
      expect(Object.keys(operation.responses)).toContain('200')
      for (const { schema } of Object.values(operation.requestBody?.content ?? {})) {
        expect(() => ajv.compile(schema)).not.toThrow()
      }
      const body = method === 'post' ? '{}' : undefined
      const { status } = await ask(pathOf(pattern, ids), stand.key, method.toUpperCase(), body)
      expect([pattern, status]).not.toEqual([pattern, 404])
      expect([pattern, status]).not.toEqual([pattern, 405])
    }
  }
  expect(() => ajv.compile(api.components.schemas.Error ?? {})).not.toThrow()
})

test('metrics count what was asked, and hold nothing that a caller can choose', async () => {
  const before = await metricsOf(stand)
  const words = { prompt: 'prompt-canary', user: 'user-canary', style: 'style-canary' }
  const asked = {
    ...words,
    model: 'auto:purpose-canary',
    keeprate: { tags: { a: 'tag-canary' } },
  }
  const text = JSON.stringify(asked)
  expect((await ask('/v1/images/generations', stand.key, 'POST', text)).status).toBe(200)
  await ask('/v1/images/generations', stand.key, 'POST', '{"prompt":"sandbox:moderate-input"}')
  const after = await metricsOf(stand)
  const grown = (name: string): number => after.sum(name) - before.sum(name)
  expect(grown('keeprate_requests_total')).toBe(2)
  expect(grown('keeprate_images_total')).toBe(1)
  expect(grown('keeprate_attempts_total')).toBe(2)
  expect(grown('keeprate_cost_dollars_total')).toBeGreaterThan(0)
  expect(grown('keeprate_request_duration_seconds_count')).toBe(2)
  expect(grown('keeprate_overhead_seconds_count')).toBe(2)
  expect(after.text).not.toMatch(/canary|req_|img_|key_|sk-/)
  expect(after.labels.filter((label) => !LABELS.includes(label))).toEqual([])
})

test('pages are safe: one style, named by its digest, and no scripts', async () => {
  for (const path of ['/', '/docs/errors']) {
    const page = await ask(path)
    const html = page.body.toString('utf8')
    const policy = page.headers['content-security-policy'] ?? ''
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? ''
    expect(policy).toContain(`'sha256-${hash('sha256', style, 'base64')}'`)
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
    expect(html).not.toMatch(/<script|\son\w+=|\sstyle=/i)
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
  }
  const errors = (await ask('/docs/errors')).body.toString('utf8')
  for (const code of Object.keys(errorCatalogue)) expect(errors).toContain(`id="${code}"`)
  const host = 'x"><script>alert(1)</script>'
  const page = await exchange(stand.url, { path: '/', headers: { host } })
  expect(page.body.toString('utf8')).not.toContain('<script')
})

test('every answer forbids guessing of types and tells nothing of the server', async () => {
  for (const { path, pattern, method } of operationsOf(api, ids)) {
    if (isEndless(pattern, method)) continue
    const { headers } = await ask(path, stand.key, method)
    expect([path, headers['x-content-type-options']]).toEqual([path, 'nosniff'])
    expect(headers).not.toHaveProperty('server')
    expect(headers).not.toHaveProperty('x-powered-by')
    expect(headers['x-request-id']).toMatch(/^req_[0-9a-z]{36}$/)
  }
})

/** All labels that a metric of ours may have; the values of each are bounded. */
const LABELS = [
  ...['operation', 'provider', 'model', 'status', 'book', 'cache', 'offer', 'outcome', 'basis'],
  ...['lever', 'kind', 'result', 'le', 'version', 'major', 'minor', 'patch', 'space', 'type'],
  ...['source', 'state', 'layer', 'direction'],
]

/** Prometheus's text, read. */
async function metricsOf(stand: Stand) {
  const text = (await exchange(stand.url, { path: '/metrics' })).body.toString('utf8')
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return {
    text,
    labels: [
      ...new Set(
        samples.flatMap((line) => [...line.matchAll(/[{,](\w+)="/g)].map(([, l]) => l ?? '')),
      ),
    ],
    sum: (name: string): number =>
      samples
        .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0),
  }
}
