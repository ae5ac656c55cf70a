import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, exchange, jsonOf } from './exchange.ts'
import { filePart, makeForm, type Part, textPart } from './multipart.ts'
import { shapeFlaws } from './openai-shapes.ts'
import { describe as describePicture, makeMask, makePng } from './pictures.ts'
import { clearStand, type Stand, startStand } from './stand.ts'

const SIZE = { width: 64, height: 64 }
/** A cheap model, so that the many calls of this file take little time. */
const MODEL = 'gpt-image-1-mini'

interface Entry {
  readonly b64_json?: string
  readonly url?: string
}

/** A model of the list; the names of `auto` have no more than their id. */
interface Listed {
  readonly id: string
  readonly keeprate?: {
    readonly operations: readonly string[]
    readonly prices: readonly { readonly operation: string }[]
  }
}

const isCallable = ({ keeprate }: Listed): boolean =>
  keeprate === undefined ||
  (keeprate.operations.includes('generate') &&
    keeprate.prices.some(({ operation }) => operation === 'generate'))

let stand: Stand
let picture: Buffer

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  exchange(stand.url, {
    method: 'POST',
    path,
    headers: {
      authorization: `Bearer ${stand.key}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(body),
  })

const generate = (members: object, headers: Record<string, string> = {}) =>
  post('/v1/images/generations', { model: MODEL, prompt: 'a cup', ...members }, headers)

const edit = (parts: readonly Part[], path = '/v1/images/edits') => {
  const { headers, body } = makeForm([textPart('model', MODEL), ...parts])
  const authorization = `Bearer ${stand.key}`
  return exchange(stand.url, { method: 'POST', path, headers: { ...headers, authorization }, body })
}

/** The pictures of a good answer. */
function dataOf(answer: Answer): readonly Entry[] {
  expect(answer.status, answer.body.toString('utf8').slice(0, 500)).toBe(200)
  const body = jsonOf(answer)
  expect(shapeFlaws('ImagesResponse', body)).toEqual([])
  return body.data as readonly Entry[]
}

beforeAll(async () => {
  stand = await startStand()
  picture = await makePng(SIZE)
})
afterAll(() => clearStand(stand))

/** Models that are asked side by side. */
const AT_A_TIME = 6

describe('a generation', () => {
  test('takes null for every optional member', async () => {
    const optional = [
      ...['n', 'size', 'quality', 'background', 'output_format', 'output_compression', 'user'],
      ...['moderation', 'style', 'stream', 'partial_images', 'response_format', 'seed', 'steps'],
      ...['guidance', 'negative_prompt', 'aspect_ratio', 'resolution', 'complexity', 'keeprate'],
    ]
    const nulls = Object.fromEntries(optional.map((name) => [name, null]))
    expect(dataOf(await generate({ ...nulls, prompt: 'nulls', model: null }))).toHaveLength(1)
    const ours = ['purpose', 'max_cost', 'needs', 'strict', 'deadline_ms', 'tags', 'cache_ttl']
    const keeprate = Object.fromEntries(ours.map((name) => [name, null]))
    expect(dataOf(await generate({ prompt: 'nulls of ours', keeprate }))).toHaveLength(1)
  })

  test('takes what OpenAI documents as defaults', async () => {
    const defaults = { n: 1, size: 'auto', quality: 'auto', background: 'auto', stream: false }
    const format = { output_format: 'png', output_compression: 100, moderation: 'auto' }
    expect(dataOf(await generate({ ...defaults, ...format }))).toHaveLength(1)
  })

  test('takes headers and members that agree', async () => {
    const keeprate = {
      purpose: 'hero',
      tags: { a: '1', b: '2' },
      deadline_ms: 60_000,
      strict: true,
    }
    const headers = {
      'x-keeprate-purpose': 'hero',
      'x-keeprate-tags': 'b=2,a=1',
      'x-keeprate-deadline-ms': '60000',
      'x-keeprate-strict': 'on',
    }
    expect(dataOf(await generate({ prompt: 'agreed', keeprate }, headers))).toHaveLength(1)
  })

  test('a tag may have any name', async () => {
    const tags = '__proto__=a,constructor=b,toString=c'
    const answer = await generate({ prompt: 'tagged' }, { 'x-keeprate-tags': tags })
    const path = `/v1/requests/${answer.headers['x-request-id']}`
    const headers = { authorization: `Bearer ${stand.key}` }
    const receipt = jsonOf(await exchange(stand.url, { path, headers }))
    expect(JSON.stringify((receipt.request as { tags: unknown }).tags)).toBe(
      '{"__proto__":"a","constructor":"b","toString":"c"}',
    )
  })

  test('leaves our own object out of the body when asked to', async () => {
    const answer = await generate({ prompt: 'plain' }, { 'x-keeprate-body': 'off' })
    expect(dataOf(answer)).toHaveLength(1)
    expect(jsonOf(answer)).not.toHaveProperty('keeprate')
  })

  test('takes both answer forms for every model', async () => {
    const headers = { authorization: `Bearer ${stand.key}` }
    const list = jsonOf(await exchange(stand.url, { path: '/v1/models', headers }))
    expect(shapeFlaws('ListModelsResponse', list)).toEqual([])
    const models = (list.data as readonly Listed[]).filter(isCallable)
    expect(models.length).toBeGreaterThan(15)
    const check = async ({ id }: Listed): Promise<void> => {
      const asked = { model: id, prompt: `a cup by ${id}` }
      const [bytes] = dataOf(await generate({ ...asked, response_format: 'b64_json' }))
      const { format } = await describePicture(Buffer.from(bytes?.b64_json ?? '', 'base64'))
      expect(['png', 'jpeg', 'webp']).toContain(format)
      const [link] = dataOf(await generate({ ...asked, response_format: 'url' }))
      expect(link?.url, id).toMatch(/^http:.*\/v1\/images\/img_/)
      expect(link, id).not.toHaveProperty('b64_json')
    }
    // All at a time would be more than the memory that pictures in flight may take.
    for (let first = 0; first < models.length; first += AT_A_TIME) {
      await Promise.all(models.slice(first, first + AT_A_TIME).map(check))
    }
  })
})

describe('an edit', () => {
  test.each(['image', 'image[]', 'images', 'images[]', 'image[0]'])(
    'takes its picture as %s',
    async (name) => {
      const parts = [textPart('prompt', `by ${name}`), filePart(name, picture)]
      expect(dataOf(await edit(parts))).toHaveLength(1)
    },
  )

  test('takes a mask under both names', async () => {
    const mask = await makeMask(SIZE)
    for (const name of ['mask', 'mask[]']) {
      const parts = [textPart('prompt', name), filePart('image', picture), filePart(name, mask)]
      expect(dataOf(await edit(parts))).toHaveLength(1)
    }
  })

  test('takes numbers, flags and our object as text', async () => {
    const answer = await edit([
      textPart('prompt', 'two of them'),
      textPart('n', '2'),
      textPart('stream', 'false'),
      textPart('keeprate', '{"purpose":"hero"}'),
      filePart('image', picture),
    ])
    expect(dataOf(answer)).toHaveLength(2)
  })

  test('takes a part that says it is JSON', async () => {
    const type = 'application/json'
    const object = { name: 'keeprate', value: '{"purpose":"hero"}', contentType: type }
    const parts = [textPart('prompt', 'typed'), object, filePart('image', picture)]
    expect(dataOf(await edit(parts))).toHaveLength(1)
  })

  test('takes JSON with data URLs, with and without a mask', async () => {
    const image_url = `data:image/png;base64,${picture.toString('base64')}`
    const maskUrl = `data:image/png;base64,${(await makeMask(SIZE)).toString('base64')}`
    const body = { model: MODEL, prompt: 'by JSON', images: [{ image_url, file_id: null }] }
    const mask = { image_url: maskUrl }
    expect(dataOf(await post('/v1/images/edits', { ...body, mask: null }))).toHaveLength(1)
    expect(dataOf(await post('/v1/images/edits', { ...body, mask }))).toHaveLength(1)
  })

  test('a variation needs no prompt', async () => {
    const answer = await edit([filePart('image', picture)], '/v1/images/variations')
    expect(dataOf(answer)).toHaveLength(1)
  })
})
