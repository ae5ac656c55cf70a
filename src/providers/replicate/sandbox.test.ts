import { describe, expect, test } from 'vitest'
import { clockedEmulator } from '../../testing/clocked-emulator.ts'
import emulator from './sandbox.ts'
import { SDXL_VERSION } from './sandbox-models.ts'

const HOUR_MS = 3_600_000

/** The emulator, with what these tests ask it. */
function sandbox() {
  const stand = clockedEmulator(emulator, { authorization: 'Bearer r8_test' })
  const create = (name: string, input: object, headers = {}) =>
    stand.ask('POST', `/v1/models/${name}/predictions`, { input }, headers)
  const run = (input: object, headers = {}) =>
    stand.ask('POST', '/v1/predictions', { version: SDXL_VERSION, input }, headers)
  const look = (id: unknown) => stand.ask('GET', `/v1/predictions/${id}`)
  return { ...stand, create, run, look }
}

const SCHNELL = 'black-forest-labs/flux-schnell'
const ULTRA = 'black-forest-labs/flux-1.1-pro-ultra'
const prompt = 'a red cup'

describe('predictions', () => {
  test('start, are processed and end, with times and a list of links', async () => {
    const { create, look, pass, bills } = sandbox()
    const { status, json } = await create(SCHNELL, { prompt, num_outputs: 2 })
    expect(status).toBe(201)
    expect(json).toMatchObject({ status: 'starting', version: 'hidden', output: null, metrics: {} })
    pass(1_000)
    expect((await look(json.id)).json).toMatchObject({ status: 'processing' })
    pass(10_000)
    const done = (await look(json.id)).json
    expect(done).toMatchObject({ status: 'succeeded', error: null, data_removed: false })
    expect(done.output).toHaveLength(2)
    expect(bills).toEqual(['0.006'])
  })

  test('have one link where the model makes one picture', async () => {
    const { create, look, pass } = sandbox()
    const { json } = await create(ULTRA, { prompt })
    pass(60_000)
    expect((await look(json.id)).json.output).toMatch(/^http.*out-0\.jpg$/)
  })

  test('are charged by the second on hardware, whatever they gave', async () => {
    const { run, look, pass, bills } = sandbox()
    const { json } = await run({ prompt: `${prompt} sandbox:job-fails` })
    pass(120_000)
    const { status, metrics } = (await look(json.id)).json
    expect(status).toBe('failed')
    const { predict_time: seconds } = metrics as { predict_time: number }
    expect(bills).toEqual([String(Number((seconds * 0.000975).toFixed(9)))])
  })

  test('are forgotten by their data after an hour, pictures and all', async () => {
    const { create, look, ask, pass } = sandbox()
    const { json } = await create(ULTRA, { prompt })
    pass(60_000)
    const link = String((await look(json.id)).json.output)
    expect((await ask('GET', link, undefined, { authorization: undefined })).status).toBe(200)
    pass(HOUR_MS + 1)
    expect((await look(json.id)).json).toMatchObject({
      status: 'succeeded',
      data_removed: true,
      output: null,
      input: {},
    })
    expect((await ask('GET', link, undefined, { authorization: undefined })).status).toBe(404)
  })

  test('are listed by pages, the newest first, to their owner alone', async () => {
    const { create, ask } = sandbox()
    for (let count = 0; count < 101; count += 1) await create(SCHNELL, { prompt })
    const page = (await ask('GET', '/v1/predictions')).json
    expect(page.results).toHaveLength(100)
    expect((await ask('GET', String(page.next))).json).toMatchObject({ next: null })
    const other = { authorization: 'Bearer r8_other' }
    expect((await ask('GET', '/v1/predictions', undefined, other)).json.results).toEqual([])
  })
})

