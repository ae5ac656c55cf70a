import { describe, expect, test } from 'vitest'
import { clockedEmulator } from '../../testing/clocked-emulator.ts'
import emulator from './sandbox.ts'

/** The emulator, with what these tests ask it. */
function sandbox() {
  const stand = clockedEmulator(emulator, { authorization: 'Key id:secret' })
  const submit = (name: string, input: object, headers = {}) =>
    stand.ask('POST', `/${name}`, input, headers)
  const status = (id: unknown) => stand.ask('GET', `/fal-ai/flux/requests/${id}/status`)
  const result = (id: unknown) => stand.ask('GET', `/fal-ai/flux/requests/${id}`)
  const cancel = (id: unknown) => stand.ask('PUT', `/fal-ai/flux/requests/${id}/cancel`)
  return { ...stand, submit, status, result, cancel }
}

const SCHNELL = 'fal-ai/flux/schnell'
const prompt = 'a red cup'
const isNoKey = { authorization: undefined }

describe('the queue', () => {
  test('goes from IN_QUEUE to IN_PROGRESS to COMPLETED, with 202 until the end', async () => {
    const { submit, status, result, pass, bills } = sandbox()
    const { json } = await submit(SCHNELL, { prompt, num_images: 2, image_size: 'square_hd' })
    expect(json).toMatchObject({ status: 'IN_QUEUE', queue_position: 0 })
    const id = json.request_id
    expect(await status(id)).toMatchObject({ status: 202, json: { status: 'IN_QUEUE' } })
    pass(1_000)
    expect(await status(id)).toMatchObject({ status: 202, json: { status: 'IN_PROGRESS' } })
    expect(await result(id)).toMatchObject({
      status: 400,
      json: { detail: 'Request is still in progress' },
    })
    pass(10_000)
    const done = await status(id)
    expect(done).toMatchObject({ status: 200, json: { status: 'COMPLETED' } })
    const { json: made, answer } = await result(id)
    expect(made).toMatchObject({
      images: [{ width: 1_024, content_type: 'image/jpeg' }, {}],
      has_nsfw_concepts: [false, false],
      prompt,
    })
    expect(answer.headers).toMatchObject({ 'x-fal-billable-units': '2', 'x-fal-request-id': id })
    expect(bills).toEqual(['0.006'])
  })

  test('leaves the path of an endpoint out of the addresses it gives', async () => {
    const { submit, baseUrl } = sandbox()
    const { json } = await submit(SCHNELL, { prompt })
    const url = `${baseUrl}/fal-ai/flux/requests/${json.request_id}`
    expect(json).toMatchObject({
      response_url: url,
      status_url: `${url}/status`,
      cancel_url: `${url}/cancel`,
    })
  })

  test('lets 40 requests run at once and the next ones wait, paid when they begin', async () => {
    const { submit, status, pass, bills } = sandbox()
    for (let count = 0; count < 40; count += 1) await submit(SCHNELL, { prompt })
    const waiting = (await submit(SCHNELL, { prompt })).json
    const last = (await submit(SCHNELL, { prompt })).json
    expect(last).toMatchObject({ status: 'IN_QUEUE' })
    expect(bills).toHaveLength(40)
    pass(1_000)
    expect((await status(waiting.request_id)).json.status).toBe('IN_QUEUE')
    pass(1_200)
    await status(waiting.request_id)
    expect(bills).toHaveLength(42)
  })

  test('forgets nothing but what was cancelled in time', async () => {
    const { submit, status, cancel, pass, bills } = sandbox()
    const running = (await submit(SCHNELL, { prompt })).json.request_id
    for (let count = 0; count < 39; count += 1) await submit(SCHNELL, { prompt })
    const waiting = (await submit(SCHNELL, { prompt })).json.request_id
    expect(await cancel(waiting)).toMatchObject({ status: 200, json: { status: 'OK' } })
    expect((await status(waiting)).status).toBe(404)
    expect(await cancel(running)).toMatchObject({
      status: 202,
      json: { status: 'CANCELLATION_REQUESTED' },
    })
    pass(10_000)
    expect(await cancel(running)).toMatchObject({
      status: 400,
      json: { status: 'ALREADY_COMPLETED' },
    })
    expect(await cancel('nobody')).toMatchObject({ status: 404, json: { status: 'NOT_FOUND' } })
    expect(bills).toHaveLength(40)
  })

  test('gives up what has not begun before the deadline of the request', async () => {
    const { submit, status, result, pass, bills } = sandbox()
    const input = { prompt: `${prompt} sandbox:job-stuck` }
    const { json } = await submit(SCHNELL, input, { 'x-fal-request-timeout': '30' })
    pass(31_000)
    expect((await status(json.request_id)).json).toMatchObject({
      status: 'COMPLETED',
      error_type: 'request_timeout',
    })
    const { status: code, answer } = await result(json.request_id)
    expect(code).toBe(504)
    expect(answer.headers).toMatchObject({ 'x-fal-request-timeout-type': 'user' })
    expect(bills).toEqual([])
  })

  test('shows a request to its owner alone', async () => {
    const { submit, ask } = sandbox()
    const { json } = await submit(SCHNELL, { prompt })
    const other = { authorization: 'Key other:secret' }
    const seen = await ask('GET', String(json.status_url), undefined, other)
    expect(seen.status).toBe(404)
  })
})

