import { describe, expect, test } from 'vitest'
import { makeOfferNames } from '../../core/pricebook/feed/readers/offer-names.ts'
import { readOpenRouter } from '../../core/pricebook/feed/readers/openrouter.ts'
import { standOf } from '../../testing/emulator-stand.ts'
import openrouter from './index.ts'
import emulator from './sandbox.ts'

const ask = (body: object, stand = standOf(emulator)) =>
  stand.ask('POST', '/api/v1/images', { body: { prompt: 'a red cup', ...body } })

const GPT = 'openai/gpt-image-2'
const FLUX = 'black-forest-labs/flux.2-pro'

describe('what is not taken is refused', () => {
  test.each([
    [{ model: 'acme/none' }, 404, 'No endpoints found'],
    [{ model: GPT, steps: 20 }, 400, 'Unrecognized key'],
    [{ model: GPT, prompt: '' }, 400, 'prompt'],
    [{ model: GPT, n: 11 }, 400, 'from 1 to 10'],
    [{ model: FLUX, n: 2 }, 400, 'one image a request'],
    [{ model: FLUX, resolution: '4K' }, 400, '4K is not supported'],
    [{ model: FLUX, resolution: '2k' }, 400, 'resolution: Invalid option'],
    [{ model: FLUX, size: 'large' }, 400, 'expected a tier'],
    [{ model: GPT, size: '1024x1024', resolution: '1K' }, 400, 'conflicts'],
    [{ model: GPT, size: '1024x1024', aspect_ratio: '16:9' }, 400, 'conflicts'],
    [
      { model: FLUX, provider: { options: { 'black-forest-labs': { style: 'x' } } } },
      400,
      'style is not an allowed passthrough',
    ],
    [
      { model: FLUX, input_references: [{ image_url: { url: 'https://elsewhere.example' } }] },
      400,
      'Failed to read',
    ],
  ])('%j', async (body, status, message) => {
    const answer = await ask(body)
    expect(answer.status).toBe(status)
    expect(answer.json).toMatchObject({ error: { code: status } })
    expect(String(answer.body)).toContain(message)
  })

  test('a call without a key', async () => {
    const stand = standOf(emulator)
    const request = { headers: { authorization: '' }, body: { model: GPT } }
    expect(await stand.ask('POST', '/api/v1/images', request)).toMatchObject({ status: 401 })
  })
})

test.each([
  [{ model: GPT, quality: 'low', size: '1024x1024' }, 0.00589],
  [{ model: FLUX, resolution: '2K', aspect_ratio: '21:9' }, 0.075],
  [{ model: 'bytedance-seed/seedream-4.5', resolution: '4K' }, 0.04],
  [{ model: 'x-ai/grok-imagine-image-quality', size: '2K' }, 0.07],
  [{ model: 'sourceful/riverflow-v2-pro', resolution: '4K' }, 0.33],
])('%j costs $%d, as billed', async (body, dollars) => {
  const stand = standOf(emulator)
  const { json } = await ask(body, stand)
  const { cost } = (json as { readonly usage: { readonly cost: number } }).usage
  expect(cost).toBeCloseTo(dollars, 4)
  expect(Number(stand.bills[0])).toBe(cost)
  const { json: key } = await stand.ask('GET', '/api/v1/key')
  expect(key).toMatchObject({ data: { usage: cost } })
})

test('a moderated call is not charged', async () => {
  const stand = standOf(emulator)
  for (const prompt of ['sandbox:moderate-input', 'sandbox:moderate-output']) {
    expect((await ask({ model: GPT, prompt }, stand)).status).toBeGreaterThanOrEqual(400)
  }
  expect(stand.bills).toEqual([])
})

describe('the price feed', () => {
  const read = async (path: string) => {
    const stand = standOf(emulator)
    const { json } = await stand.ask('GET', `/api/v1${path}`, { headers: { authorization: '' } })
    return json
  }

  test('names every model of the catalogue, to everybody', async () => {
    const { data } = (await read('/images/models')) as { readonly data: readonly { id: string }[] }
    const ids = data.map(({ id }) => id)
    expect(ids.toSorted()).toEqual(openrouter.models.map(({ wireName }) => wireName).toSorted())
    expect(await read('/images/models/acme/none/endpoints')).toMatchObject({ error: { code: 404 } })
  })

  test('has lines that the importer of prices reads as prices of our offers', async () => {
    const paths = openrouter.models.map(({ wireName }) => `/images/models/${wireName}/endpoints`)
    const answers = await Promise.all(paths.map(read))
    const names = makeOfferNames(openrouter.models)
    const context = { source: 'openrouter', names, today: '2026-11-20' }
    const { entries, skipped } = readOpenRouter(answers, context)
    // Google's models have two suppliers at one price; the rest is read whole.
    expect(skipped.map(({ code }) => code)).toEqual(['cheaper_supplier', 'cheaper_supplier'])
    const offers = new Set(entries.map((entry) => ('offer' in entry ? entry.offer : '')))
    expect([...offers].toSorted()).toEqual(
      openrouter.models.map(({ id }) => `openrouter/${id}`).toSorted(),
    )
    expect(entries.filter(({ what }) => what !== 'price')).toEqual([])
  })
})
