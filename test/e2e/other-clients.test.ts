import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { generateImage } from 'ai'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shapeFlaws } from './openai-shapes.ts'
import { describe as describePicture, makeMask, makePng } from './pictures.ts'
import {
  clearStand,
  type Database,
  databaseKinds,
  makeDatabase,
  type Stand,
  startStand,
} from './stand.ts'

const run = promisify(execFile)
const SQUARE = { width: 1024, height: 1024 }
const PNG = { ...SQUARE, format: 'png' }

describe.each(databaseKinds())('on %s', (kind) => {
  let database: Database
  let stand: Stand
  beforeAll(async () => {
    database = await makeDatabase(kind)
    // Faults come one after the other here; a breaker would keep the next one away.
    const environment = { KEEPRATE_BREAKER_FAILURES: '0' }
    stand = await startStand({ database, environment })
  })
  afterAll(async () => {
    await clearStand(stand)
    await database.drop()
  })

  describe('the AI SDK', () => {
    const model = (name: string) =>
      createOpenAICompatible({
        name: 'keeprate',
        baseURL: `${stand.url}/v1`,
        apiKey: stand.key,
      }).imageModel(name)

    test.each([1, 2])('generates %i different pictures', async (n) => {
      const { images, warnings } = await generateImage({
        model: model('auto'),
        prompt: `a meadow of ${n}`,
        n,
        size: '1024x1024',
        maxRetries: 0,
      })
      expect(warnings).toEqual([])
      expect(images).toHaveLength(n)
      for (const { uint8Array } of images) expect(await describePicture(uint8Array)).toEqual(PNG)
      expect(new Set(images.map(({ base64 }) => base64)).size).toBe(n)
    })

    test("OpenAI's package splits what it does not know into equal calls: all differ", async () => {
      const openai = createOpenAI({ baseURL: `${stand.url}/v1`, apiKey: stand.key })
      const { images } = await generateImage({
        model: openai.image('auto'),
        prompt: 'a meadow of siblings',
        n: 3,
        maxRetries: 0,
      })
      expect(new Set(images.map(({ base64 }) => base64)).size).toBe(3)
    })

    test('two equal calls at the same time get different pictures', async () => {
      const asked = { model: model('gpt-image-1-mini'), prompt: 'twins', maxRetries: 0 }
      const results = await Promise.all([generateImage(asked), generateImage(asked)])
      const [first, second] = results.map(({ image }) => image.base64)
      expect(first).not.toBe(second)
    })

    test('equal calls in a row get different pictures, which others share', async () => {
      const asked = { model: model('auto'), prompt: 'late twins', maxRetries: 0 }
      const first = await generateImage(asked)
      const second = await generateImage(asked)
      expect(first.image.base64).not.toBe(second.image.base64)
      const openai = new OpenAI({ baseURL: `${stand.url}/v1`, apiKey: stand.key })
      const { data } = await openai.images.generate({ model: 'auto', prompt: 'late twins' })
      expect([first.image.base64, second.image.base64]).toContain(data?.[0]?.b64_json)
    })

    test('edits with two pictures and a mask', async () => {
      const images = [await makePng(SQUARE), await makePng(SQUARE)]
      const { image } = await generateImage({
        model: model('gpt-image-1-mini'),
        prompt: { text: 'add a boat', images, mask: await makeMask(SQUARE) },
        size: '1024x1024',
        maxRetries: 0,
      })
      expect(await describePicture(image.uint8Array)).toEqual(PNG)
    })

    test('understands an error, and whether to try again', async () => {
      const asked = { model: model('openai/gpt-image-2'), prompt: 'sandbox:moderate-input' }
      await expect(generateImage({ ...asked, maxRetries: 2 })).rejects.toMatchObject({
        statusCode: 400,
        isRetryable: false,
        message: expect.stringContaining('safety'),
      })
    })
  })

  describe('curl', () => {
    const curl = async (...words: string[]): Promise<string> => {
      const key = `authorization: Bearer ${stand.key}`
      const limits = { maxBuffer: 64 * 2 ** 20 }
      const { stdout } = await run('curl', ['-sS', '-N', '-H', key, ...words], limits)
      return stdout
    }

    test('generates by JSON', async () => {
      const body = '{"prompt":"a cup","model":"gpt-image-1-mini","response_format":"url"}'
      const type = 'content-type: application/json'
      const text = await curl(`${stand.url}/v1/images/generations`, '-H', type, '-d', body)
      expect(shapeFlaws('ImagesResponse', JSON.parse(text))).toEqual([])
    })

    test('edits by a form with several pictures and a mask', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'keeprate-curl-'))
      try {
        await writeFile(join(folder, 'a.png'), await makePng(SQUARE))
        await writeFile(join(folder, 'mask.png'), await makeMask(SQUARE))
        const fields = [
          ...['-F', 'model=gpt-image-1-mini', '-F', 'prompt=put them together', '-F', 'n=2'],
          ...['-F', `image[]=@${folder}/a.png`, '-F', `image[]=@${folder}/a.png;type=image/png`],
          ...['-F', `mask=@${folder}/mask.png`, '-F', 'size=1024x1024'],
        ]
        const text = await curl(`${stand.url}/v1/images/edits`, ...fields)
        const body = JSON.parse(text) as { readonly data: readonly { b64_json: string }[] }
        expect(shapeFlaws('ImagesResponse', body)).toEqual([])
        expect(body.data).toHaveLength(2)
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    })

    test.each([
      ['openai/gpt-image-2', ['image_generation.partial_image', 'image_generation.completed']],
      [
        'flux-2-max, of which a draft is shown',
        ['image_generation.partial_image', 'image_generation.completed'],
      ],
      ['flux-schnell, which is as quick as a draft', ['image_generation.completed']],
    ])('reads a stream of %s line by line', async (name, types) => {
      const model = name.replace(/,.*/, '')
      const wanted = { stream: true, partial_images: 1, quality: 'low' }
      const body = JSON.stringify({ prompt: 'a river', model, ...wanted })
      const type = 'content-type: application/json'
      const url = `${stand.url}/v1/images/generations`
      const stream = await curl(url, '-D', '-', '-H', type, '-d', body)
      const [head = '', ...rest] = stream.split('\r\n\r\n')
      expect(head).toMatch(/^HTTP\/1\.1 200/)
      expect(head).toMatch(/content-type: text\/event-stream/i)
      expect(head).toMatch(/cache-control: no-cache/i)
      const events = readEvents(rest.join('\r\n\r\n'))
      for (const { event, data } of events) {
        expect(data.type).toBe(event)
        const isLast = event === 'image_generation.completed'
        const shape = isLast ? 'ImageGenCompletedEvent' : 'ImageGenPartialImageEvent'
        expect(shapeFlaws(shape, data)).toEqual([])
        const bytes = Buffer.from(String(data.b64_json), 'base64')
        expect((await describePicture(bytes)).format).toBe('png')
      }
      expect(events.map(({ event }) => event)).toEqual(types)
      expect(events.at(-1)?.data.keeprate).toMatchObject({ route: 'direct', cache: 'MISS' })
    })

    test('reads an edit as a stream', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'keeprate-curl-'))
      try {
        await writeFile(join(folder, 'a.png'), await makePng(SQUARE))
        const fields = [
          'model=openai/gpt-image-2',
          'prompt=snow',
          'stream=true',
          'partial_images=1',
        ]
        const form = [...fields, 'quality=low', `image=@${folder}/a.png`]
        const words = form.flatMap((field) => ['-F', field])
        const events = readEvents(await curl(`${stand.url}/v1/images/edits`, ...words))
        expect(events.map(({ event }) => event)).toEqual([
          'image_edit.partial_image',
          'image_edit.completed',
        ])
        expect(shapeFlaws('ImageEditPartialImageEvent', events[0]?.data)).toEqual([])
        expect(shapeFlaws('ImageEditCompletedEvent', events[1]?.data)).toEqual([])
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    })
  })

  describe('the openai client', () => {
    /** A client that notes what it sends again. */
    const counting = (maxRetries: number) => {
      const retries: (string | null)[] = []
      const client = new OpenAI({
        baseURL: `${stand.url}/v1`,
        apiKey: stand.key,
        maxRetries,
        fetch: (url, init) => {
          retries.push(new Headers(init?.headers).get('x-stainless-retry-count'))
          return fetch(url, init)
        },
      })
      return { client, retries }
    }

    test('does not resend what has cost money', async () => {
      const { client, retries } = counting(2)
      const asked = {
        model: 'openai/gpt-image-2',
        prompt: 'sandbox:truncated',
        quality: 'low',
      } as const
      await expect(client.images.generate(asked)).rejects.toMatchObject({ status: 503 })
      expect(retries).toEqual(['0'])
    })

    test('does not resend what only the operator can mend', async () => {
      const { client, retries } = counting(2)
      const asked = { model: 'openai/gpt-image-2', prompt: 'sandbox:no-credit' }
      await expect(client.images.generate(asked)).rejects.toMatchObject({ status: 503 })
      expect(retries).toEqual(['0'])
    })

    test('waits as long as it is told after a 429, and sends again', async () => {
      const { client, retries } = counting(1)
      const begun = performance.now()
      const asked = { model: 'flux-2-pro', prompt: 'sandbox:rate-limit' }
      const error: unknown = await client.images.generate(asked).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(OpenAI.RateLimitError)
      expect(error).toMatchObject({ code: 'rate_limit_exceeded' })
      const { headers } = error as InstanceType<typeof OpenAI.RateLimitError>
      expect(headers?.get('retry-after')).toBe('1')
      expect(retries).toEqual(['0', '1'])
      expect(performance.now() - begun).toBeGreaterThan(950)
    })

    test('sees the status of what fails before a stream has begun', async () => {
      const { client } = counting(0)
      const asked = { model: 'openai/gpt-image-2', stream: true, partial_images: 2 } as const
      const early = client.images.generate({ ...asked, prompt: 'sandbox:moderate-input' })
      await expect(early).rejects.toMatchObject({ status: 400, code: 'content_policy_violation' })
    })

    test('sees an error in the middle of a stream as one', async () => {
      const { client } = counting(0)
      const asked = { model: 'openai/gpt-image-2', stream: true, partial_images: 2 } as const
      const prompt = 'sandbox:moderate-output'
      const stream = await client.images.generate({ ...asked, prompt, quality: 'low' })
      const types: string[] = []
      const reading = async (): Promise<void> => {
        for await (const { type } of stream) types.push(type)
      }
      await expect(reading()).rejects.toMatchObject({ code: 'content_policy_violation' })
      expect(types).toEqual(Array(2).fill('image_generation.partial_image'))
    })

    test('finds every answer in the shape of OpenAI', async () => {
      const { client } = counting(0)
      const list = await client.models.list().asResponse()
      expect(shapeFlaws('ListModelsResponse', await list.json())).toEqual([])
      const one = await client.models.retrieve('flux-2-pro').asResponse()
      expect(shapeFlaws('Model', await one.json())).toEqual([])
    })
  })
})

interface ReadEvent {
  readonly event: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Reads server-sent events strictly: two lines each, apart from comments, and an empty line. */
function readEvents(text: string): readonly ReadEvent[] {
  const blocks = text.split('\n\n').filter((block) => block !== '' && !block.startsWith(':'))
  return blocks.map((block) => {
    const match = /^event: ([a-z_.]+)\ndata: ([^\n]+)$/.exec(block)
    expect(match, block.slice(0, 100)).not.toBeNull()
    return { event: match?.[1] ?? '', data: JSON.parse(match?.[2] ?? '') }
  })
}
