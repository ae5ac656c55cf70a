import { expect, test } from 'vitest'
import { standOf } from '../../testing/emulator-stand.ts'
import emulator from './sandbox.ts'

const make = (body: object, stand = standOf(emulator), path = '/v1/images/generations') =>
  stand.ask('POST', path, { body: { prompt: 'a cup', ...body } })

test.each<[string, object, number]>([
  ['the usual model', {}, 35],
  ['each picture', { model: 'recraftv4_1_flash', n: 3 }, 21],
  ['a large one', { model: 'recraftv4_pro', size: '16:9' }, 250],
])('units and bill count %s', async (_claim, body, credits) => {
  const stand = standOf(emulator)
  expect(await make(body, stand)).toMatchObject({ status: 200, json: { credits } })
  expect(stand.bills.map(Number)).toEqual([credits / 1_000])
})

test.each<[string, object, string]>([
  ['no prompt', { prompt: '' }, '[1, 10000]'],
  [
    'a prompt that is too long for an older model',
    { model: 'recraftv3', prompt: 'x'.repeat(1001) },
    '[1, 1000]',
  ],
  ['seven pictures', { n: 7 }, 'n should'],
  ['a size of another family', { model: 'recraftv4_1_pro', size: '1024x1024' }, 'size 1024x1024'],
  ['JPEG', { image_format: 'jpeg' }, 'image_format'],
  ['a style for a newer model', { style: 'any' }, 'style'],
  ['what nobody knows', { cfg: 4 }, 'cfg'],
])('it refuses %s and bills nothing', async (_claim, body, words) => {
  const stand = standOf(emulator)
  const answer = await make(body, stand)
  expect(answer).toMatchObject({ status: 400, json: { code: 'bad_request' } })
  expect((answer.json as { message: string }).message).toContain(words)
  expect(stand.bills).toEqual([])
})

test('a name of no model, and an edit without a picture, are refused', async () => {
  expect(await make({ model: 'recraftv9' })).toMatchObject({ json: { code: 'invalid_model' } })
  const edit = await make({ strength: 0.5 }, standOf(emulator), '/v1/images/imageToImage')
  expect(edit).toMatchObject({ status: 400, json: { message: 'image is required' } })
})

test('without a response format pictures are WebP links, which refuse a credential', async () => {
  const stand = standOf(emulator)
  const { json } = await make({ random_seed: 5 }, stand)
  const url = (json as { data: { url: string }[] }).data[0]?.url ?? ''
  expect(await stand.ask('GET', url)).toMatchObject({ status: 400 })
  const open = { headers: { authorization: undefined } }
  expect(await stand.ask('GET', url, open)).toMatchObject({
    status: 200,
    headers: { 'content-type': 'image/webp' },
  })
  expect(stand.drawings).toMatchObject([{ seed: 5, width: 1024, height: 1024 }])
})

test('the account tells its units to those who have a key', async () => {
  const stand = standOf(emulator)
  expect(await stand.ask('GET', '/v1/users/me')).toMatchObject({ json: { credits: 1_000_000 } })
  const headers = { authorization: 'Bearer invalid-key' }
  expect(await stand.ask('GET', '/v1/users/me', { headers })).toMatchObject({ status: 401 })
})
