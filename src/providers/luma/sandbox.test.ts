import { expect, test } from 'vitest'
import { standOf } from '../../testing/emulator-stand.ts'
import emulator from './sandbox.ts'

type Stand = ReturnType<typeof standOf>
const ROOT = '/dream-machine/v1'

const make = (body: object, stand: Stand = standOf(emulator)) =>
  stand.ask('POST', `${ROOT}/generations/image`, { body: { prompt: 'a cup', ...body } })
const placeOf = (answer: { json: unknown }) =>
  `${ROOT}/generations/${(answer.json as { id: string }).id}`

test('a generation is queued, dreaming, completed, and repeats what was asked', async () => {
  const stand = standOf(emulator)
  const created = await make({ aspect_ratio: '21:9', format: 'png' }, stand)
  expect(created).toMatchObject({ status: 201, json: { state: 'queued', assets: null } })
  stand.pass(5_000)
  expect(await stand.ask('GET', placeOf(created))).toMatchObject({ json: { state: 'dreaming' } })
  stand.pass(15_000)
  const { json } = await stand.ask('GET', placeOf(created))
  expect(json).toMatchObject({ state: 'completed', request: { aspect_ratio: '21:9' } })
  const { image } = (json as { assets: { image: string } }).assets
  expect(await stand.ask('GET', image)).toMatchObject({ status: 400 })
  const open = { headers: { authorization: undefined } }
  expect(await stand.ask('GET', image, open)).toMatchObject({
    status: 200,
    headers: { 'content-type': 'image/png' },
  })
  expect(stand.bills).toEqual(['0.01513728'])
})

test('a deleted generation is not known any more', async () => {
  const stand = standOf(emulator)
  const place = placeOf(await make({}, stand))
  expect(await stand.ask('DELETE', place)).toMatchObject({ status: 204 })
  expect(await stand.ask('GET', place)).toMatchObject({ status: 404 })
  expect(await stand.ask('DELETE', place)).toMatchObject({ status: 404 })
})

test('a generation is that of its key', async () => {
  const stand = standOf(emulator)
  const place = placeOf(await make({}, stand))
  const headers = { authorization: 'Bearer key-2' }
  expect(await stand.ask('GET', place, { headers })).toMatchObject({ status: 404 })
})

test.each<[string, object, string]>([
  ['no prompt', { prompt: '' }, 'prompt'],
  ['a shape nobody makes', { aspect_ratio: '5:4' }, 'aspect_ratio'],
  ['WebP', { format: 'webp' }, 'format'],
  ['a reference that is no link', { image_ref: [{ url: 'data:image/png,x' }] }, 'image_ref'],
  ['a seed, which there is none of', { seed: 4 }, 'seed'],
])('it refuses %s and bills nothing', async (_claim, body, name) => {
  const stand = standOf(emulator)
  expect(await make(body, stand)).toMatchObject({
    status: 422,
    json: { detail: [{ loc: ['body', name] }] },
  })
  expect(stand.bills).toEqual([])
})
