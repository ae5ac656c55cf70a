import { expect, test } from 'vitest'
import { standOf } from '../../testing/emulator-stand.ts'
import emulator from './sandbox.ts'

type Stand = ReturnType<typeof standOf>

const make = (body: object, stand: Stand = standOf(emulator)) =>
  stand.ask('POST', '/v1/generations', { body: { prompt: 'a cup', ...body } })
const placeOf = (answer: { json: unknown }) =>
  `/v1/generations/${(answer.json as { id: string }).id}`
const LINK = { url: 'https://example.com/a.jpg' }

test.each<[string, object, string]>([
  ['the usual model', {}, '0.0404'],
  ['each reference', { image_ref: [LINK, LINK] }, '0.0464'],
  ['the picture that is edited', { type: 'image_edit', source: LINK }, '0.0434'],
  ['the larger model', { model: 'uni-1-max' }, '0.1'],
])('the bill counts %s', async (_claim, body, dollars) => {
  const stand = standOf(emulator)
  expect(await make(body, stand)).toMatchObject({ status: 201 })
  expect(stand.bills).toEqual([dollars])
})

test('a generation is queued, processing, completed, with a link that refuses a key', async () => {
  const stand = standOf(emulator)
  const created = await make({ aspect_ratio: '16:9', output_format: 'jpeg' }, stand)
  expect(created).toMatchObject({ json: { state: 'queued', output: [] } })
  stand.pass(20_000)
  expect(await stand.ask('GET', placeOf(created))).toMatchObject({ json: { state: 'processing' } })
  stand.pass(25_000)
  const { json } = await stand.ask('GET', placeOf(created))
  const { url } = (json as { output: { url: string }[] }).output[0] ?? { url: '' }
  expect(await stand.ask('GET', url)).toMatchObject({ status: 400 })
  const open = { headers: { authorization: undefined } }
  expect(await stand.ask('GET', url, open)).toMatchObject({
    status: 200,
    headers: { 'content-type': 'image/jpeg' },
  })
  stand.pass(60 * 60_000 + 1)
  expect(await stand.ask('GET', url, open)).toMatchObject({ status: 403 })
})

test('ten generations may be unfinished, an eleventh is too many', async () => {
  const stand = standOf(emulator)
  for (let made = 0; made < 10; made += 1) await make({}, stand)
  expect(await make({}, stand)).toMatchObject({ status: 429, headers: { 'retry-after': '60' } })
  stand.pass(45_000)
  expect(await make({}, stand)).toMatchObject({ status: 201 })
})

test.each<[string, object, number, string]>([
  ['no prompt', { prompt: '' }, 400, 'Prompt must'],
  ['a shape nobody makes', { aspect_ratio: '4:3' }, 400, 'Invalid aspect_ratio'],
  ['WebP', { output_format: 'webp' }, 400, 'output_format'],
  ['a source without an edit', { source: LINK }, 400, 'only valid'],
  ['an edit without a source', { type: 'image_edit' }, 400, 'is required'],
  ['link and data at once', { image_ref: [{ ...LINK, data: 'AA==' }] }, 400, 'not both'],
  ['data without a type', { image_ref: [{ data: 'AA==' }] }, 400, 'media_type'],
  [
    'data that is no picture',
    { image_ref: [{ data: 'x', media_type: 'image/png' }] },
    422,
    'base64',
  ],
  ['ten references', { image_ref: Array(10).fill(LINK) }, 400, 'reference images'],
  ['a model that does not exist', { model: 'photon-1' }, 400, 'Unknown model'],
])('it refuses %s and bills nothing', async (_claim, body, status, words) => {
  const stand = standOf(emulator)
  const answer = await make(body, stand)
  expect(answer.status).toBe(status)
  expect((answer.json as { detail: string }).detail).toContain(words)
  expect(stand.bills).toEqual([])
})

test('a generation is that of its key', async () => {
  const stand = standOf(emulator)
  const place = placeOf(await make({}, stand))
  const headers = { authorization: 'Bearer key-2' }
  expect(await stand.ask('GET', place, { headers })).toMatchObject({ status: 404 })
})
