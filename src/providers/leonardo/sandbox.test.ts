import { expect, test } from 'vitest'
import { standOf } from '../../testing/emulator-stand.ts'
import emulator from './sandbox.ts'

const ROOT = '/api/rest/v1'
const PHOENIX = 'de7d3faf-762f-48e0-b3b7-9d0ac3a3fcf3'
const KINO = 'aa77f04e-3eec-4034-9c07-d0f619684628'
const base = { prompt: 'a cup', modelId: PHOENIX, contrast: 3.5, width: 512, height: 512 }
const make = (change: object, stand = standOf(emulator)) =>
  stand.ask('POST', `${ROOT}/generations`, { body: { ...base, ...change } })

test.each<[string, object, string]>([
  ['no prompt', { prompt: '' }, 'prompt'],
  ['odd pixels', { width: 1001 }, 'width'],
  ['nine pictures', { num_images: 9 }, 'num_images'],
  ['five large ones', { width: 1024, num_images: 5 }, 'num_images'],
  ['too few steps', { num_inference_steps: 9 }, 'num_inference_steps'],
  ['a model that is not there', { modelId: 'x' }, 'Model x'],
  ['Phoenix without a contrast', { contrast: undefined }, 'contrast'],
  ['an unknown field', { n: 1 }, '"n"'],
  [
    'an input that was never uploaded',
    { modelId: KINO, contrast: undefined, init_image_id: '' },
    'init image',
  ],
])('it refuses %s and bills nothing', async (_claim, change, words) => {
  const stand = standOf(emulator)
  const answer = await make(change, stand)
  expect(answer).toMatchObject({ status: 400, json: { error: expect.stringContaining(words) } })
  expect(stand.bills).toEqual([])
})

test('the calculator says what the job then costs', async () => {
  const stand = standOf(emulator)
  const serviceParams = { IMAGE_GENERATION: { imageWidth: 512, imageHeight: 512, numImages: 5 } }
  const quote = await stand.ask('POST', `${ROOT}/pricing-calculator`, {
    body: { service: 'IMAGE_GENERATION', serviceParams },
  })
  expect(quote.json).toEqual({ calculateProductionApiServiceCost: { cost: 0.02048 } })
  const answer = await make({ num_images: 5 }, stand)
  const cost = { amount: '0.02048', unit: 'DOLLARS' }
  expect(answer).toMatchObject({ json: { sdGenerationJob: { cost } } })
  expect(stand.bills).toEqual(['0.02048'])
})

test('a job waits, then has pictures, then can be deleted', async () => {
  const stand = standOf(emulator)
  const { json } = await make({ num_images: 2, seed: 9 }, stand)
  const { generationId } = (json as { sdGenerationJob: { generationId: string } }).sdGenerationJob
  const place = `${ROOT}/generations/${generationId}`
  const see = async () => (await stand.ask('GET', place)).json
  expect(await see()).toMatchObject({
    generations_by_pk: { status: 'PENDING', generated_images: [] },
  })
  stand.pass(60_000)
  const seen = (await see()) as { generations_by_pk: { generated_images: { url: string }[] } }
  expect(seen).toMatchObject({ generations_by_pk: { status: 'COMPLETE', seed: 9 } })
  const url = seen.generations_by_pk.generated_images[1]?.url ?? ''
  expect(await stand.ask('GET', url)).toMatchObject({ status: 400 })
  const headers = { authorization: undefined }
  expect(await stand.ask('GET', url, { headers })).toMatchObject({ status: 200 })
  expect(stand.drawings).toMatchObject([{ seed: 10, width: 512, format: 'jpeg' }])
  const other = await stand.ask('GET', place, { headers: { authorization: 'Bearer key-2' } })
  expect(other.json).toEqual({ generations_by_pk: null })
  expect(await stand.ask('DELETE', place)).toMatchObject({ status: 200 })
  expect(await see()).toEqual({ generations_by_pk: null })
})

test('a form of the storage ends after two minutes', async () => {
  const stand = standOf(emulator)
  const announced = await stand.ask('POST', `${ROOT}/init-image`, { body: { extension: 'png' } })
  const { uploadInitImage: form } = announced.json as {
    uploadInitImage: { url: string; fields: string }
  }
  const put = async () => {
    const body = new FormData()
    for (const [name, value] of Object.entries<string>(JSON.parse(form.fields))) {
      body.append(name, value)
    }
    body.append('file', new Blob([new Uint8Array([1])]), 'input.png')
    const request = new Request('http://127.0.0.1', { method: 'POST', body })
    return stand.ask('POST', form.url, {
      headers: { 'content-type': request.headers.get('content-type') ?? '' },
      body: new Uint8Array(await request.arrayBuffer()),
    })
  }
  expect(await put()).toMatchObject({ status: 204 })
  stand.pass(121_000)
  expect(await put()).toMatchObject({ status: 403 })
})
