import { expect, test, vi } from 'vitest'
import { standOf } from '../../testing/emulator-stand.ts'
import { answerOf, callOf } from '../../testing/hosted-calls.ts'
import ideogram from './index.ts'
import emulator from './sandbox.ts'
import { webhook } from './webhook.ts'

type Stand = ReturnType<typeof standOf>
const headers = { 'api-key': 'key-1', authorization: undefined }
const V45 = '/v2/image/generate/ideogram-4-5'
const V46 = '/v2/image/generate/ideogram-4-6'
const V3 = '/v2/image/generate/ideogram-3'

const make = (url: string, body: object, stand: Stand = standOf(emulator)) =>
  stand.ask('POST', url, { headers, body: { prompt: 'a cup', ...body } })
const idOf = (answer: { json: unknown }) => (answer.json as { generation_id: string }).generation_id
const look = (stand: Stand, id: string) => stand.ask('GET', `/v2/generations/${id}`, { headers })

test.each<[string, string, object, number]>([
  ['the dearest quality, which is the default', V45, {}, 100_000],
  ['each picture', V45, { quality: 'low', num_images: 3 }, 90_000],
  ['a speed', V3, { rendering_speed: 'quality' }, 90_000],
  ['no more for 2K', V46, { quality: 'medium', size: '2048x2048' }, 60_000],
  ['twice as much above', V46, { quality: 'medium', size: '4096x2048' }, 120_000],
])('a dry run quotes %s and charges nothing', async (_claim, url, body, micros) => {
  const stand = standOf(emulator)
  const quote = await make(`${url}?dry_run=true`, body, stand)
  expect(quote).toMatchObject({
    status: 200,
    json: { object: 'price_quote', usd_micros: micros, credit_millis: micros / 10 },
  })
  expect(stand.bills).toEqual([])
  await make(url, { ...body, async: true }, stand)
  expect(stand.bills.map(Number)).toEqual([micros / 1e6])
})

test('a generation is pending, then completed, with links that refuse a key', async () => {
  const stand = standOf(emulator)
  const id = idOf(await make(V45, { async: true, seed: 5, size: '1024x1024' }, stand))
  expect(await look(stand, id)).toMatchObject({ json: { status: 'pending' } })
  stand.pass(18_000)
  const { json } = await look(stand, id)
  expect(json).toMatchObject({
    status: 'completed',
    data: [{ resolution: '1024x1024', seed: 5, is_image_safe: true }],
  })
  const { url } = (json as { data: { url: string }[] }).data[0] ?? { url: '' }
  expect(await stand.ask('GET', url, { headers })).toMatchObject({ status: 400 })
  const open = { headers: { authorization: undefined } }
  expect(await stand.ask('GET', url, open)).toMatchObject({ status: 200 })
  stand.pass(24 * 60 * 60_000 + 1)
  expect(await stand.ask('GET', url, open)).toMatchObject({ status: 403 })
})

test('without async the pictures come at once', async () => {
  const answer = await make(V3, { aspect_ratio: '16x9' })
  expect(answer).toMatchObject({ status: 200, json: { data: [{ resolution: '1312x736' }] } })
})

test('a withheld picture has no link and is charged', async () => {
  const stand = standOf(emulator)
  const id = idOf(await make(V45, { prompt: 'sandbox:moderate-output', async: true }, stand))
  stand.pass(18_000)
  expect(await look(stand, id)).toMatchObject({
    json: { status: 'completed', data: [{ is_image_safe: false, url: null }] },
  })
  expect(stand.bills).toHaveLength(1)
})

test.each<[string, string, object, string]>([
  ['no prompt', V45, { prompt: '' }, 'prompt'],
  ['a quality that needs an input', V45, { quality: 'very_low' }, 'quality'],
  ['a size that is no preset', V45, { size: '1000x1000' }, 'size'],
  ['odd pixels', V46, { size: '1000x1024' }, 'size'],
  ['a shape nobody makes', V3, { aspect_ratio: '7x5' }, 'aspect_ratio'],
  ['nine pictures', V3, { num_images: 9 }, 'num_images'],
  ['a seed that is too large', V3, { seed: 2 ** 31 }, 'seed'],
  ['a field of another model', V45, { rendering_speed: 'turbo' }, 'rendering_speed'],
  ['an edit without a picture', '/v2/image/precise-edit/ideogram-4-5', {}, 'image'],
])('it refuses %s and bills nothing', async (_claim, url, body, word) => {
  const stand = standOf(emulator)
  const answer = await make(url, body, stand)
  expect(answer.status).toBe(400)
  expect((answer.json as { error: string }).error).toContain(word)
  expect(stand.bills).toEqual([])
})

test('ten generations may be unfinished, an eleventh is too many', async () => {
  const stand = standOf(emulator)
  for (let made = 0; made < 10; made += 1) await make(V3, { async: true }, stand)
  const answer = await make(V3, { async: true }, stand)
  expect(answer).toMatchObject({
    status: 429,
    json: { reject_reason: 'inflight_limit', max_inflight_requests: 10 },
    headers: { 'retry-after': '1' },
  })
  stand.pass(9_000)
  expect(await make(V3, { async: true }, stand)).toMatchObject({ status: 200 })
})

test('without a good key nothing is told, and generations are those of their key', async () => {
  const stand = standOf(emulator)
  const id = idOf(await make(V3, { async: true }, stand))
  const other = { headers: { 'api-key': 'key-2' } }
  expect(await stand.ask('GET', `/v2/generations/${id}`, other)).toMatchObject({ status: 404 })
  expect(await stand.ask('GET', `/v2/generations/${id}`)).toMatchObject({ status: 401 })
})

test('a webhook is signed with the published key', async () => {
  const stand = standOf(emulator)
  const delivered = Promise.withResolvers<RequestInit>()
  const answer = async (_url: unknown, init?: RequestInit) => {
    delivered.resolve(init ?? {})
    return new Response('ok')
  }
  const fetching = vi.spyOn(globalThis, 'fetch').mockImplementation(answer)
  const id = idOf(await make(V3, { webhook_url: 'https://example.com/hook' }, stand))
  stand.pass(9_000)
  const { headers: sent, body } = await delivered.promise
  const set = await stand.ask('GET', '/v1/.well-known/jwks.json', { headers: {} })
  const keys = webhook.fromKeys?.(answerOf(200, set.json)) ?? []
  const delivery = { headers: sent as Record<string, string>, body: Buffer.from(String(body)) }
  const now = Date.UTC(2026, 10, 20, 12) + 9_000
  expect(keys).toHaveLength(1)
  expect(await webhook.verify(delivery, keys, now)).toBe(true)
  const notice = webhook.read(delivery, callOf(ideogram, 'ideogram-4.5'))
  expect(notice).toMatchObject({ job: { id }, deliveryId: id, isEnd: true })
  fetching.mockRestore()
})
