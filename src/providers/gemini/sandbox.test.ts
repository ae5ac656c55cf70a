import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../sandbox/server.ts'
import emulator from './sandbox.ts'

const TODAY = Date.UTC(2026, 10, 20)
let now = TODAY
let sandbox: Sandbox

beforeAll(async () => {
  const clock = { now: () => now, sleep: () => Promise.resolve() }
  sandbox = await startSandbox({ emulators: [emulator], speed: 1, seed: 1, clock })
})
beforeEach(() => {
  now = TODAY
})
afterAll(() => sandbox.close())

interface Answer {
  readonly error?: { status: string; message: string; details?: { reason?: string }[] }
  readonly candidates?: { finishReason: string; content: { parts: Part[] } }[]
  readonly usageMetadata?: { candidatesTokenCount: number; thoughtsTokenCount?: number }
  readonly predictions?: { bytesBase64Encoded?: string; raiFilteredReason?: string }[]
  readonly totalTokens?: number
}
interface Part {
  readonly text?: string
  readonly inlineData?: { data: string }
}

const post = async (path: string, body: unknown, query = '') => {
  const response = await fetch(`${sandbox.baseUrl('gemini')}/models/${path}${query}`, {
    method: 'POST',
    headers: { 'x-goog-api-key': 'AIza-test', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, text, json: JSON.parse(text) as Answer }
}

const MODEL = 'gemini-nano-banana-2.1:generateContent'
const contents = [{ parts: [{ text: 'a red cup' }] }]
const small = { imageConfig: { imageSize: '1K' }, responseModalities: ['IMAGE'] }

const billed = () => sandbox.bill().map(({ dollars }) => dollars)

describe('what is not taken is refused in words of Google', () => {
  test.each([
    ['a field that does not exist', { size: '1K' }, 'Unknown name "size"'],
    [
      'a field of Vertex AI',
      { generationConfig: { imageConfig: { personGeneration: 'ALLOW_ALL' } } },
      `Unknown name "personGeneration" at 'generationConfig.imageConfig'`,
    ],
    [
      'a size the model has not',
      { generationConfig: { imageConfig: { imageSize: '512' } } },
      'Invalid image size',
    ],
    [
      'a lower-case size',
      { generationConfig: { imageConfig: { imageSize: '1k' } } },
      'Invalid image size',
    ],
    [
      'a shape the model has not',
      { generationConfig: { imageConfig: { aspectRatio: '7:5' } } },
      'Invalid aspect ratio',
    ],
    ['several candidates', { generationConfig: { candidateCount: 2 } }, 'Multiple candidates'],
    ['no contents', { contents: [] }, 'contents is not specified'],
    [
      'a picture that is none',
      {
        contents: [
          { parts: [{ text: 'x' }, { inlineData: { mimeType: 'image/png', data: 'AA' } }] },
        ],
      },
      'Unable to process input image',
    ],
  ])('%s', async (_claim, change, message) => {
    const { status, json } = await post(MODEL, { contents, ...change })
    expect([status, json.error?.status]).toEqual([400, 'INVALID_ARGUMENT'])
    expect(json.error?.message).toContain(message)
  })

  test('a missing key, and a wrong one', async () => {
    const url = `${sandbox.baseUrl('gemini')}/models`
    expect((await fetch(url)).status).toBe(403)
    const wrong = await fetch(`${url}?key=invalid`)
    const { error } = (await wrong.json()) as Answer
    expect([wrong.status, error?.details?.[0]?.reason]).toEqual([400, 'API_KEY_INVALID'])
  })
})

describe('answers', () => {
  test('both spellings are known, and words come unless only a picture is wanted', async () => {
    const config = { image_config: { aspect_ratio: '1:1' } }
    const { json } = await post(MODEL, { contents, generation_config: config })
    const parts = json.candidates?.[0]?.content.parts ?? []
    expect(parts.map((part) => Object.keys(part)[0])).toEqual(['text', 'inlineData'])
  })

  test('a limit of tokens below the picture ends without one, and is billed', async () => {
    const before = billed().length
    const { json } = await post(MODEL, {
      contents,
      generationConfig: { ...small, maxOutputTokens: 500 },
    })
    expect(json.candidates?.[0]?.finishReason).toBe('MAX_TOKENS')
    expect(billed().length).toBe(before + 1)
  })

  test('counting tokens is free', async () => {
    const before = billed().length
    const { json } = await post('gemini-nano-banana-2.1:countTokens', { contents })
    expect(json.totalTokens).toBeGreaterThan(0)
    expect(billed().length).toBe(before)
  })

  test('a stream without alt=sse is a list', async () => {
    const path = 'gemini-nano-banana-2.1:streamGenerateContent'
    const { json } = await post(path, { contents, generationConfig: small })
    expect(Array.isArray(json)).toBe(true)
  })

  test('a refused prompt is not billed', async () => {
    const before = billed().length
    const refused = [{ parts: [{ text: 'x sandbox:moderate-input' }] }]
    expect((await post(MODEL, { contents: refused })).text).toContain('PROHIBITED_CONTENT')
    expect(billed().length).toBe(before)
  })
})

describe('models end on their day', () => {
  const config = { contents, generationConfig: { responseModalities: ['IMAGE'] } }

  test.each([
    ['gemini-3.1-flash-image:generateContent', Date.UTC(2026, 9, 28), 200],
    ['gemini-3.1-flash-image:generateContent', Date.UTC(2026, 9, 29), 404],
    ['gemini-4-image:generateContent', TODAY, 404],
    ['gemini-nano-banana-2.1:predict', TODAY, 404],
    ['gemini-nano-banana-2.1:unheardOf', TODAY, 404],
  ])('%s', async (path, at, status) => {
    now = at
    expect((await post(path, config)).status).toBe(status)
  })

  test('the list names those that live', async () => {
    const response = await fetch(`${sandbox.baseUrl('gemini')}/models?key=AIza`)
    const { models } = (await response.json()) as { models: { name: string }[] }
    expect(models.map(({ name }) => name)).toEqual([
      'models/gemini-nano-banana-2.1',
      'models/gemini-3-pro-image',
      'models/gemini-3.1-flash-lite-image',
    ])
  })
})

describe('Imagen, while it lived', () => {
  const FAST = 'imagen-4.0-fast-generate-001:predict'
  const ask = (parameters: object, prompt = 'a red cup', path = FAST) =>
    post(path, { instances: [{ prompt }], parameters })
  beforeEach(() => {
    now = Date.UTC(2026, 5, 1)
  })

  test('made up to four pictures at a price each, and answers 404 since', async () => {
    const { json } = await ask({ sampleCount: 2, aspectRatio: '4:3' })
    expect(json.predictions).toHaveLength(2)
    expect(billed().at(-1)).toBe('0.04')
    now = TODAY
    expect((await ask({})).status).toBe(404)
  })

  test.each([
    [{ sampleCount: 5 }, 'between 1 and 4'],
    [{ aspectRatio: '21:9' }, 'not a supported aspect ratio'],
    [{ seed: 7 }, 'watermark'],
    [{ quality: 'high' }, 'quality is not supported'],
  ])('refused %j', async (parameters, message) => {
    const { status, json } = await ask(parameters)
    expect(status).toBe(400)
    expect(json.error?.message).toContain(message)
  })

  test('a filtered picture is missing, or only its reason is there; it was free', async () => {
    const before = billed().length
    const prompt = 'x sandbox:moderate-output'
    expect((await ask({}, prompt)).json.predictions).toBeUndefined()
    const [named] = (await ask({ includeRaiReason: true }, prompt)).json.predictions ?? []
    expect(named?.raiFilteredReason).toContain('filtered out')
    expect(billed().length).toBe(before)
  })

  test('an edit needs the picture to edit', async () => {
    const path = 'imagen-3.0-capability-001:predict'
    expect((await ask({}, 'x', path)).json.error?.message).toContain('raw reference image')
  })
})
