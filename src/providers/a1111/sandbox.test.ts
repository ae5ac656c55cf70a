import { describe, expect, test } from 'vitest'
import { createPlainKit } from '../../testing/plain-kit.ts'
import emulator from './sandbox.ts'

const BASE = { prompt: 'a cup', seed: 5, steps: 25, width: 512, height: 512 }

function makeServer() {
  const plain = createPlainKit()
  const ask = async (
    method: string,
    path: string,
    value?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ) => {
    const body = Buffer.from(value === undefined ? '' : JSON.stringify(value))
    const answer = await emulator.handle(plain.request(method, path, { body, headers }), plain.kit)
    const json = JSON.parse(String(answer.body)) as Record<string, unknown>
    return { status: answer.status, headers: answer.headers ?? {}, json }
  }
  const paint = (changes: object = {}) => ask('POST', '/sdapi/v1/txt2img', { ...BASE, ...changes })
  const infoOf = (json: Readonly<Record<string, unknown>>) =>
    JSON.parse(String(json.info)) as Record<string, unknown>
  return { ...plain, ask, paint, infoOf }
}

const progress = '/sdapi/v1/progress'

describe('the emulated server', () => {
  test('does one job after the other and tells how far it is', async () => {
    const { ask, paint, pass, bills } = makeServer()
    const [first, second] = [paint(), paint({ prompt: 'a plate' })]
    await pass(1_000)
    expect((await ask('GET', progress)).json).toMatchObject({
      state: { job_count: 1, sampling_steps: 25 },
    })
    expect(bills).toHaveLength(0)
    await pass(60_000)
    expect((await first).status).toBe(200)
    expect((await second).status).toBe(200)
    expect(bills).toHaveLength(2)
    expect((await ask('GET', progress)).json).toMatchObject({
      progress: 0,
      state: { job_count: 0 },
    })
  })

  test('gives what it has when it is interrupted, and bills the time until then', async () => {
    const { ask, paint, pass, bills, drawings } = makeServer()
    const whole = paint()
    await pass(60_000)
    const cut = paint()
    await pass(1_000)
    await ask('POST', '/sdapi/v1/interrupt')
    await pass(60_000)
    const seconds = async (answer: ReturnType<typeof paint>): Promise<number> =>
      Number((await answer).headers['x-process-time'])
    expect(await seconds(cut)).toBeLessThan(await seconds(whole))
    expect(Number(bills[1]?.dollars)).toBeLessThan(Number(bills[0]?.dollars))
    expect(drawings.at(-1)).toMatchObject({ coarseness: 2 })
  })

  test('bills $1.20 for each hour it works', async () => {
    const { paint, pass, bills } = makeServer()
    const painted = paint()
    await pass(60_000)
    const seconds = Number((await painted).headers['x-process-time'])
    expect(Number(bills[0]?.dollars)).toBeCloseTo((seconds * 1.2) / 3_600, 8)
  })

  test('puts a grid before a batch unless it is told not to', async () => {
    const { paint, pass, infoOf } = makeServer()
    const [withGrid, without] = [
      paint({ batch_size: 2 }),
      paint({ batch_size: 2, override_settings: { return_grid: false } }),
    ]
    await pass(600_000)
    expect((await withGrid).json.images).toHaveLength(3)
    expect(infoOf((await withGrid).json)).toMatchObject({
      index_of_first_image: 1,
      all_seeds: [5, 6],
    })
    expect((await without).json.images).toHaveLength(2)
  })

  test('keeps the checkpoint of a call loaded when it is told so', async () => {
    const { ask, paint, pass, infoOf, bills } = makeServer()
    const title = 'v1-5-pruned-emaonly.safetensors [6ce0161689]'
    const once = paint({ override_settings: { sd_model_checkpoint: title } })
    await pass(60_000)
    expect(infoOf((await once).json)).toMatchObject({ sd_model_name: 'v1-5-pruned-emaonly' })
    expect((await ask('GET', '/sdapi/v1/options')).json.sd_model_checkpoint).toMatch(/^sd_xl_base/)
    const kept = paint({
      override_settings: { sd_model_checkpoint: title },
      override_settings_restore_afterwards: false,
    })
    await pass(60_000)
    expect((await kept).status).toBe(200)
    expect((await ask('GET', '/sdapi/v1/options')).json.sd_model_checkpoint).toBe(title)
    const again = paint({ override_settings: { sd_model_checkpoint: title } })
    await pass(60_000)
    expect((await again).status).toBe(200)
    // To it and back, to it, and not at all: each time costs $1.20 / 3600 for 10 seconds.
    const [both = 0, there = 0, none = 0] = bills.map(({ dollars }) => Number(dollars))
    expect(there - none).toBeCloseTo(1.2 / 360, 5)
    expect(both - none).toBeCloseTo(2.4 / 360, 5)
  })

  test.each([
    ['txt2img', { sampler_name: 'Magic' }, 404, 'Sampler not found'],
    ['txt2img', { steps: 'many' }, 422, 'steps'],
    ['img2img', {}, 404, 'Init image not found'],
    ['img2img', { init_images: ['bm8gcGljdHVyZQ=='] }, 500, 'Invalid encoded image'],
  ])('refuses a wrong %s in its own words: %j', async (name, changes, status, words) => {
    const { ask } = makeServer()
    const answer = await ask('POST', `/sdapi/v1/${name}`, { ...BASE, ...changes })
    expect([answer.status, JSON.stringify(answer.json)]).toEqual([
      status,
      expect.stringContaining(words),
    ])
  })

  test.each([
    ['none', {}, 200],
    ['a user and a password', { authorization: `Basic ${btoa('me:secret')}` }, 200],
    ['a wrong password', { authorization: `Basic ${btoa('me:invalid')}` }, 401],
  ])('looks at the credential: %s', async (_, headers, status) => {
    const { ask } = makeServer()
    expect((await ask('GET', progress, undefined, headers)).status).toBe(status)
  })

  test('has no other routes', async () => {
    const { ask } = makeServer()
    expect(await ask('GET', '/sdapi/v1/nothing')).toMatchObject({
      status: 404,
      json: { detail: 'Not Found' },
    })
    expect((await ask('GET', '/sdapi/v1/sd-models')).json).toHaveLength(2)
  })
})
