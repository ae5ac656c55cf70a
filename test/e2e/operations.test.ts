import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, exchange, jsonOf } from './exchange.ts'
import { makeKeys } from './keys.ts'
import { filePart, makeForm, type Part, textPart } from './multipart.ts'
import { shapeFlaws } from './openai-shapes.ts'
import { describe as describePicture, makeMask, makePng } from './pictures.ts'
import { expectRefusal } from './refusal.ts'
import { clearStand, type Stand, startStand } from './stand.ts'

const SIZE = { width: 320, height: 256 }
const EDITS = '/v1/images/edits'
const JSON_TYPE = { 'content-type': 'application/json' }

/** What an answer says of itself. */
interface Extension {
  readonly request_id: string
  readonly provider: string
  readonly model: string
  readonly cost: string
  readonly images: readonly [string]
  readonly warnings: readonly { readonly code: string; readonly param?: string }[]
}

let stand: Stand
let keys: Readonly<Record<'owner' | 'other', string>>
let picture: Buffer
let mask: Buffer

const ask = (path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> =>
  exchange(stand.url, {
    method: body === undefined ? 'GET' : 'POST',
    path,
    headers: { authorization: `Bearer ${keys.owner}`, ...JSON_TYPE, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

const urlOf = (bytes: Buffer): object => ({
  image_url: `data:image/png;base64,${bytes.toString('base64')}`,
})

/** Where a price is expected. */
const CHEAPEST = 'auto:cheapest'

const edit = (keeprate: object, more: object = {}): Promise<Answer> =>
  ask(EDITS, { images: [urlOf(picture)], keeprate, ...more })

const form = (parts: readonly Part[], headers: Record<string, string> = {}): Promise<Answer> => {
  const made = makeForm([filePart('image', picture), ...parts])
  const authorization = `Bearer ${keys.owner}`
  return exchange(stand.url, {
    method: 'POST',
    path: EDITS,
    headers: { authorization, ...made.headers, ...headers },
    body: made.body,
  })
}

/** Picture and extension of a good answer. */
async function read(answer: Answer) {
  expect(answer.status, answer.body.toString('utf8').slice(0, 500)).toBe(200)
  const body = jsonOf(answer)
  expect(shapeFlaws('ImagesResponse', body)).toEqual([])
  const [{ b64_json }] = body.data as readonly [{ readonly b64_json: string }]
  const made = await describePicture(Buffer.from(b64_json, 'base64'))
  return { ...made, keeprate: body.keeprate as unknown as Extension }
}

beforeAll(async () => {
  // Others sell some of these operations for less, and would be chosen.
  stand = await startStand({ environment: { KEEPRATE_SANDBOX: 'openai,bfl,stability' } })
  const scopes = ['images:write', 'images:read', 'models:read'] as const
  keys = await makeKeys(stand, undefined, {
    owner: { tenant: 'one', scopes },
    other: { tenant: 'two', scopes },
  })
  picture = await makePng(SIZE)
  mask = await makeMask(SIZE)
})
afterAll(() => clearStand(stand))

describe('an edit does what it is told to', () => {
  test.each<[object, object, object]>([
    [{ operation: 'upscale', scale: 4 }, {}, { width: 1280, height: 1024 }],
    [{ operation: 'upscale', scale: 2 }, {}, { width: 640, height: 512 }],
    [
      { operation: 'upscale', scale: 3, mode: 'conservative' },
      { prompt: 'a stripe' },
      { width: 960, height: 768 },
    ],
    [{ operation: 'outpaint', expand: { left: 64, top: 32 } }, {}, { width: 384, height: 288 }],
    [{ operation: 'remove_background' }, { output_format: 'webp' }, { ...SIZE, format: 'webp' }],
    [{ operation: 'search_and_replace', search: 'the stripe' }, { prompt: 'a wave' }, SIZE],
    [{ operation: 'search_and_recolor', search: 'the stripe' }, { prompt: 'red' }, SIZE],
    [{ operation: 'control', control: 'sketch', strength: 0.5 }, { prompt: 'a flag' }, SIZE],
    [{ operation: 'control', control: 'style' }, { prompt: 'a flag', aspect_ratio: '16:9' }, {}],
  ])('%j %j', async (keeprate, more, expected) => {
    const made = await read(await edit(keeprate, more))
    expect(made).toMatchObject(expected)
    expect(made.keeprate.provider).toBe('stability')
    expect(Number(made.keeprate.cost)).toBeGreaterThan(0)
  })

  test('erasing takes a mask, a transfer of style two pictures', async () => {
    const erased = await read(
      await edit({ operation: 'erase' }, { model: CHEAPEST, mask: urlOf(mask) }),
    )
    expect(erased).toMatchObject({ ...SIZE, keeprate: { cost: '0.034', model: 'flux-erase' } })
    const images = [urlOf(picture), urlOf(await makePng({ width: 256, height: 256 }))]
    const styled = await edit({ operation: 'style_transfer' }, { model: CHEAPEST, images })
    expect(await read(styled)).toMatchObject({ ...SIZE, keeprate: { cost: '0.08' } })
  })

  test('forms and headers say the same as members', async () => {
    const headers = { 'x-keeprate-operation': 'outpaint', 'x-keeprate-expand': 'left=64,top=32' }
    const byHeaders = await read(await form([], headers))
    expect(byHeaders).toMatchObject({ width: 384, height: 288 })
    const object = '{"operation":"outpaint","expand":{"left":64,"top":32}}'
    const byMember = await form([textPart('keeprate', object)])
    expect(byMember.headers['x-keeprate-cache']).toBe('HIT exact')
    const more = await form([textPart('keeprate', object)], { 'x-keeprate-expand': 'left=96' })
    const param = 'x-keeprate-expand'
    expectRefusal(more, { status: 400, code: 'invalid_request', param })
  })

  test('a model without an outpaint makes one under a mask, which is said', async () => {
    const wanted = { operation: 'outpaint', expand: { left: 160, right: 160 } }
    const large = { images: [urlOf(await makePng({ width: 1024, height: 768 }))] }
    const made = await read(await edit(wanted, { model: 'gpt-image-2', ...large }))
    expect(made).toMatchObject({ width: 1344, height: 768, keeprate: { model: 'gpt-image-2' } })
    const emulated = expect.objectContaining({ code: 'emulated', param: 'operation' })
    expect(made.keeprate.warnings).toContainEqual(emulated)
    const strict = await edit({ ...wanted, strict: true }, { model: 'gpt-image-2', ...large })
    expectRefusal(strict, { status: 400, code: 'unsupported_parameter', param: 'operation' })
  })

  test('words that nobody reads are dropped with a warning, and refused under strict', async () => {
    const wanted = { operation: 'remove_background' }
    const made = await read(await edit(wanted, { prompt: 'the stripe' }))
    const dropped = expect.objectContaining({ code: 'parameter_dropped', param: 'prompt' })
    expect(made.keeprate.warnings).toContainEqual(dropped)
    const strict = await edit({ ...wanted, strict: true }, { prompt: 'the stripe' })
    expectRefusal(strict, { status: 400, code: 'unsupported_parameter', param: 'prompt' })
  })

  test('the receipt has the operation, its details and the charge', async () => {
    const { keeprate } = await read(await edit({ operation: 'upscale', scale: 4, cache: 'off' }))
    const receipt = jsonOf(await ask(`/v1/requests/${keeprate.request_id}`)) as {
      readonly operation: string
      readonly request: object
      readonly attempts: readonly { readonly usage: object; readonly cost: string }[]
    }
    expect(receipt.operation).toBe('upscale')
    expect(receipt.request).toMatchObject({ operation: 'upscale', scale: 4, mode: 'fast' })
    const usage = { operation: 'upscale', mode: 'fast', scale_factor: 4, width: 1280 }
    expect(receipt.attempts[0]).toMatchObject({ cost: '0.02', usage })
  })
})

test('a quote is what the operation will cost, and says why others cannot do it', async () => {
  const keeprate = { operation: 'upscale', scale: 4 }
  const quoted = await ask('/v1/images/quote', { images: [urlOf(picture)], keeprate })
  const { operation, candidates, excluded } = jsonOf(quoted) as unknown as {
    readonly operation: string
    readonly candidates: readonly { readonly offer: string }[]
    readonly excluded: readonly { readonly offer: string; readonly reason: string }[]
  }
  expect(operation).toBe('upscale')
  expect(candidates[0]).toMatchObject({ offer: 'stability/stable-fast-upscale' })
  expect(JSON.stringify(candidates[0])).toContain('"0.02"')
  const other = excluded.find(({ offer }) => offer === 'stability/stable-conservative-upscale')
  expect(other?.reason).toContain('needs a prompt')
})

describe('a stored picture is enlarged by its id', () => {
  let imageId: string
  beforeAll(async () => {
    const { keeprate } = await read(await edit({ operation: 'remove_background' }))
    imageId = keeprate.images[0]
  })
  const path = () => `/v1/images/${imageId}/upscale`

  test('by its tenant, into a picture with an id of its own', async () => {
    const made = await read(await ask(path(), { scale: 4 }))
    expect(made).toMatchObject({ width: 1280, height: 1024 })
    expect(made.keeprate.images[0]).not.toBe(imageId)
    const linked = await ask(path(), { scale: 2, response_format: 'url' })
    expect(jsonOf(linked).data).toEqual([{ url: expect.stringContaining('/v1/images/img_') }])
  })

  test('not by another one, for whom it is not there', async () => {
    const answer = await ask(path(), { scale: 4 }, { authorization: `Bearer ${keys.other}` })
    expectRefusal(answer, { status: 404, code: 'not_found', param: 'id' })
  })

  test.each([
    [{}, 'scale'],
    [{ scale: 1 }, 'scale'],
    [{ scale: 2, keeprate: { scale: 4 } }, 'keeprate.scale'],
    [{ scale: 2, size: '640x512' }, 'size'],
    [{ scale: 2, keeprate: { operation: 'erase' } }, 'operation'],
    [{ scale: 2, mode: 'magic' }, 'mode'],
  ])('not with %j', async (body, param) => {
    expectRefusal(await ask(path(), body), { status: 400, code: 'invalid_request', param })
  })

  test('not with what the route does not take', async () => {
    const unknown = await ask(path(), { scale: 2, images: [] })
    expectRefusal(unknown, { status: 400, code: 'unsupported_parameter', param: 'images' })
  })
})

test('models tell their operations, what they emulate, and their limits', async () => {
  const tell = async (name: string) =>
    jsonOf(await ask(`/v1/models/${name}`)).keeprate as Readonly<Record<string, unknown>>
  expect(await tell('gpt-image-2')).toMatchObject({
    operations: ['generate', 'edit', 'inpaint', 'variation', 'outpaint'],
    emulates: ['variation', 'outpaint'],
  })
  expect(await tell('stable-fast-upscale')).toMatchObject({
    operations: ['upscale'],
    operation_limits: { upscale: { modes: ['fast'], scales: [4], max_input_pixels: 1_048_576 } },
  })
})
