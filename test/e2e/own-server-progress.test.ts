import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exchange, jsonOf } from './exchange.ts'
import { clearStand, type Stand, startStand } from './stand.ts'

let stand: Stand
beforeAll(async () => {
  stand = await startStand({
    environment: {
      KEEPRATE_SANDBOX: 'comfyui,a1111,swarmui',
      // A job takes some seconds: long enough to hear of it.
      KEEPRATE_SANDBOX_SPEED: '2',
      KEEPRATE_BREAKER_FAILURES: '0',
    },
  })
})
afterAll(() => clearStand(stand))

interface Told {
  readonly type: string
  readonly [member: string]: unknown
}

/** The events of a stream. */
const eventsOf = (body: Buffer): readonly Told[] =>
  [...body.toString('utf8').matchAll(/^data: (.+)$/gm)].map(([, data = '']) => JSON.parse(data))

const ask = (method: string, path: string, body?: object, headers: object = {}) =>
  exchange(stand.url, {
    ...{ method, path },
    headers: {
      ...{ authorization: `Bearer ${stand.key}`, 'content-type': 'application/json' },
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

const models = ['comfyui/sdxl-base-1.0', 'a1111/sdxl-base-1.0', 'swarmui/sdxl-base-1.0']

describe.each(models)('%s', (model) => {
  test('shows previews in a stream', async () => {
    const asked = { model, prompt: 'a boat', stream: true, partial_images: 2 }
    const events = eventsOf((await ask('POST', '/v1/images/generations', asked)).body)
    const partials = events.slice(0, -1)
    // How many come in time depends on the machine that the test runs on.
    expect([1, 2]).toContain(partials.length)
    for (const [index, partial] of partials.entries()) {
      expect(partial).toMatchObject({
        ...{ type: 'image_generation.partial_image', partial_image_index: index },
        output_format: model.startsWith('a1111') ? 'png' : 'jpeg',
      })
    }
    expect(events.at(-1)).toMatchObject({
      ...{ type: 'image_generation.completed', output_format: 'png', keeprate: { warnings: [] } },
    })
  })

  test('tells in the events of a job how far it is', async () => {
    const headers = { prefer: 'respond-async' }
    const taken = await ask('POST', '/v1/images/generations', { model, prompt: 'a car' }, headers)
    const { id } = jsonOf(taken)
    const events = eventsOf((await ask('GET', `/v1/jobs/${id}/events`)).body)
    const told = events.filter(({ type }) => type === 'job.progress')
    expect(told.length).toBeGreaterThan(0)
    const shares = told.map(({ share }) => Number(share))
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect(told[0]).toMatchObject({ id, attempt: expect.stringMatching(/^att_/) })
    expect(events.at(-1)?.type).toBe('job.completed')
  })
})
