import { expect, test } from 'vitest'
import { standOf } from '../../testing/emulator-stand.ts'
import emulator from './sandbox.ts'

const SCHNELL = 'black-forest-labs/FLUX-1-schnell'
const DEV = 'black-forest-labs/FLUX-1-dev'
const TURBO = 'stabilityai/sdxl-turbo'

const infer = (model: string, body: object, stand = standOf(emulator)) =>
  stand.ask('POST', `/v1/inference/${model}`, { body: { prompt: 'a cup', ...body } })

test.each<[string, string, object, string]>([
  ['one step by default', SCHNELL, {}, '0.0005'],
  ['each step', SCHNELL, { num_inference_steps: 4 }, '0.002'],
  ['the area', SCHNELL, { width: 512, height: 1024, num_inference_steps: 4 }, '0.001'],
  ['each picture', SCHNELL, { num_images: 3, num_inference_steps: 2 }, '0.003'],
  ['steps against those of the rate', DEV, { num_inference_steps: 50 }, '0.018'],
  ['the five steps of the turbo model', TURBO, {}, '0.0002'],
  ['numbers that come as texts', DEV, { width: '512', height: '512' }, '0.00225'],
  ['flat prices by the picture', 'black-forest-labs/FLUX-pro', { width: 512 }, '0.05'],
])('the bill counts %s, and the answer reports it', async (_claim, model, body, dollars) => {
  const stand = standOf(emulator)
  const answer = await infer(model, body, stand)
  expect(stand.bills).toEqual([dollars])
  expect(answer.json).toMatchObject({ inference_status: { cost: Number(dollars) } })
})

test.each<[string, string, object, string]>([
  ['no prompt', SCHNELL, { prompt: '' }, 'prompt'],
  ['five pictures', SCHNELL, { num_images: 5 }, 'num_images'],
  ['odd pixels', SCHNELL, { width: 1000 }, 'width'],
  ['too many pixels', SCHNELL, { height: 4096 }, 'height'],
  ['more steps than the model has', TURBO, { num_inference_steps: 11 }, 'num_inference_steps'],
  ['guidance where there is none', SCHNELL, { guidance_scale: 3 }, 'guidance_scale'],
  ['half a step', SCHNELL, { num_inference_steps: 1.5 }, 'num_inference_steps'],
  ['a shape where pixels are taken', SCHNELL, { aspect_ratio: '1:1' }, 'aspect_ratio'],
  ['a shape that is not listed', 'stabilityai/sd3.5', { aspect_ratio: '7:3' }, 'aspect_ratio'],
  ["OpenAI's words", SCHNELL, { n: 2 }, 'n'],
])('it refuses %s and bills nothing', async (_claim, model, body, name) => {
  const stand = standOf(emulator)
  const answer = await infer(model, body, stand)
  expect(answer).toMatchObject({ status: 422, json: { detail: [{ loc: ['body', name] }] } })
  expect(stand.bills).toEqual([])
})

test('an edit model has no native endpoint', async () => {
  const answer = await infer('Qwen/Qwen-Image-Edit', {})
  expect(answer).toMatchObject({ status: 404, json: { detail: { error: expect.any(String) } } })
})

test('what is unsafe comes as a blank picture with a mark, and is charged', async () => {
  const stand = standOf(emulator)
  const answer = await infer(SCHNELL, { prompt: 'sandbox:moderate-output' }, stand)
  expect(answer.json).toMatchObject({ nsfw_content_detected: [true] })
  expect(stand.drawings).toMatchObject([{ blank: true }])
  expect(stand.bills).toHaveLength(1)
})

test('an edit wants a form, in the words of OpenAI', async () => {
  const stand = standOf(emulator)
  const answer = await stand.ask('POST', '/v1/openai/images/edits', { body: { prompt: 'x' } })
  expect(answer).toMatchObject({ status: 400, json: { error: { message: expect.any(String) } } })
})

test('the limits are told to who has a key', async () => {
  const stand = standOf(emulator)
  expect(await stand.ask('GET', '/v1/me/rate_limit')).toMatchObject({ status: 200 })
  const headers = { authorization: undefined }
  expect(await stand.ask('GET', '/v1/me/rate_limit', { headers })).toMatchObject({ status: 401 })
})
