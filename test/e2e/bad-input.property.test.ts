import { afterAll, beforeAll, expect, test } from 'vitest'
import { fc } from '../../src/testing/fast-check.ts'
import { type Answer, exchange, jsonOf } from './exchange.ts'
import { shapeFlaws } from './openai-shapes.ts'
import { clearStand, type Stand, startStand } from './stand.ts'

/** The same inputs in every run. */
const RUN = { seed: 20_261_121, numRuns: 300 } as const

let stand: Stand
beforeAll(async () => {
  stand = await startStand()
})
afterAll(() => clearStand(stand))

/** Values that a member may wrongly have. */
const anyValue = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.double(),
  fc.integer(),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(fc.jsonValue(), { maxLength: 3 }),
  fc.dictionary(fc.string({ maxLength: 10 }), fc.jsonValue(), { maxKeys: 3 }),
)
const oneOf = (...values: readonly unknown[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: anyValue })

const keeprate = fc.record(
  {
    purpose: oneOf('hero'),
    max_cost: oneOf('0.000000001', 1e-12, '1e5'),
    needs: oneOf(['text'], []),
    strict: oneOf(true, false),
    deadline_ms: oneOf(1_000, 0),
    tags: oneOf({ a: 'b' }),
    provider_options: oneOf({ openai: { moderation: 'low' } }, { bfl: { raw: true } }),
    operation: oneOf('generate', 'edit', 'upscale', 'outpaint', 'erase', 'control'),
    expand: oneOf({ left: 5 }, { left: -1, top: null }),
    scale: oneOf(2, 4, 17),
    mode: oneOf('fast', 'creative'),
    search: oneOf('the cup', ''),
    control: oneOf('sketch', 'style'),
    strength: oneOf(0, 0.5, 2),
  },
  { requiredKeys: [] },
)

/** A body of a generation: each member right, nearly right, or anything. */
const body = fc.record(
  {
    prompt: fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), anyValue),
    model: oneOf('auto', 'auto:best', 'gpt-image-2', 'flux-2-pro', 'stable-image-core', 'dall-e-3'),
    n: oneOf(1, 2, 10, 11, 0),
    size: oneOf('auto', '1024x1024', '512x512', '1792x1024', '16x16384', '1x1'),
    quality: oneOf('auto', 'low', 'high', 'max', 'hd'),
    background: oneOf('auto', 'transparent', 'opaque'),
    output_format: oneOf('png', 'jpeg', 'webp', 'svg'),
    output_compression: oneOf(0, 50, 100),
    stream: oneOf(true, false),
    partial_images: oneOf(0, 3),
    style: oneOf('vivid'),
    user: oneOf('somebody'),
    seed: oneOf(0, 4_294_967_295),
    aspect_ratio: oneOf('16:9', '1:1'),
    resolution: oneOf('1k', '4K'),
    response_format: oneOf('url', 'b64_json'),
    keeprate: fc.oneof(keeprate, anyValue),
    '\\u0000': anyValue,
  },
  { requiredKeys: ['prompt'], noNullPrototype: true },
)

/** A client's mistake is a 4xx in the shape of all errors, whatever it is. */
function expectNoDefect(answer: Answer): void {
  const text = answer.body.toString('utf8').slice(0, 500)
  expect(answer.status, text).toBeGreaterThanOrEqual(400)
  expect(answer.status, text).toBeLessThan(500)
  expect(shapeFlaws('ErrorResponse', jsonOf(answer))).toEqual([])
}

const LIMIT = { 'x-keeprate-max-cost': '0.000000001' }

const post = (path: string, headers: Record<string, string>, sent: string | Uint8Array) =>
  exchange(stand.url, {
    method: 'POST',
    path,
    // A request that happens to be right is refused too, at the end of all checks: it is too dear.
    headers: { authorization: `Bearer ${stand.key}`, ...LIMIT, ...headers },
    body: sent,
  })

const JSON_TYPE = { 'content-type': 'application/json' }

test('no JSON body of a generation is answered as a defect of ours', async () => {
  await fc.assert(
    fc.asyncProperty(body, async (members) => {
      const sent = JSON.stringify(members)
      expectNoDefect(await post('/v1/images/generations', JSON_TYPE, sent))
    }),
    RUN,
  )
})

test('no JSON of any kind is answered as a defect of ours, at any route', async () => {
  const path = fc.constantFrom('generations', 'edits', 'variations')
  await fc.assert(
    fc.asyncProperty(path, fc.json(), async (name, sent) => {
      expectNoDefect(await post(`/v1/images/${name}`, JSON_TYPE, sent))
    }),
    RUN,
  )
})

test('no header of ours is answered as a defect', async () => {
  const names = ['purpose', 'needs', 'strict', 'group', 'user', 'deadline-ms', 'cache']
  const name = fc.constantFrom(...names, 'cache-ttl', 'tags', 'body', 'category', 'x')
  const value = fc.string({ unit: 'grapheme-ascii', maxLength: 300 })
  await fc.assert(
    fc.asyncProperty(name, value, async (header, text) => {
      const headers = { ...JSON_TYPE, [`x-keeprate-${header}`]: text }
      const sent = JSON.stringify({ prompt: 'a cup' })
      expectNoDefect(await post('/v1/images/generations', headers, sent))
    }),
    RUN,
  )
})

test('no form, whole or broken, is answered as a defect of ours', async () => {
  const piece = fc.oneof(
    fc.constantFrom('--b\r\n', '--b--\r\n', '\r\n\r\n', '\r\n', '--', '"', ';'),
    fc.constantFrom('content-disposition: form-data; name="prompt"\r\n', 'a cup', 'name="n"'),
    fc.constantFrom('content-disposition: form-data; name="image"; filename="a.png"\r\n'),
    fc.string({ unit: 'binary', maxLength: 20 }),
  )
  const headers = { 'content-type': 'multipart/form-data; boundary=b' }
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
      expectNoDefect(await post('/v1/images/edits', headers, pieces.join('')))
    }),
    RUN,
  )
})

test('no path is answered as a defect of ours', async () => {
  const path = fc.webPath().map((text) => (text.startsWith('/') ? text : `/${text}`))
  const root = fc.constantFrom('/v1/images', '/v1/requests', '/v1/models', '')
  await fc.assert(
    fc.asyncProperty(root, path, async (start, rest) => {
      const headers = { authorization: `Bearer ${stand.key}` }
      const { status } = await exchange(stand.url, { path: `${start}${rest}`, headers })
      expect(status).toBeLessThan(500)
    }),
    RUN,
  )
})
