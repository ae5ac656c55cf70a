import { describe, expect, test } from 'vitest'
import type { Drawing, EmulatorKit, Fault } from '../shared/emulator.ts'
import emulator from './sandbox.ts'

type Form = Readonly<Record<string, string | Uint8Array>>

const GENERATE = '/v2beta/stable-image/generate'
const INPAINT = '/v2beta/stable-image/edit/inpaint'

/** The header of a PNG, which is all the emulator reads of an input. */
function pngHeader(width: number, height: number, colourType = 2): Uint8Array {
  const bytes = Buffer.alloc(33)
  bytes.write('\x89PNG\r\n\x1a\n', 'latin1')
  bytes.writeUInt32BE(13, 8)
  bytes.write('IHDR', 12)
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  bytes.set([8, colourType], 24)
  return bytes
}

/** A sandbox with a clock that the test moves; forms are handed over as they are. */
function makeSandbox() {
  let now = 1_800_000_000_000
  let ids = 0
  let form: Form = {}
  const bills: string[] = []
  const drawings: Drawing[] = []
  const kit: EmulatorKit = {
    draw: async (drawing) => {
      drawings.push(drawing)
      return new Uint8Array(100).fill(7)
    },
    multipart: async () => ({
      fields: new Map(
        Object.entries(form).flatMap(([name, value]) =>
          typeof value === 'string' ? [[name, [value]] as const] : [],
        ),
      ),
      files: Object.entries(form).flatMap(([name, value]) =>
        typeof value === 'string'
          ? []
          : [{ name, filename: `${name}.png`, contentType: 'image/png', bytes: value }],
      ),
    }),
    latency: () => Promise.resolve(),
    now: () => now,
    scaled: (milliseconds) => milliseconds,
    hexId: (length) => {
      ids += 1
      return String(ids).padStart(length, '0')
    },
    hash: (text) => text.length,
    bill: ({ model, dollars }) => {
      bills.push(`${model} ${dollars}`)
    },
    fault: (_, prompt) => /sandbox:(\S+)/.exec(prompt)?.[1] as Fault | undefined,
    state: new Map(),
  }
  const post = async (
    path: string,
    fields: Form,
    changes: { headers?: Record<string, string>; body?: Uint8Array; method?: string } = {},
  ) => {
    form = fields
    const answer = await emulator.handle(
      {
        method: changes.method ?? 'POST',
        path,
        query: new URLSearchParams(),
        headers: {
          authorization: 'Bearer sk-1',
          accept: 'image/*',
          'content-type': 'multipart/form-data; boundary=x',
          ...changes.headers,
        },
        body: changes.body ?? new Uint8Array(10),
        baseUrl: 'http://127.0.0.1:9000/stability',
        signal: new AbortController().signal,
      },
      kit,
    )
    const json = String(answer.headers?.['content-type']).startsWith('application/json')
      ? JSON.parse(String(answer.body))
      : undefined
    return { status: answer.status, headers: answer.headers ?? {}, body: answer.body, json }
  }
  const pass = (milliseconds: number) => {
    now += milliseconds
  }
  return { post, pass, bills, drawings }
}

const JSON_WANTED = { headers: { accept: 'application/json' } }

