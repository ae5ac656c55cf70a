import { expect, test } from 'vitest'
import { standOf } from '../../testing/emulator-stand.ts'
import emulator from './sandbox.ts'

const BASE = '/inference/v1'
const SCHNELL = `${BASE}/workflows/accounts/fireworks/models/flux-1-schnell-fp8/text_to_image`
const DEV = `${BASE}/workflows/accounts/fireworks/models/flux-1-dev-fp8/text_to_image`
const SDXL = `${BASE}/image_generation/accounts/fireworks/models/stable-diffusion-xl-1024-v1-0`
const KONTEXT = `${BASE}/workflows/accounts/fireworks/models/flux-kontext-pro`

const make = (url: string, body: object, stand = standOf(emulator), accept = 'application/json') =>
  stand.ask('POST', url, { body: { prompt: 'a cup', ...body }, headers: { accept } })

test.each<[string, string, object, string]>([
  ['four steps by default', SCHNELL, {}, '0.0014'],
  ['each step', SCHNELL, { num_inference_steps: 1 }, '0.00035'],
  ['each picture', DEV, { num_inference_steps: 20, samples: 3 }, '0.03'],
  ['the steps of the legacy family', SDXL, { steps: 30 }, '0.0039'],
  ['a picture of Kontext', KONTEXT, {}, '0.04'],
])('the bill counts %s', async (_claim, url, body, dollars) => {
  const stand = standOf(emulator)
  expect(await make(url, body, stand)).toMatchObject({ status: 200 })
  expect(stand.bills).toEqual([dollars])
})

test.each<[string, string, object]>([
  ['no prompt', SCHNELL, { prompt: '' }],
  ['no steps', SCHNELL, { num_inference_steps: 0 }],
  ['five pictures', SDXL, { samples: 5 }],
  ['two pictures of Kontext', KONTEXT, { samples: 2 }],
  ['a size that is not listed', SDXL, { width: 512, height: 512 }],
  ['pixels for a shape', SCHNELL, { width: 1024 }],
  ['a shape that is not listed', SCHNELL, { aspect_ratio: '7:3' }],
  ['a shape beyond 21:9', KONTEXT, { aspect_ratio: '3:1' }],
  ['WebP', KONTEXT, { output_format: 'webp' }],
  ['too much tolerance with an input', KONTEXT, { input_image: 'AQID', safety_tolerance: 3 }],
  ['the words of the legacy family', DEV, { cfg_scale: 3 }],
])('it refuses %s and bills nothing', async (_claim, url, body) => {
  const stand = standOf(emulator)
  const answer = await make(url, body, stand)
  expect(answer).toMatchObject({ status: 400, json: { error: { message: expect.any(String) } } })
  expect(stand.bills).toEqual([])
})

test.each([
  ['a model at the place of another shape', SCHNELL.replace('flux-1-schnell-fp8', 'SSD-1B')],
  ['a model that does not exist', `${SDXL}-x`],
  ['a Kontext model without its job', `${KONTEXT}/text_to_image`],
])('%s is not found', async (_claim, url) => {
  expect(await make(url, {})).toMatchObject({ status: 404 })
})

test('one picture comes as it is, with its facts in headers', async () => {
  const answer = await make(SCHNELL, { seed: 9 }, standOf(emulator), 'image/jpeg')
  expect(answer.headers).toMatchObject({
    'content-type': 'image/jpeg',
    'finish-reason': 'SUCCESS',
    seed: '9',
  })
})

test('seed 0 is a random one', async () => {
  const stand = standOf(emulator)
  await make(SCHNELL, { seed: 0 }, stand)
  expect(stand.drawings[0]?.seed).not.toBe(0)
})

test('a filtered picture is drawn blank, said in a header, and charged', async () => {
  const stand = standOf(emulator)
  const answer = await make(SDXL, { prompt: 'sandbox:moderate-output' }, stand, 'image/png')
  expect(answer.headers).toMatchObject({ 'finish-reason': 'CONTENT_FILTERED' })
  expect(stand.drawings).toMatchObject([{ blank: true }])
  expect(stand.bills).toHaveLength(1)
})

test('a job is pending, then ready for its own key and model, and its link dies', async () => {
  const stand = standOf(emulator)
  const submitted = await make(KONTEXT, { output_format: 'png' }, stand)
  const { request_id: id } = submitted.json as { request_id: string }
  const poll = (url: string, key = 'key-1') =>
    stand.ask('POST', `${url}/get_result`, {
      body: { id },
      headers: { authorization: `Bearer ${key}` },
    })
  expect((await poll(KONTEXT)).json).toMatchObject({ id, status: 'Pending' })
  stand.pass(60_000)
  const ready = await poll(KONTEXT)
  expect(ready.json).toMatchObject({ status: 'Ready', result: { sample: expect.any(String) } })
  expect((await poll(KONTEXT, 'key-2')).json).toMatchObject({ status: 'Task not found' })
  const other = KONTEXT.replace('pro', 'max')
  expect((await poll(other)).json).toMatchObject({ status: 'Task not found' })
  const { sample } = (ready.json as { result: { sample: string } }).result
  const fetchIt = (headers: object) => stand.ask('GET', sample, { headers: { ...headers } })
  expect(await fetchIt({})).toMatchObject({ status: 400 })
  expect(await fetchIt({ authorization: undefined })).toMatchObject({ status: 200 })
  stand.pass(60 * 60_000)
  expect(await fetchIt({ authorization: undefined })).toMatchObject({ status: 403 })
})

test.each([
  ['moderate-input', 'Request Moderated', 0],
  ['job-fails', 'Error', 0],
  ['moderate-output', 'Content Moderated', 1],
])('%s ends a job as %s', async (fault, status, bills) => {
  const stand = standOf(emulator)
  const { json } = await make(KONTEXT, { prompt: `sandbox:${fault}` }, stand)
  const { request_id: id } = json as { request_id: string }
  stand.pass(60_000)
  const ended = await stand.ask('POST', `${KONTEXT}/get_result`, { body: { id } })
  expect(ended.json).toMatchObject({ status })
  expect(stand.bills).toHaveLength(bills)
})

test('a poll needs an id, and everything a key', async () => {
  const stand = standOf(emulator)
  expect(await stand.ask('POST', `${KONTEXT}/get_result`, { body: {} })).toMatchObject({
    status: 400,
  })
  const headers = { authorization: undefined }
  expect(await stand.ask('GET', `${BASE}/models`, { headers })).toMatchObject({ status: 401 })
  expect(await stand.ask('GET', `${BASE}/models`)).toMatchObject({ status: 200 })
})
