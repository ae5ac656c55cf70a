import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { canonicalJson } from '../../core/json.ts'
import { makeOfferNames } from '../../core/pricebook/feed/readers/offer-names.ts'
import type { PriceSource } from '../../ports/price-source.ts'
import { type LoopbackServer, startLoopbackServer } from '../../testing/loopback-server.ts'
import { sampleModel } from '../../testing/sample-models.ts'
import { VirtualClock } from '../../testing/virtual-clock.ts'
import { createSafeFetch } from '../safe-fetch/client.ts'
import { createLitellmSource } from './litellm-source.ts'
import { createOpenAIModelsSource } from './openai-models-source.ts'
import { createOpenRouterSource } from './openrouter-source.ts'
import { createOwnFileSource } from './own-file-source.ts'
import { createOwnSource } from './own-source.ts'
import type { SignatureRule } from './signature.ts'

const http = createSafeFetch()
const clock = new VirtualClock(Date.parse('2026-11-20T12:00:00Z'))
const names = () => makeOfferNames([sampleModel({ provider: 'openai', id: 'gpt-image-2' })])
const { signal } = new AbortController()
afterAll(() => http.close())

const servers: LoopbackServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

interface Served {
  readonly origin: string
  /** Headers of every request, in order. */
  readonly asked: IncomingHttpHeaders[]
}

async function serve(
  answer: (url: string, response: ServerResponse, request: IncomingMessage) => void,
): Promise<Served> {
  const asked: IncomingHttpHeaders[] = []
  const server = await startLoopbackServer((request, response) => {
    asked.push(request.headers)
    answer(request.url ?? '', response, request)
  })
  servers.push(server)
  return { origin: server.origin, asked }
}

const litellmAt = (origin: string): PriceSource =>
  createLitellmSource({ http, clock, names, url: `${origin}/prices`, privateOrigins: [origin] })

const file = {
  'acme/painter': {
    litellm_provider: 'acme',
    mode: 'image_generation',
    output_cost_per_image: 0.04,
  },
}

/** The code of the failure of a look. */
const failureOf = (looking: Promise<unknown>): Promise<unknown> =>
  looking.then(
    () => 'no failure',
    (error: unknown) =>
      error instanceof Error && 'sourceFailure' in error ? error.sourceFailure : error,
  )

describe('a list over the network', () => {
  test('is read, and asked for news only by its version', async () => {
    const { origin, asked } = await serve((_url, response, { headers }) => {
      if (headers['if-none-match'] === '"v1"') return response.writeHead(304).end()
      // As GitHub serves files: JSON under the name of plain text.
      return response
        .writeHead(200, { 'content-type': 'text/plain; charset=utf-8', etag: '"v1"' })
        .end(JSON.stringify(file))
    })
    const source = litellmAt(origin)
    const first = await source.fetch({}, signal)
    expect(first).toMatchObject({
      kind: 'read',
      version: { etag: '"v1"' },
      fetchedAt: clock.now(),
      reading: { entries: [{ offer: 'acme/painter', validFrom: '2026-11-20' }] },
    })
    expect(await source.fetch({ etag: '"v1"' }, signal)).toMatchObject({ kind: 'unchanged' })
    expect(asked.map((headers) => headers['if-none-match'])).toEqual([undefined, '"v1"'])
  })

  test.each<[string, number, string, string]>([
    ['an error', 503, '{}', 'refused'],
    ['a page', 200, '<html>', 'unreadable'],
    ['JSON of another kind', 200, '[1]', 'unreadable'],
    ['an error in JSON', 200, '{"error":{"message":"no"}}', 'unreadable'],
    ['broken JSON', 200, '{"a":', 'unreadable'],
    ['more than eight megabytes', 200, JSON.stringify({ a: 'x'.repeat(9_000_000) }), 'too_large'],
  ])('that is %s is a failure and no reading', async (_, status, body, code) => {
    const { origin } = await serve((_url, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(body)
    })
    expect(await failureOf(litellmAt(origin).fetch({}, signal))).toBe(code)
  })

  test('at a private address that nobody allowed is not asked', async () => {
    const { origin, asked } = await serve((_url, response) => response.end('{}'))
    const source = createLitellmSource({ http, clock, names, url: `${origin}/prices` })
    expect(await failureOf(source.fetch({}, signal))).toBe('unreachable')
    expect(asked).toEqual([])
  })

  test('that was given up is a failure', async () => {
    const { origin } = await serve(() => undefined)
    const given = AbortSignal.abort()
    expect(await failureOf(litellmAt(origin).fetch({}, given))).toBe('timeout')
  })
})

test("OpenAI's list is asked for with the key", async () => {
  const { origin, asked } = await serve((_url, response) => {
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end('{"data":[{"id":"gpt-image-2","shutdown_date":"2027-12-01"}]}')
  })
  const parts = { http, clock, names, url: origin, privateOrigins: [origin], apiKey: 'sk-test' }
  const answer = await createOpenAIModelsSource(parts).fetch({}, signal)
  expect(answer).toMatchObject({ reading: { entries: [{ offer: 'openai/gpt-image-2' }] } })
  expect(asked[0]?.authorization).toBe('Bearer sk-test')
})

