import { expect, test } from 'vitest'
import { standOf } from '../../testing/emulator-stand.ts'
import emulator from './sandbox.ts'

const make = (body: object, stand = standOf(emulator)) =>
  stand.ask('POST', '/v1/images/generations', { body: { prompt: 'a cup', ...body } })

const DEV = 'black-forest-labs/FLUX.2-dev'
const QWEN = 'Qwen/Qwen-Image'
const FLASH = 'google/flash-image-3.1'
const KONTEXT = 'black-forest-labs/FLUX.1-kontext-pro'
const LINK = 'https://example.com/a.png'

test.each<[string, object, string]>([
  ['each picture', { model: DEV, n: 3 }, '0.0462'],
  ['pixels in decimal megapixels', { model: QWEN, width: 1000, height: 1000 }, '0.0058'],
  [
    'fewer steps are not discounted',
    { model: QWEN, width: 1000, height: 1000, steps: 5 },
    '0.0058',
  ],
  ['further steps are surcharged', { model: QWEN, width: 1000, height: 1000, steps: 30 }, '0.0087'],
  ['steps of a price per picture', { model: DEV, steps: 50 }, '0.0385'],
  ['the smallest resolution', { model: FLASH, width: 512, height: 512 }, '0.04657'],
  ['the largest one', { model: FLASH, width: 4096, height: 4096 }, '0.151'],
  ['input images', { model: FLASH, reference_images: [LINK, LINK] }, '0.06756'],
])('the bill counts %s', async (_claim, body, dollars) => {
  const stand = standOf(emulator)
  expect(await make(body, stand)).toMatchObject({ status: 200 })
  expect(stand.bills).toEqual([dollars])
})

test.each<[string, object, string | null]>([
  ['no prompt', { model: DEV, prompt: '' }, 'prompt'],
  ['five pictures', { model: DEV, n: 5 }, 'n'],
  ['even a count of one, where there is none', { model: FLASH, n: 1 }, 'n'],
  ['steps where there are none', { model: FLASH, steps: 4 }, 'steps'],
  ['a seed where there is none', { model: FLASH, seed: 4 }, 'seed'],
  ['odd pixels', { model: DEV, width: 1000 }, 'width'],
  ['no steps at all', { model: DEV, steps: 0 }, 'steps'],
  ["OpenAI's word for base64", { model: DEV, response_format: 'b64_json' }, 'response_format'],
  ['WebP', { model: DEV, output_format: 'webp' }, 'output_format'],
  ['pixels for a model that takes a shape', { model: KONTEXT, image_url: LINK, width: 8 }, 'width'],
  ['an edit without an input', { model: KONTEXT }, 'image_url'],
  ['a shape beyond 21:9', { model: KONTEXT, image_url: LINK, aspect_ratio: '3:1' }, 'aspect_ratio'],
  ['a link of another field', { model: DEV, image_url: LINK }, 'image_url'],
  ['an input that is no picture', { model: DEV, reference_images: ['x'] }, 'reference_images'],
  ['a parameter nobody knows', { model: DEV, cfg: 4 }, 'cfg'],
])('it refuses %s and bills nothing', async (_claim, body, param) => {
  const stand = standOf(emulator)
  const answer = await make(body, stand)
  expect(answer).toMatchObject({ status: 400, json: { error: { param } } })
  expect(stand.bills).toEqual([])
})

test('a retired model is not there', async () => {
  expect(await make({ model: 'black-forest-labs/FLUX.1-schnell' })).toMatchObject({ status: 404 })
})

test('without a format pictures are JPEG links, which want a user agent and no key', async () => {
  const stand = standOf(emulator)
  const answer = await make({ model: DEV, seed: 5 }, stand)
  const { data } = answer.json as { data: { url: string }[] }
  const url = data[0]?.url ?? ''
  const ask = (link: string, agent: string | undefined) =>
    stand.ask('GET', link, { headers: { authorization: undefined, 'user-agent': agent } })
  expect(await stand.ask('GET', url)).toMatchObject({ status: 400 })
  expect(await ask(url, undefined)).toMatchObject({ status: 403 })
  expect(await ask(`${url}0`, 'test')).toMatchObject({ status: 404 })
  expect(stand.drawings).toEqual([])
  expect(await ask(url, 'test')).toMatchObject({
    status: 200,
    headers: { 'content-type': 'image/jpeg' },
  })
})

test('the same seed draws the same, the second picture another', async () => {
  const stand = standOf(emulator)
  const body = { model: DEV, seed: 5, n: 2, response_format: 'base64' }
  await make(body, stand)
  await make(body, stand)
  expect(stand.drawings.map(({ seed }) => seed)).toEqual([5, 6, 5, 6])
})

test('the list of models needs a key', async () => {
  const stand = standOf(emulator)
  expect(await stand.ask('GET', '/v1/models')).toMatchObject({ status: 200 })
  const headers = { authorization: 'Bearer invalid-key' }
  expect(await stand.ask('GET', '/v1/models', { headers })).toMatchObject({ status: 401 })
})
