import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../sandbox/server.ts'
import emulator from './sandbox.ts'

/** Two weeks before gpt-image-1.5 is shut down; moved by tests. */
let now = Date.UTC(2026, 10, 20)
let sandbox: Sandbox

beforeAll(async () => {
  const clock = { now: () => now, sleep: () => Promise.resolve() }
  sandbox = await startSandbox({ emulators: [emulator], speed: 1, seed: 1, clock })
})
afterAll(() => sandbox.close())

const post = async (path: string, body: unknown, key = 'sk-test') => {
  const response = await fetch(`${sandbox.baseUrl('openai')}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const json = (await response.json()) as {
    error: { code: string; message: string }
    data: { b64_json: string }[]
  }
  return { status: response.status, headers: response.headers, json }
}

const encoded = async (change: object = {}): Promise<string> => {
  const body = { model: 'gpt-image-2.5-flare', prompt: 'x', quality: 'low', ...change }
  const { json } = await post('/images/generations', body)
  return json.data[0]?.b64_json ?? ''
}

describe('edits', () => {
  test('may come as JSON with data URLs, and with nothing else to fetch', async () => {
    const url = `data:image/png;base64,${await encoded()}`
    const body = { model: 'gpt-image-2', prompt: 'y', quality: 'low', images: [{ image_url: url }] }
    expect(await post('/images/edits', body)).toMatchObject({ status: 200 })
    const foreign = { ...body, images: [{ image_url: 'https://elsewhere.example/cup.png' }] }
    expect(await post('/images/edits', foreign)).toMatchObject({ status: 400 })
    expect(await post('/images/edits', { ...body, images: [] })).toMatchObject({ status: 400 })
  })

  test.each([
    ['that is no picture', () => Promise.resolve('bm8gcGljdHVyZQ=='), 'invalid_image_format'],
    ['without alpha', () => encoded({ output_format: 'jpeg' }), 'invalid_image_format'],
    [
      'of another size',
      () => encoded({ size: '1536x1024', background: 'transparent' }),
      'invalid_value',
    ],
  ])('a mask %s is refused', async (_claim, mask, code) => {
    const form = new FormData()
    form.set('model', 'gpt-image-2')
    form.set('prompt', 'x')
    form.set('image', new Blob([Buffer.from(await encoded(), 'base64')]), 'a.png')
    form.set('mask', new Blob([Buffer.from(await mask(), 'base64')]), 'mask.png')
    const response = await fetch(`${sandbox.baseUrl('openai')}/images/edits`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-test' },
      body: form,
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code, param: 'mask' } })
  })
})

test('models are listed with the day of their shutdown', async () => {
  const headers = { authorization: 'Bearer sk-test' }
  const response = await fetch(`${sandbox.baseUrl('openai')}/models/gpt-image-1.5`, { headers })
  expect(await response.json()).toMatchObject({
    id: 'gpt-image-1.5',
    object: 'model',
    shutdown_date: '2026-12-01',
  })
})

describe('strictness', () => {
  const base = { model: 'gpt-image-2', prompt: 'a red cup' }

  test.each([
    ['response_format', { response_format: 'b64_json' }, 'unknown_parameter', 'response_format'],
    ['an input fidelity', { input_fidelity: 'low' }, 'unknown_parameter', 'input_fidelity'],
    ['eleven images', { n: 11 }, 'integer_above_max_value', 'n'],
    ['no image', { n: 0 }, 'integer_below_min_value', 'n'],
    ['half an image', { n: 0.5 }, 'invalid_type', 'n'],
    ['a size off the grid', { size: '1000x1000' }, 'invalid_value', 'size'],
    ['a size beyond the edge', { size: '4096x1024' }, 'invalid_value', 'size'],
    ['a shape as size', { size: '16:9' }, 'invalid_value', 'size'],
    ['a quality of later models', { quality: 'max' }, 'invalid_value', 'quality'],
    ['DALL-E words', { quality: 'hd' }, 'invalid_value', 'quality'],
    ['SVG', { output_format: 'svg' }, 'invalid_value', 'output_format'],
    [
      'a transparent JPEG',
      { background: 'transparent', output_format: 'jpeg' },
      'invalid_value',
      'background',
    ],
    ['a compressed PNG', { output_compression: 50 }, 'invalid_value', 'output_compression'],
    ['previews without a stream', { partial_images: 1 }, 'invalid_value', 'partial_images'],
    ['complexity', { complexity: 'low' }, 'invalid_value', 'complexity'],
    ['no prompt', { prompt: null }, 'missing_required_parameter', 'prompt'],
    ['a long prompt', { prompt: 'x'.repeat(32_001) }, 'string_above_max_length', 'prompt'],
  ])('%s is refused', async (_claim, change, code, param) => {
    const bills = sandbox.bill().length
    const { status, json } = await post('/images/generations', { ...base, ...change })
    expect({ status, ...json.error }).toMatchObject({ status: 400, code, param })
    expect(sandbox.bill()).toHaveLength(bills)
  })

  test('null means absent', async () => {
    const body = { ...base, quality: 'low', size: null, n: null }
    expect(await post('/images/generations', body)).toMatchObject({ status: 200 })
  })

  test('retired names and unknown ones are not told apart', async () => {
    for (const model of ['dall-e-3', 'gpt-image-1', 'no-such-model']) {
      const { status, json } = await post('/images/generations', { ...base, model })
      expect({ status, code: json.error.code }).toEqual({ status: 404, code: 'model_not_found' })
    }
  })

  test('on its shutdown day a model is gone', async () => {
    const body = { ...base, model: 'gpt-image-1.5', quality: 'low' }
    expect(await post('/images/generations', body)).toMatchObject({ status: 200 })
    now = Date.UTC(2026, 11, 1)
    expect(await post('/images/generations', body)).toMatchObject({ status: 404 })
    now = Date.UTC(2026, 10, 20)
  })

  test('a key is needed, also to list models', async () => {
    expect(await post('/images/generations', base, 'invalid')).toMatchObject({ status: 401 })
    const response = await fetch(`${sandbox.baseUrl('openai')}/models`)
    expect(response.status).toBe(401)
  })

  test('a path that does not exist is named', async () => {
    const { status, json } = await post('/images/variations', base)
    expect(status).toBe(404)
    expect(json.error.message).toBe('Invalid URL (POST /v1/images/variations)')
  })

  test('every answer tells its request id and what is left of the minute', async () => {
    const { headers } = await post('/images/generations', { ...base, quality: 'low' })
    expect(headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{32}$/)
    expect(Number(headers.get('x-ratelimit-remaining-requests'))).toBeLessThan(500)
  })
})
