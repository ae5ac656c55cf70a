import { expect, test } from 'vitest'
import { standOf } from '../../testing/emulator-stand.ts'
import emulator from './sandbox.ts'

const id = (last: number) => `3738f7ee-392d-4fae-927d-604abf2de0${last}`
const taskOf = (change: object = {}) => ({
  taskType: 'imageInference',
  taskUUID: id(10),
  model: 'runware:100@1',
  positivePrompt: 'a cup',
  width: 512,
  height: 512,
  includeCost: true,
  ...change,
})
const ask = (tasks: readonly object[], stand = standOf(emulator)) =>
  stand.ask('POST', '/v1', { body: tasks })

test.each<[string, object, string]>([
  ['no prompt', { positivePrompt: '' }, 'invalidPositivePrompt'],
  ['an id that is no UUID', { taskUUID: 'att_1' }, 'invalidTaskUUID'],
  ['odd pixels', { width: 1000 }, 'invalidWidth'],
  ['no pixels', { height: undefined }, 'missingDimensionParameters'],
  ['too many steps', { steps: 101 }, 'invalidSteps'],
  ['a format that is not there', { outputFormat: 'jpeg' }, 'invalidOutputFormat'],
  ['a parameter nobody knows', { n: 2 }, 'unsupportedParameter'],
  [
    'an input where there is none',
    { seedImage: 'data:image/png;base64,AA' },
    'unsupportedParameter',
  ],
  ['an edit without an input', { model: 'runware:106@1' }, 'missingReferenceImages'],
  [
    'a mask alone',
    { model: 'runware:5@1', maskImage: 'https://a.example/m.png' },
    'missingSeedImage',
  ],
  ['a model that is not there', { model: 'runware:1@1' }, 'invalidModel'],
])('it refuses %s and bills nothing', async (_claim, change, code) => {
  const stand = standOf(emulator)
  const answer = await ask([taskOf(change)], stand)
  expect(answer).toMatchObject({
    status: 400,
    json: { errors: [{ code, taskUUID: expect.anything() }] },
  })
  expect(stand.bills).toEqual([])
})

const toolOf = (change: object = {}) => ({
  taskType: 'upscale',
  taskUUID: id(10),
  model: 'runware:504@1',
  inputs: { image: 'https://a.example/small.png' },
  upscaleFactor: 2,
  ...change,
})

test.each<[string, object, string]>([
  ['an enlargement by another factor', { upscaleFactor: 3 }, 'invalidUpscaleFactor'],
  ['words for a tool without them', { settings: { seed: 1 } }, 'unsupportedParameter'],
  ['the parameters of an inference', { positivePrompt: 'a cup' }, 'unsupportedParameter'],
  ['no picture', { inputs: {} }, 'failedToTransferImage'],
  ['a model of another task', { model: 'runware:112@5' }, 'invalidModel'],
])('a tool refuses %s and bills nothing', async (_claim, change, code) => {
  const stand = standOf(emulator)
  const answer = await ask([toolOf(change)], stand)
  expect(answer).toMatchObject({ status: 400, json: { errors: [{ code }] } })
  expect(stand.bills).toEqual([])
})

test('an enlargement has edges of at most 4096, and an older name in its answer', async () => {
  const stand = standOf(emulator)
  const answer = await ask([toolOf({ upscaleFactor: 4, outputType: 'base64Data' })], stand)
  expect(answer).toMatchObject({ json: { data: [{ taskType: 'imageUpscale' }] } })
  expect(stand.drawings).toMatchObject([{ width: 4096, height: 4096, format: 'jpeg' }])
})

test('of several tasks one may fail, and the answer is a success all the same', async () => {
  const stand = standOf(emulator)
  const answer = await ask([taskOf({ width: 1000 }), taskOf({ taskUUID: id(11) })], stand)
  expect(answer).toMatchObject({
    status: 200,
    json: { data: [{ taskUUID: id(11) }], errors: [{ taskUUID: id(10) }] },
  })
  expect(stand.bills).toHaveLength(1)
})

test('each result tells its cost when it is asked for; their sum is the bill', async () => {
  const stand = standOf(emulator)
  const answer = await ask([taskOf({ numberResults: 2 })], stand)
  const { data } = answer.json as { data: { cost: number }[] }
  const sum = data.reduce((total, { cost }) => total + cost, 0)
  expect(Number(sum.toFixed(9))).toBe(Number(stand.bills[0]))
  const silent = await ask([taskOf({ includeCost: false })])
  expect(JSON.stringify(silent.json)).not.toContain('cost')
})

test('the key may come as the first task', async () => {
  const withKey = (apiKey: string) =>
    standOf(emulator).ask('POST', '/v1', {
      headers: { authorization: undefined },
      body: [{ taskType: 'authentication', apiKey }, taskOf()],
    })
  expect(await withKey('key-1')).toMatchObject({ status: 200 })
  expect(await withKey('invalid-1')).toMatchObject({ status: 401 })
})

test('without an output type a picture is a link', async () => {
  const stand = standOf(emulator)
  const answer = await ask([taskOf()], stand)
  const { data } = answer.json as { data: { imageURL: string }[] }
  const url = data[0]?.imageURL ?? ''
  expect(await stand.ask('GET', url)).toMatchObject({ status: 400 })
  const headers = { authorization: undefined }
  expect(await stand.ask('GET', url, { headers })).toMatchObject({ status: 200 })
  expect(stand.drawings).toMatchObject([{ width: 512, format: 'jpeg' }])
})