describe('both shapes of errors', () => {
  test.each<[object, string, string]>([
    [{}, 'Field required', 'missing'],
    [{ prompt, num_images: 5 }, 'less than or equal to 4', 'less_than_equal'],
    [{ prompt, num_images: 0 }, 'greater than or equal to 1', 'greater_than_equal'],
    [{ prompt, num_inference_steps: 1.5 }, 'valid integer', 'int_type'],
    [{ prompt, image_size: 'huge' }, 'valid image size', 'value_error'],
    [{ prompt, image_size: { width: 0, height: 5 } }, 'valid image size', 'value_error'],
    [{ prompt, output_format: 'gif' }, "'jpeg', 'png'", 'literal_error'],
    [{ prompt, enable_safety_checker: 1 }, 'valid boolean', 'bool_type'],
    [{ prompt: 7 }, 'valid string', 'string_type'],
  ])('a model says of %j at the end: %s', async (input, words, type) => {
    const { submit, result, bills } = sandbox()
    const { status, json } = await submit(SCHNELL, input)
    expect(status).toBe(200)
    const said = await result(json.request_id)
    expect(said.status).toBe(422)
    expect(said.json.detail).toMatchObject([{ loc: ['body', expect.any(String)], type }])
    expect(JSON.stringify(said.json.detail)).toContain(words)
    expect(bills).toEqual([])
  })

  test('a machine says at the end what is wrong with it, in status and result', async () => {
    const { submit, status, result, pass } = sandbox()
    const { json } = await submit(SCHNELL, { prompt: `${prompt} sandbox:server-error` })
    pass(10_000)
    const error = { detail: 'Internal Server Error', error_type: 'internal_error' }
    expect((await status(json.request_id)).json).toMatchObject({
      status: 'COMPLETED',
      error: error.detail,
      error_type: error.error_type,
    })
    const said = await result(json.request_id)
    expect(said).toMatchObject({ status: 500, json: error })
    expect(said.answer.headers).toMatchObject({ 'x-fal-error-type': 'internal_error' })
  })

  test.each<[string, Record<string, string | undefined>, number]>([
    ['no key', isNoKey, 401],
    ['a key in another form', { authorization: 'Bearer id:secret' }, 401],
    ['a key that is not known', { authorization: 'Key invalid-key' }, 401],
  ])('%s', async (_claim, headers, status) => {
    expect((await sandbox().submit(SCHNELL, { prompt }, headers)).status).toBe(status)
  })

  test('an endpoint that is not there, and a webhook that is none', async () => {
    const { submit, ask } = sandbox()
    expect((await submit('fal-ai/nothing', { prompt })).status).toBe(404)
    expect((await ask('POST', `/${SCHNELL}?fal_webhook=soon`, { prompt })).status).toBe(400)
  })
})