describe('answers', () => {
  test('raw bytes come with their facts in headers', async () => {
    const { post, drawings } = makeSandbox()
    const fields = { prompt: 'a fox', aspect_ratio: '16:9', seed: '9', output_format: 'webp' }
    expect(await post(`${GENERATE}/core`, fields)).toMatchObject({
      status: 200,
      headers: { 'content-type': 'image/webp', 'finish-reason': 'SUCCESS', seed: '9' },
    })
    expect(drawings).toEqual([
      { width: 1_632, height: 920, prompt: 'a fox', seed: 9, format: 'webp' },
    ])
  })

  test('JSON holds the picture when it is asked for', async () => {
    const { json } = await makeSandbox().post(`${GENERATE}/ultra`, { prompt: 'a fox' }, JSON_WANTED)
    expect(json).toMatchObject({ finish_reason: 'SUCCESS' })
    expect(Buffer.from(json.image, 'base64')).toHaveLength(100)
  })

  test.each([
    ['core', {}, 'stable-image-core 0.03'],
    ['ultra', {}, 'stable-image-ultra 0.08'],
    ['sd3', {}, 'sd3.5-large 0.065'],
    ['sd3', { model: 'sd3.5-large-turbo' }, 'sd3.5-large-turbo 0.04'],
    ['sd3', { model: 'sd3-medium' }, 'sd3-medium 0.035'],
    ['sd3', { model: 'sd3.5-flash' }, 'sd3.5-flash 0.025'],
  ])('%s with %j bills %s', async (service, fields, bill) => {
    const { post, bills } = makeSandbox()
    await post(`${GENERATE}/${service}`, { prompt: 'a fox', ...fields })
    expect(bills).toEqual([bill])
  })

  test('an edit by SD 3.5 has the shape nearest to its input', async () => {
    const { post, drawings } = makeSandbox()
    const image = pngHeader(1_500, 1_000)
    await post(`${GENERATE}/sd3`, { prompt: 'x', mode: 'image-to-image', strength: '0.5', image })
    expect(drawings[0]).toMatchObject({ width: 1_216, height: 832 })
  })

  test('an inpainting has the size of its input', async () => {
    const { post, drawings, bills } = makeSandbox()
    const image = pngHeader(700, 500)
    await post(INPAINT, { prompt: 'x', image, mask: pngHeader(700, 500) })
    expect(drawings[0]).toMatchObject({ width: 700, height: 500 })
    expect(bills).toEqual(['stable-inpaint 0.05'])
  })
})

describe('refusals', () => {
  const image = pngHeader(512, 512)

  test.each([
    ['no prompt', `${GENERATE}/core`, {}, 'prompt: is required'],
    ['an unknown field', `${GENERATE}/core`, { prompt: 'x', steps: '9' }, 'steps: is not'],
    [
      'a shape that is not listed',
      `${GENERATE}/core`,
      { prompt: 'x', aspect_ratio: '4:3' },
      'aspect',
    ],
    [
      'a seed beyond the range',
      `${GENERATE}/core`,
      { prompt: 'x', seed: '4294967295' },
      'seed: must',
    ],
    ['a model that is not served', `${GENERATE}/sd3`, { prompt: 'x', model: 'sd4' }, 'model: must'],
    [
      'an image without strength',
      `${GENERATE}/ultra`,
      { prompt: 'x', image },
      'strength: is required',
    ],
    [
      'an image in text mode',
      `${GENERATE}/sd3`,
      { prompt: 'x', image, strength: '0.5' },
      'mode: must be image-to-image',
    ],
    [
      'a shape in image mode',
      `${GENERATE}/sd3`,
      { prompt: 'x', image, strength: '0.5', mode: 'image-to-image', aspect_ratio: '1:1' },
      'aspect_ratio: is only',
    ],
    ['no mask and no alpha', INPAINT, { prompt: 'x', image }, 'mask: is required'],
    [
      'an image that is too small',
      INPAINT,
      { prompt: 'x', image: pngHeader(32, 99) },
      'image: every',
    ],
    [
      'a file that is no image',
      INPAINT,
      { prompt: 'x', image: new Uint8Array(9) },
      'image: must be',
    ],
  ])('%s is a 400 in words', async (_, path, fields, words) => {
    const { post, bills } = makeSandbox()
    const { status, json } = await post(path, fields)
    expect({ status, name: json.name }).toEqual({ status: 400, name: 'bad_request' })
    expect(json.errors.join()).toContain(words)
    expect(bills).toEqual([])
  })

  test.each([
    ['no key', { headers: { authorization: '' } }, 401, 'unauthorized'],
    ['a bad key', { headers: { authorization: 'Bearer invalid' } }, 401, 'unauthorized'],
    ['JSON as the body', { headers: { 'content-type': 'application/json' } }, 400, 'bad_request'],
    ['another answer wanted', { headers: { accept: '*/*' } }, 400, 'bad_request'],
    [
      'too large a body',
      { body: new Uint8Array(10 * 1_024 * 1_024 + 1) },
      413,
      'payload_too_large',
    ],
    ['another method', { method: 'GET' }, 404, 'not_found'],
  ])('%s is refused', async (_, changes, status, name) => {
    const answer = await makeSandbox().post(`${GENERATE}/core`, { prompt: 'x' }, changes)
    expect(answer).toMatchObject({ status, json: { name } })
  })

  test('a prompt that is not English is a 422; one with a foreign name in it is not', async () => {
    const { post } = makeSandbox()
    expect((await post(`${GENERATE}/core`, { prompt: '雪の中の赤い狐' })).status).toBe(422)
    expect((await post(`${GENERATE}/core`, { prompt: 'a fox named 雪 at 5 pm' })).status).toBe(200)
  })

  test('the 151st request within 10 s starts 60 s of refusals', async () => {
    const { post, pass } = makeSandbox()
    const ask = async () => (await post(`${GENERATE}/core`, { prompt: 'x' })).status
    const statuses = await Promise.all(Array.from({ length: 151 }, ask))
    expect(statuses.lastIndexOf(200)).toBe(149)
    expect(statuses[150]).toBe(429)
    pass(59_999)
    expect(await ask()).toBe(429)
    pass(1)
    expect(await ask()).toBe(200)
  })

  test('the balance is told', async () => {
    const answer = await makeSandbox().post('/v1/user/balance', {}, { method: 'GET' })
    expect(answer.json).toEqual({ credits: 100_000 })
  })
})