describe('OpenRouter', () => {
  const lines = [{ billable: 'output_image', unit: 'image', cost_usd: 0.05 }]
  const endpoints = [{ provider_slug: 'acme', pricing: lines, supported_parameters: {} }]
  const answer = (fails: string) => (url: string, response: ServerResponse) => {
    const slug = /models\/(.+)\/endpoints$/.exec(url)?.[1]
    const list = { data: ['a/1', 'a/2', 'a/3', 'b/1', 'b/2'].map((id) => ({ id })) }
    response
      .writeHead(slug === fails ? 500 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(slug === undefined ? list : { id: slug, endpoints }))
  }
  const sourceAt = (url: string): PriceSource =>
    createOpenRouterSource({ http, clock, names, url, privateOrigins: [url] })

  test('is asked about each model of its list', async () => {
    const { origin, asked } = await serve(answer('none'))
    const look = await sourceAt(origin).fetch({}, signal)
    expect(look.kind === 'read' && look.reading.entries.map(({ offer }) => offer)).toEqual(
      ['a/1', 'a/2', 'a/3', 'b/1', 'b/2'].map((id) => `openrouter/${id}`),
    )
    expect(asked).toHaveLength(6)
  })

  test('without one of the answers has not been read at all', async () => {
    const { origin } = await serve(answer('b/1'))
    expect(await failureOf(sourceAt(origin).fetch({}, signal))).toBe('refused')
  })
})

describe('a signed feed of our own', () => {
  const feed = [
    {
      valid_from: '2026-11-01',
      offer: 'acme/painter',
      operation: 'generate',
      components: [{ kind: 'per_image', usd: '0.04' }],
      source: { url: 'https://example.com', read_at: '2026-11-01', confidence: 'high' },
    },
  ]
  const keys = generateKeyPairSync('ed25519')
  const raw = keys.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  const signature = sign(null, Buffer.from(canonicalJson(feed)), keys.privateKey).toString('base64')
  const ed25519: SignatureRule = { kind: 'ed25519', publicKey: raw.toString('base64') }
  const secret: SignatureRule = { kind: 'hmac-sha256', secret: 'shared secret' }
  // Made with: openssl dgst -sha256 -hmac 'shared secret'
  const hmac = '6a31ae83fb7cb6655b52bf55c286e9befa718195194ee665f9ded451d7e2b9ae'

  async function look(rule: SignatureRule, header?: string, beside?: string): Promise<unknown> {
    const { origin } = await serve((url, response) => {
      const isBeside = url.startsWith('/prices.json.sig')
      if (isBeside) return response.writeHead(beside === undefined ? 404 : 200).end(beside)
      const signed = header === undefined ? {} : { 'x-keeprate-signature': header }
      const type = { 'content-type': 'application/json', ...signed }
      // Spaces and the order of members do not matter to the signature.
      return response.writeHead(200, type).end(JSON.stringify(feed, null, 2))
    })
    const url = `${origin}/prices.json?channel=1`
    const parts = { http, clock, url, id: 'own', trust: 'curated', signature: rule } as const
    return failureOf(createOwnSource({ ...parts, privateOrigins: [origin] }).fetch({}, signal))
  }

  test.each<[string, SignatureRule, string | undefined, string | undefined, string]>([
    ['without a rule', { kind: 'none' }, undefined, undefined, 'no failure'],
    ['with the right HMAC', secret, hmac, undefined, 'no failure'],
    ['with a wrong HMAC', secret, hmac.replace(/^./, '0'), undefined, 'unsigned'],
    ['with an HMAC that is none', secret, 'zz', undefined, 'unsigned'],
    ['without its HMAC', secret, undefined, undefined, 'unsigned'],
    ['with an Ed25519 signature', ed25519, signature, undefined, 'no failure'],
    ['with a signature beside it', ed25519, undefined, `${signature}\n`, 'no failure'],
    ['with a signature of something else', ed25519, undefined, 'AAAA', 'unsigned'],
    ['without a signature', ed25519, undefined, undefined, 'refused'],
  ])('%s', async (_, rule, header, beside, expected) => {
    expect(await look(rule, header, beside)).toBe(expected)
  })

  test('with a public key that is none is told at the start', () => {
    const rule: SignatureRule = { kind: 'ed25519', publicKey: 'AAAA' }
    const parts = { http, clock, url: 'https://example.com', id: 'own', trust: 'curated' } as const
    expect(() => createOwnSource({ ...parts, signature: rule })).toThrow(TypeError)
  })

  test('in a file is read once for each version', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'keeprate-feed-')), 'prices.json')
    writeFileSync(path, JSON.stringify(feed))
    writeFileSync(`${path}.sig`, signature)
    const parts = { id: 'own', path, clock, trust: 'curated' } as const
    const source = createOwnFileSource({ ...parts, signature: ed25519 })
    const first = await source.fetch({}, signal)
    expect(first).toMatchObject({ kind: 'read', reading: { entries: [{ offer: 'acme/painter' }] } })
    const version = first.kind === 'read' ? first.version : {}
    expect(await source.fetch(version, signal)).toMatchObject({ kind: 'unchanged' })
    writeFileSync(`${path}.sig`, 'AAAA')
    expect(await failureOf(source.fetch({}, signal))).toBe('unsigned')
    writeFileSync(path, 'no json')
    expect(await failureOf(source.fetch({}, signal))).toBe('unreadable')
    const missing = createOwnFileSource({ ...parts, path: `${path}.no`, signature: ed25519 })
    expect(await failureOf(missing.fetch({}, signal))).toBe('unreachable')
  })
})