describe('pictures', () => {
  const picturesOf = async (input: object, name = SCHNELL) => {
    const stand = sandbox()
    const { json } = await stand.submit(name, input)
    stand.pass(60_000)
    const made = (await stand.result(json.request_id)).json
    const [first] = made.images as { url: string }[]
    return { ...stand, made, url: String(first?.url) }
  }

  test('are black and flagged when they are unsafe, and charged', async () => {
    const input = { prompt: `${prompt} sandbox:moderate-output` }
    const { made, ask, url, drawings, bills } = await picturesOf(input)
    expect(made.has_nsfw_concepts).toEqual([true])
    expect((await ask('GET', url, undefined, isNoKey)).status).toBe(200)
    expect(drawings).toMatchObject([{ blank: true }])
    expect(bills).toHaveLength(1)
  })

  test('have the usual size of their endpoint when none is asked for', async () => {
    const { made } = await picturesOf({ prompt })
    expect(made.images).toMatchObject([{ width: 1_024, height: 768 }])
  })

  test('lie where whoever shows the key is refused', async () => {
    const { ask, url } = await picturesOf({ prompt })
    expect((await ask('GET', url)).status).toBe(400)
  })
})

describe('the price API', () => {
  test('has the price and unit of endpoints', async () => {
    const { ask } = sandbox()
    const path = `/v1/models/pricing?endpoint_id=${SCHNELL},fal-ai/nano-banana`
    expect((await ask('GET', path)).json).toEqual({
      prices: [
        { endpoint_id: SCHNELL, unit_price: 0.003, unit: 'megapixels', currency: 'USD' },
        {
          endpoint_id: 'fal-ai/nano-banana',
          unit_price: 0.0398,
          unit: 'images',
          currency: 'USD',
        },
      ],
      next_cursor: null,
      has_more: false,
    })
    expect((await ask('GET', path, undefined, isNoKey)).status).toBe(401)
  })

  test.each([
    ['historical_api_price', { call_quantity: 100 }, 2.5],
    ['unit_price', { unit_quantity: 150 }, 3.75],
  ])('estimates by %s', async (type, row, cost) => {
    const body = { estimate_type: type, endpoints: { 'fal-ai/flux/dev': row } }
    const { json } = await sandbox().ask('POST', '/v1/models/pricing/estimate', body)
    expect(json).toEqual({ estimate_type: type, total_cost: cost, currency: 'USD' })
  })

  test.each<[unknown, number]>([
    [{ estimate_type: 'guess', endpoints: {} }, 400],
    [{ estimate_type: 'unit_price', endpoints: { 'fal-ai/flux/dev': {} } }, 400],
    [{ estimate_type: 'unit_price', endpoints: { nothing: { unit_quantity: 1 } } }, 404],
  ])('refuses %j', async (body, status) => {
    const reply = await sandbox().ask('POST', '/v1/models/pricing/estimate', body)
    expect(reply.status).toBe(status)
    expect(reply.json).toHaveProperty('error.message')
  })

  test('knows no endpoint that is not there', async () => {
    const reply = await sandbox().ask('GET', '/v1/models/pricing?endpoint_id=nothing')
    expect(reply.status).toBe(404)
  })
})

describe('storage and keys', () => {
  test('a file is put where the initiation says, and read at its link', async () => {
    const { ask } = sandbox()
    const asked = { content_type: 'image/png', file_name: 'a cup.png' }
    const { json } = await ask('POST', '/rest/storage/upload/initiate', asked)
    expect((await ask('GET', String(json.file_url), undefined, isNoKey)).status).toBe(404)
    const bytes = new Uint8Array([1, 2])
    expect((await ask('PUT', String(json.upload_url), bytes, isNoKey)).status).toBe(200)
    const file = await ask('GET', String(json.file_url), undefined, isNoKey)
    expect(file.answer).toMatchObject({ headers: { 'content-type': 'image/png' }, body: bytes })
    expect((await ask('POST', '/rest/storage/upload/initiate', {})).status).toBe(422)
  })

  test('the public key stays the same, and is there for anyone', async () => {
    const { ask } = sandbox()
    const { json } = await ask('GET', '/rest/.well-known/jwks.json', undefined, isNoKey)
    expect(json.keys).toMatchObject([{ kty: 'OKP', crv: 'Ed25519', x: expect.any(String) }])
    expect((await ask('GET', '/rest/.well-known/jwks.json')).json).toEqual(json)
  })
})