describe('stopping', () => {
  test('before it began is free and called aborted', async () => {
    const { run, look, ask, bills } = sandbox()
    const { json } = await run({ prompt })
    const stopped = (await ask('POST', `/v1/predictions/${json.id}/cancel`)).json
    expect(stopped).toMatchObject({ status: 'aborted', started_at: null })
    expect((await look(json.id)).json.status).toBe('aborted')
    expect(bills).toEqual([])
  })

  test('while it runs is charged and called canceled', async () => {
    const { run, look, ask, pass, bills } = sandbox()
    const { json } = await run({ prompt })
    pass(4_000)
    expect((await look(json.id)).json.status).toBe('processing')
    const { status, metrics } = (await ask('POST', `/v1/predictions/${json.id}/cancel`)).json
    expect(status).toBe('canceled')
    expect(metrics).toMatchObject({ predict_time: 2 })
    expect(bills).toEqual(['0.00195'])
  })

  test('comes too late after the end', async () => {
    const { create, ask, pass } = sandbox()
    const { json } = await create(SCHNELL, { prompt })
    pass(60_000)
    const { status } = (await ask('POST', `/v1/predictions/${json.id}/cancel`)).json
    expect(status).toBe('succeeded')
  })

  test('happens by itself at the time of Cancel-After', async () => {
    const { create, run, look, pass } = sandbox()
    const stuck = await create(
      SCHNELL,
      { prompt: `${prompt} sandbox:job-stuck` },
      {
        'cancel-after': '1m',
      },
    )
    const slow = await run({ prompt, num_inference_steps: 500 }, { 'cancel-after': '15s' })
    expect(stuck.json).toHaveProperty('deadline')
    pass(61_000)
    expect((await look(stuck.json.id)).json.status).toBe('aborted')
    expect((await look(slow.json.id)).json).toMatchObject({
      status: 'canceled',
      metrics: { predict_time: 13 },
    })
  })
})

describe('refusals', () => {
  test.each<[string, Record<string, string | undefined>, number]>([
    ['no key', { authorization: undefined }, 401],
    ['a key in another form', { authorization: 'Key r8_test' }, 401],
    ['a key that is not known', { authorization: 'Bearer invalid-key' }, 401],
  ])('%s', async (_claim, headers, status) => {
    const reply = await sandbox().ask('GET', '/v1/account', undefined, headers)
    expect(reply.status).toBe(status)
    expect(reply.json).toMatchObject({ title: 'Unauthenticated', status })
  })

  test.each<[object, string]>([
    [{}, 'input.prompt: is required'],
    [{ prompt, num_outputs: 5 }, 'input.num_outputs: must be less than or equal to 4'],
    [{ prompt, num_outputs: 1.5 }, 'input.num_outputs: must be an integer'],
    [{ prompt, seed: -1 }, 'input.seed: must be greater than or equal to 0'],
    [{ prompt, go_fast: 'yes' }, 'input.go_fast: must be a boolean'],
    [{ prompt: 7 }, 'input.prompt: must be a string'],
    [{ prompt, output_format: 'gif' }, 'input.output_format: must be one of the following'],
  ])('an input of %j is refused in words and by field', async (input, words) => {
    const { status, json } = await sandbox().create(SCHNELL, input)
    expect(status).toBe(422)
    expect(json.detail).toContain(words)
    expect(json.invalid_fields).toHaveLength(1)
  })

  test('a field that the model does not have is let by, as Replicate does', async () => {
    expect((await sandbox().create(SCHNELL, { prompt, cfg: 3 })).status).toBe(201)
  })

  test('a community model is called by its version, not by its name', async () => {
    const { create, ask } = sandbox()
    expect((await create('stability-ai/sdxl', { prompt })).status).toBe(404)
    const body = { version: 'f'.repeat(64), input: { prompt } }
    expect((await ask('POST', '/v1/predictions', body)).status).toBe(404)
    const named = { version: `stability-ai/sdxl:${SDXL_VERSION}`, input: { prompt } }
    expect((await ask('POST', '/v1/predictions', named)).status).toBe(201)
  })

  test('more than 600 creations a minute are throttled, in words and by a header', async () => {
    const { create, pass } = sandbox()
    for (let count = 0; count < 600; count += 1) await create(SCHNELL, { prompt })
    const { status, json, answer } = await create(SCHNELL, { prompt })
    expect(status).toBe(429)
    expect(json.detail).toMatch(/Your rate limit resets in ~\d+s/)
    expect(answer.headers).toHaveProperty('retry-after')
    pass(60_000)
    expect((await create(SCHNELL, { prompt })).status).toBe(201)
  })

  test('whoever shows the key to the delivery host is refused', async () => {
    const { ask } = sandbox()
    expect((await ask('GET', '/delivery/x/out-0.png')).status).toBe(400)
  })
})