describe('faults', () => {
  const play = (fault: string, changes = {}) => {
    const sandbox = makeSandbox()
    const answer = sandbox.post(`${GENERATE}/core`, { prompt: `a fox sandbox:${fault}` }, changes)
    return answer.then((read) => ({ ...read, ...sandbox }))
  }

  test.each([
    ['invalid-key', 401, 'unauthorized'],
    ['no-credit', 402, 'payment_required'],
    ['moderate-input', 403, 'content_moderation'],
    ['user-error', 400, 'bad_request'],
    ['model-gone', 404, 'not_found'],
    ['rate-limit', 429, 'rate_limit_exceeded'],
    ['server-error', 500, 'internal_error'],
    ['overloaded', 503, 'service_unavailable'],
    ['error-in-200', 200, 'internal_error'],
  ])('%s is refused with %s %s and not charged', async (fault, status, name) => {
    const { bills, ...answer } = await play(fault)
    expect(answer).toMatchObject({ status, json: { name } })
    expect(bills).toEqual([])
  })

  test('a withheld picture is a charged, blurred 200', async () => {
    const { headers, bills, drawings } = await play('moderate-output')
    expect(headers['finish-reason']).toBe('CONTENT_FILTERED')
    expect(drawings[0]).toMatchObject({ blurred: true })
    expect(bills).toHaveLength(1)
    const { json } = await play('moderate-output', JSON_WANTED)
    expect(json.finish_reason).toBe('CONTENT_FILTERED')
  })

  test('an error after the work is charged', async () => {
    const { status, bills } = await play('server-error-billed')
    expect([status, bills.length]).toEqual([500, 1])
  })

  test.each([
    ['empty', 'image/png', 0],
    ['truncated', 'image/png', 60],
    ['not-an-image', 'image/png', 18],
    ['html', 'text/html; charset=utf-8', 37],
  ])('%s is a charged 200 of %s', async (fault, contentType, length) => {
    const { status, headers, body, bills } = await play(fault)
    expect([status, headers['content-type'], bills.length]).toEqual([200, contentType, 1])
    expect(body).toHaveLength(length)
  })

  test('empty JSON has no picture', async () => {
    const { json } = await play('empty', JSON_WANTED)
    expect(json).not.toHaveProperty('image')
  })

  test('a wrong size has a wrong shape, a blank picture is blank', async () => {
    expect((await play('wrong-size')).drawings[0]).toMatchObject({ width: 612, height: 1_224 })
    expect((await play('blank')).drawings[0]).toMatchObject({ blank: true })
  })
})
