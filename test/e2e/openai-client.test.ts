import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describe as describePicture, makeMask, makePng } from './pictures.ts'
import {
  clearStand,
  type Database,
  databaseKinds,
  makeDatabase,
  type Stand,
  startStand,
} from './stand.ts'

const SQUARE = { width: 1024, height: 1024 }

interface Receipt {
  readonly attempts: readonly { readonly charge: readonly unknown[] }[]
  readonly explain: { readonly offers: readonly { readonly step?: number }[] }
}

const decode = (image: { b64_json?: string | null } | undefined): Buffer =>
  Buffer.from(image?.b64_json ?? '', 'base64')

describe.each(databaseKinds())('the openai client on %s', (kind) => {
  let database: Database
  let stand: Stand
  let client: OpenAI

  beforeAll(async () => {
    database = await makeDatabase(kind)
    stand = await startStand({ database })
    client = new OpenAI({ baseURL: `${stand.url}/v1`, apiKey: stand.key, maxRetries: 0 })
  })
  afterAll(async () => {
    await clearStand(stand)
    await database.drop()
  })

  test.each([1, 2, 3, 4])('generates %i different pictures as base64', async (n) => {
    const answer = await client.images.generate({
      model: 'gpt-image-2',
      prompt: `a harbour with ${n} boats`,
      n,
      size: '1024x1024',
      quality: 'low',
    })
    expect(answer.data).toHaveLength(n)
    const pictures = (answer.data ?? []).map(decode)
    for (const picture of pictures) {
      expect(await describePicture(picture)).toEqual({ ...SQUARE, format: 'png' })
    }
    expect(new Set(pictures.map((picture) => picture.toString('base64'))).size).toBe(n)
    expect(answer.usage?.output_tokens_details?.image_tokens).toBe(196 * n)
  })

  test('answers with links that a browser can open without a key', async () => {
    const answer = await client.images.generate({
      model: 'auto',
      prompt: 'an orchard',
      n: 2,
      response_format: 'url',
    })
    for (const { url } of answer.data ?? []) {
      const picture = await fetch(url ?? '')
      expect(picture.status).toBe(200)
      expect(picture.headers.get('content-type')).toBe('image/png')
      expect(picture.headers.get('x-content-type-options')).toBe('nosniff')
      const bytes = new Uint8Array(await picture.arrayBuffer())
      expect((await describePicture(bytes)).format).toBe('png')
    }
  })

  test('edits one image', async () => {
    const image = await toFile(await makePng(SQUARE), 'photo.png', { type: 'image/png' })
    const answer = await client.images.edit({
      model: 'gpt-image-2',
      image,
      prompt: 'add snow',
      size: '1024x1024',
    })
    expect(await describePicture(decode(answer.data?.[0]))).toEqual({ ...SQUARE, format: 'png' })
  })

  test('edits two images with a mask', async () => {
    const images = await Promise.all(
      ['a.png', 'b.png'].map(async (name) =>
        toFile(await makePng(SQUARE), name, { type: 'image/png' }),
      ),
    )
    const mask = await toFile(await makeMask(SQUARE), 'mask.png', { type: 'image/png' })
    const answer = await client.images.edit({
      model: 'gpt-image-2',
      image: images,
      mask,
      prompt: 'put the boat here',
      size: '1024x1024',
      quality: 'low',
    })
    expect(answer.data).toHaveLength(1)
  })

  test('streams two partial images and the finished one', async () => {
    const stream = await client.images.generate({
      model: 'gpt-image-2',
      prompt: 'a river in fog',
      size: '1024x1024',
      quality: 'low',
      stream: true,
      partial_images: 2,
    })
    const types: string[] = []
    for await (const event of stream) {
      types.push(event.type)
      expect((await describePicture(decode(event))).format).toBe('png')
      if (event.type === 'image_generation.completed') {
        expect(event.usage.output_tokens).toBeGreaterThan(0)
        const { keeprate } = event as unknown as { keeprate: { cost: string; model: string } }
        expect(Number(keeprate.cost)).toBeGreaterThan(0)
        expect(keeprate.model).toBe('gpt-image-2')
      }
    }
    expect(types).toEqual([
      'image_generation.partial_image',
      'image_generation.partial_image',
      'image_generation.completed',
    ])
  })

  test('streams a draft of what has no partial images, and cached pictures at once', async () => {
    const ask = async () => {
      const stream = await client.images.generate({
        ...{ model: 'flux-2-max', prompt: 'a lighthouse in fog', size: '1024x1024' },
        ...{ stream: true, partial_images: 2 },
      })
      const seen: unknown[] = []
      for await (const event of stream) {
        const { format, ...size } = await describePicture(decode(event))
        const { keeprate } = event as unknown as { keeprate?: { cache: string } }
        seen.push([event.type, size.width, event.size, format, keeprate?.cache])
      }
      return seen
    }
    expect(await ask()).toEqual([
      ['image_generation.partial_image', 512, '512x512', expect.any(String), undefined],
      ['image_generation.completed', 1024, '1024x1024', 'png', 'MISS'],
    ])
    expect(await ask()).toEqual([
      ['image_generation.completed', 1024, '1024x1024', 'png', 'HIT exact'],
    ])
  })

  test('makes variations, which are emulated by an edit', async () => {
    const image = await toFile(await makePng(SQUARE), 'photo.png', { type: 'image/png' })
    const answer = await client.images.createVariation({ image, n: 2, size: '1024x1024' })
    expect(answer.data).toHaveLength(2)
  })

  test('a retired name leads to a live model, and the warning says so', async () => {
    const { data, response } = await client.images
      .generate({
        model: 'dall-e-3',
        prompt: 'a castle',
        quality: 'hd',
        style: 'vivid',
        size: '1792x1024',
      })
      .withResponse()
    expect(await describePicture(decode(data.data?.[0]))).toMatchObject({
      width: 1792,
      height: 1024,
    })
    expect(response.headers.get('x-keeprate-model')).toBe('gpt-image-2')
    expect(response.headers.get('x-keeprate-warnings')).toMatch(/model_alias.*style/s)
  })

  test('lists models with prices', async () => {
    const models: OpenAI.Models.Model[] = []
    for await (const model of client.models.list()) models.push(model)
    const found = models.find((model) => model.id === 'flux-2-pro') as unknown as {
      keeprate: { offer: string; prices: unknown[] }
    }
    expect(found.keeprate.offer).toBe('bfl/flux-2-pro')
    expect(found.keeprate.prices.length).toBeGreaterThan(0)
    expect((await client.models.retrieve('gpt-image-2')).owned_by).toBe('openai')
  })

  test('every answer says what it cost, against what, and who made it', async () => {
    const { response } = await client.images
      .generate({ model: 'auto', prompt: 'a meadow', size: '1024x1024' })
      .withResponse()
    const header = (name: string) => response.headers.get(`x-keeprate-${name}`) ?? ''
    expect(Number(header('cost'))).toBeGreaterThan(0)
    const sum = Number(header('cost')) + Number(header('saved'))
    expect(sum).toBeCloseTo(Number(header('list-cost')), 9)
    expect(header('route')).toBe('direct')
    expect(header('cache')).toBe('MISS')
    const receipt = await fetch(
      `${stand.url}/v1/requests/${response.headers.get('x-request-id')}`,
      {
        headers: { authorization: `Bearer ${stand.key}` },
      },
    ).then((answer) => answer.json() as Promise<Receipt>)
    expect(receipt).toMatchObject({ status: 'completed', cost: header('cost'), simulated: true })
    expect(receipt.attempts[0]?.charge.length).toBeGreaterThan(0)
    expect(receipt.explain.offers.find((offer) => offer.step === 1)).toBeDefined()
  })

  test('an equal request is answered from the cache and costs nothing', async () => {
    const request = { model: 'auto', prompt: 'a lighthouse, twice', size: '1024x1024' } as const
    const first = await client.images.generate(request)
    const second = await client.images.generate(request).withResponse()
    expect(second.response.headers.get('x-keeprate-cache')).toBe('HIT exact')
    expect(second.response.headers.get('x-keeprate-cost')).toBe('0')
    expect(second.data.data?.[0]?.b64_json).toBe(first.data?.[0]?.b64_json)
  })

  test.each<[string, () => Promise<unknown>, number, string, string | null]>([
    [
      'an unknown model',
      () => client.images.generate({ model: 'no-such-model', prompt: 'x' }),
      404,
      'model_not_found',
      'model',
    ],
    ['n of zero', () => client.images.generate({ prompt: 'x', n: 0 }), 400, 'invalid_request', 'n'],
    [
      'an impossible size',
      () => client.images.generate({ prompt: 'x', size: '7x7' as '1024x1024' }),
      400,
      'invalid_request',
      'size',
    ],
    [
      'a prompt that providers refuse',
      () => client.images.generate({ model: 'gpt-image-2', prompt: 'sandbox:moderate-input' }),
      400,
      'content_policy_violation',
      null,
    ],
  ])('%s is an error that the client understands', async (_, call, status, code, param) => {
    const error = await call().then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(OpenAI.APIError)
    const {
      status: actual,
      code: actualCode,
      param: actualParam,
    } = error as InstanceType<typeof OpenAI.APIError>
    expect({ status: actual, code: actualCode, param: actualParam }).toEqual({
      status,
      code,
      param,
    })
  })

  test('a wrong key is 401', async () => {
    const stranger = new OpenAI({ baseURL: `${stand.url}/v1`, apiKey: 'sk-wrong', maxRetries: 0 })
    await expect(stranger.images.generate({ prompt: 'x' })).rejects.toMatchObject({
      status: 401,
      code: 'invalid_api_key',
    })
  })
})