describe('the rest of the API', () => {
  test('says what each model takes and gives', async () => {
    const { json } = await sandbox().ask('GET', `/v1/models/${SCHNELL}`)
    expect(json).toMatchObject({
      is_official: true,
      latest_version: {
        openapi_schema: {
          components: {
            schemas: {
              Input: {
                required: ['prompt'],
                properties: { num_outputs: { type: 'integer', minimum: 1, maximum: 4 } },
              },
              Output: { type: 'array' },
            },
          },
        },
      },
    })
  })

  test('lists models, hardware and versions', async () => {
    const { ask } = sandbox()
    expect((await ask('GET', '/v1/models')).json.results).toHaveLength(23)
    expect((await ask('GET', '/v1/hardware')).json).toContainEqual({
      name: 'Nvidia L40S GPU',
      sku: 'gpu-l40s',
    })
    const versions = (await ask('GET', '/v1/models/stability-ai/sdxl/versions')).json
    expect(versions.results).toMatchObject([{ id: SDXL_VERSION }])
    expect((await ask('GET', '/v1/models/nobody/nothing')).status).toBe(404)
  })

  test('the secret of webhooks stays the same', async () => {
    const { ask } = sandbox()
    const { json } = await ask('GET', '/v1/webhooks/default/secret')
    expect(json.key).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/)
    expect((await ask('GET', '/v1/webhooks/default/secret')).json).toEqual(json)
  })

  test('a webhook that is no address is refused', async () => {
    const { ask } = sandbox()
    const body = { input: { prompt }, webhook: 'soon' }
    expect((await ask('POST', `/v1/models/${SCHNELL}/predictions`, body)).status).toBe(422)
  })
})

describe('files', () => {
  /** The header of a PNG with these pixels, which is all that is read of a file. */
  function png(width: number, height: number): Buffer {
    const bytes = Buffer.alloc(33)
    bytes.write('\x89PNG\r\n\x1a\n', 'latin1')
    bytes.writeUInt32BE(13, 8)
    bytes.write('IHDR', 12)
    bytes.writeUInt32BE(width, 16)
    bytes.writeUInt32BE(height, 20)
    bytes.set([8, 2], 24)
    return bytes
  }

  async function upload(stand: ReturnType<typeof sandbox>) {
    const form = new FormData()
    form.append('content', new Blob([new Uint8Array(png(640, 480))]), 'cup.png')
    const { headers, body } = new Response(form)
    const bytes = new Uint8Array(await new Response(body).arrayBuffer())
    const type = { 'content-type': headers.get('content-type') ?? '' }
    return stand.ask('POST', '/v1/files', bytes, type)
  }

  test('are kept for a day, and used by their links', async () => {
    const stand = sandbox()
    const { status, json } = await upload(stand)
    expect(status).toBe(201)
    const link = (json.urls as { get: string }).get
    expect((await stand.ask('GET', link)).json).toMatchObject({ name: 'cup.png', size: 33 })
    const input = { prompt, image: link }
    const made = await stand.create('black-forest-labs/flux-dev', input)
    stand.pass(60_000)
    const [picture] = (await stand.look(made.json.id)).json.output as string[]
    await stand.ask('GET', String(picture), undefined, { authorization: undefined })
    expect(stand.drawings).toMatchObject([{ width: 640, height: 480 }])
    stand.pass(24 * HOUR_MS)
    expect((await stand.ask('GET', link)).status).toBe(404)
    const late = await stand.create('black-forest-labs/flux-dev', input)
    expect(late.json.detail).toContain('input.image: must be a valid URI')
  })

  test('are deleted when asked, and seen by their owner alone', async () => {
    const stand = sandbox()
    const { json } = await upload(stand)
    const other = { authorization: 'Bearer r8_other' }
    expect((await stand.ask('GET', `/v1/files/${json.id}`, undefined, other)).status).toBe(404)
    expect((await stand.ask('GET', '/v1/files')).json.results).toHaveLength(1)
    expect((await stand.ask('DELETE', `/v1/files/${json.id}`)).status).toBe(204)
    expect((await stand.ask('GET', '/v1/files')).json.results).toEqual([])
  })

  test('a body that is no form is refused', async () => {
    const stand = sandbox()
    expect((await stand.ask('POST', '/v1/files', { content: 'x' })).status).toBe(400)
  })
})
