import { describe, expect, test } from 'vitest'
import type { Drawing, EmulatorAnswer, EmulatorKit, Fault } from '../shared/emulator.ts'
import emulator, { createBflEmulator } from './sandbox.ts'

const BASE = 'http://127.0.0.1:9000/bfl'

/** A sandbox of one emulator with a clock that the test moves. */
function makeSandbox(served = emulator) {
  let now = 1_800_000_000_000
  let ids = 0
  const bills: string[] = []
  const drawings: Drawing[] = []
  const kit: EmulatorKit = {
    draw: async (drawing) => {
      drawings.push(drawing)
      return new Uint8Array(100).fill(7)
    },
    multipart: () => Promise.reject(new Error('BFL takes no forms')),
    latency: () => Promise.resolve(),
    now: () => now,
    scaled: (milliseconds) => milliseconds,
    hexId: (length) => {
      ids += 1
      return String(ids).padStart(length, '0')
    },
    hash: (text) => text.length,
    bill: ({ dollars }) => {
      bills.push(dollars)
    },
    fault: (_, prompt) => /sandbox:(\S+)/.exec(prompt)?.[1] as Fault | undefined,
    state: new Map(),
  }
  const ask = async (method: string, url: string, body?: unknown, key: string | null = 'key-1') => {
    const target = new URL(url, `${BASE}/`)
    const answer = await served.handle(
      {
        method,
        path: target.pathname.replace(/^\/bfl/, ''),
        query: target.searchParams,
        headers: key === null ? {} : { 'x-key': key },
        body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
        baseUrl: BASE,
        signal: new AbortController().signal,
      },
      kit,
    )
    return { status: answer.status, json: parsed(answer), answer }
  }
  const submit = (model: string, body: object, key?: string) =>
    ask('POST', `${BASE}/v1/${model}`, { prompt: 'a fox', ...body }, key)
  const pass = (milliseconds: number) => {
    now += milliseconds
  }
  return { ask, submit, pass, bills, drawings }
}

const parsed = ({ body }: EmulatorAnswer) => {
  try {
    return JSON.parse(String(body))
  } catch {
    return undefined
  }
}

/** A picture header of 1024×1024 in base64, which is all the emulator reads of an input. */
const squareInput = (() => {
  const bytes = Buffer.alloc(33)
  bytes.write('\x89PNG\r\n\x1a\n', 'latin1')
  bytes.writeUInt32BE(13, 8)
  bytes.write('IHDR', 12)
  bytes.writeUInt32BE(1_024, 16)
  bytes.writeUInt32BE(1_024, 20)
  bytes.set([8, 2], 24)
  return bytes.toString('base64')
})()

describe('a job', () => {
  test('runs through its states, in its region only; its picture needs no key', async () => {
    const { ask, submit, pass, bills, drawings } = makeSandbox()
    const { json: job } = await submit('flux-2-pro', { width: 512, height: 768, seed: 5 })
    expect(job).toMatchObject({ cost: 3, input_mp: 0, output_mp: 1 })
    expect(job.polling_url).toBe(`${BASE}/eu1/v1/get_result?id=${job.id}`)
    expect((await ask('GET', job.polling_url)).json.status).toBe('Pending')
    pass(4_000)
    const { json: working } = await ask('GET', job.polling_url)
    expect(working.status).toBe('Generating')
    expect(working.progress).toBeGreaterThan(0.4)
    pass(6_000)
    const elsewhere = `${BASE}/v1/get_result?id=${job.id}`
    expect((await ask('GET', elsewhere)).json.status).toBe('Task not found')
    expect((await ask('GET', job.polling_url, undefined, 'key-2')).json.status).toBe(
      'Task not found',
    )
    const { json: done } = await ask('GET', job.polling_url)
    expect(done).toMatchObject({ status: 'Ready', result: { seed: 5, prompt: 'a fox' } })
    const { answer } = await ask('GET', done.result.sample, undefined, null)
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'image/jpeg' } })
    expect(drawings).toEqual([
      { width: 512, height: 768, prompt: 'a fox', seed: 5, format: 'jpeg' },
    ])
    expect(bills).toEqual(['0.03'])
  })

  test('of FLUX 3 reasons first, and its link lives an hour instead of ten minutes', async () => {
    const { ask, submit, pass } = makeSandbox()
    const { json: third } = await submit('flux-3-image', { aspect_ratio: '16:9' })
    const { json: second } = await submit('flux-2-klein-4b', {})
    pass(2_500)
    expect((await ask('GET', third.polling_url)).json.status).toBe('Reasoning')
    pass(20 * 60_000)
    const linkOf = async (url: string) => (await ask('GET', url)).json.result.sample
    const statusOf = async (url: string) => (await ask('GET', url, undefined, null)).status
    expect(await statusOf(await linkOf(third.polling_url))).toBe(200)
    expect(await statusOf(await linkOf(second.polling_url))).toBe(403)
  })
})

describe('prices', () => {
  test.each([
    ['flux-2-klein-4b', { width: 2_048, height: 1_024 }, 1.5, 0, 2],
    ['flux-2-pro', { input_image: squareInput, width: 1_024, height: 1_024 }, 4.5, 1, 1],
    ['flux-2-max', { input_image: squareInput }, 10, 1, 1],
    ['flux-2-flex', { width: 2_048, height: 2_048 }, 20, 0, 4],
    ['flux-pro-1.1-ultra', { aspect_ratio: '21:9' }, 6, 0, 4],
    ['flux-kontext-max', { input_image: squareInput }, 8, 1, 1],
    ['flux-pro-1.0-fill', { image: squareInput, mask: squareInput }, 5, 1, 1],
  ])('%s with %j costs %s credits', async (model, body, cost, inputMp, outputMp) => {
    const { submit, bills } = makeSandbox()
    const { json } = await submit(model, body)
    expect(json).toMatchObject({ cost, input_mp: inputMp, output_mp: outputMp })
    expect(Number(bills[0])).toBe(cost / 100)
  })

  test('a model can leave its cost untold and is charged all the same', async () => {
    const { submit, bills } = makeSandbox(createBflEmulator({ omitCost: ['flux-2-pro'] }))
    expect((await submit('flux-2-pro', {})).json.cost).toBeNull()
    expect((await submit('flux-2-max', {})).json.cost).toBe(7)
    expect(bills).toEqual(['0.03', '0.07'])
  })
})

describe('refusals', () => {
  test.each([
    ['an edge below 64', 'flux-2-pro', { width: 32 }, 'width'],
    ['an edge off the grid', 'flux-2-pro', { height: 1_000 }, 'height'],
    ['an unknown field at FLUX 3', 'flux-3-image', { seed: 1 }, 'seed'],
    ['a shape beyond 21:9', 'flux-pro-1.1-ultra', { aspect_ratio: '4:1' }, 'aspect_ratio'],
    ['more than 4 megapixels', 'flux-2-pro', { width: 4_096, height: 2_048 }, 'width'],
    ['an input that is no picture', 'flux-2-pro', { input_image: 'AAAA' }, 'input_image'],
    ['no image to fill', 'flux-pro-1.0-fill', {}, 'image'],
  ])('%s is a 422 that names the field', async (_, model, body, field) => {
    const { submit, bills } = makeSandbox()
    const { status, json } = await submit(model, body)
    expect({ status, field: json.detail[0].loc }).toEqual({ status: 422, field: ['body', field] })
    expect(bills).toEqual([])
  })

  test('FLUX.2 ignores unknown fields without a word', async () => {
    expect((await makeSandbox().submit('flux-2-pro', { prompt_upsampling: true })).status).toBe(200)
  })

  test('no key, a bad key and an unknown model are refused', async () => {
    const { ask } = makeSandbox()
    expect((await ask('GET', `${BASE}/v1/credits`, undefined, null)).status).toBe(403)
    expect((await ask('GET', `${BASE}/v1/credits`, undefined, 'invalid')).status).toBe(403)
    expect((await ask('GET', `${BASE}/v1/credits`)).json).toEqual({ credits: 100_000 })
    expect((await ask('POST', `${BASE}/v1/flux-9`, {})).status).toBe(404)
  })

  test('24 tasks of a key may be active, 6 of Kontext max; ended ones make room', async () => {
    const { submit, pass } = makeSandbox()
    const statuses = async (model: string, count: number, key = 'key-1') => {
      const requests = Array.from({ length: count }, () => submit(model, {}, key))
      return (await Promise.all(requests)).map(({ status }) => status)
    }
    expect(await statuses('flux-2-pro', 25)).toEqual([...Array(24).fill(200), 429])
    expect(await statuses('flux-kontext-max', 7)).toEqual([...Array(6).fill(200), 429])
    expect(await statuses('flux-2-pro', 1, 'key-2')).toEqual([200])
    pass(20_000)
    expect(await statuses('flux-2-pro', 1)).toEqual([200])
  })
})

describe('faults', () => {
  test.each([
    ['moderate-input', 200, 'Request Moderated', []],
    ['moderate-output', 200, 'Content Moderated', ['0.03']],
    ['job-fails', 200, 'Error', []],
    ['server-error', 503, 'Error', []],
    ['job-vanishes', 200, 'Task not found', ['0.03']],
    ['job-stuck', 200, 'Pending', ['0.03']],
  ])('%s ends with %s %s and is charged %j', async (fault, status, state, charged) => {
    const { ask, submit, pass, bills } = makeSandbox()
    const { json: job } = await submit('flux-2-pro', { prompt: `a fox sandbox:${fault}` })
    pass(30_000)
    const polled = await ask('GET', job.polling_url)
    expect([polled.status, polled.json.status]).toEqual([status, state])
    expect(bills).toEqual(charged)
  })

  test('a job that flips has failed when it is first asked for, and is charged', async () => {
    const { ask, submit, pass, bills } = makeSandbox()
    const { json: job } = await submit('flux-2-pro', { prompt: 'a fox sandbox:job-flips' })
    pass(1_000)
    expect((await ask('GET', job.polling_url)).json.status).not.toBe('Error')
    pass(30_000)
    const told = [await ask('GET', job.polling_url), await ask('GET', job.polling_url)]
    expect(told.map(({ json }) => json.status)).toEqual(['Error', 'Ready'])
    expect(bills).toEqual(['0.03'])
  })

  test('a differing cost is charged as reported', async () => {
    const { submit, bills } = makeSandbox()
    const { json } = await submit('flux-2-pro', { prompt: 'sandbox:cost-differs' })
    expect([json.cost, bills]).toEqual([4.5, ['0.045']])
  })

  test.each([
    ['invalid-key', 403, []],
    ['no-credit', 402, []],
    ['rate-limit', 429, []],
    ['user-error', 422, []],
    ['model-gone', 404, []],
    ['overloaded', 503, []],
    ['error-in-200', 200, []],
    ['server-error-billed', 500, ['0.03']],
  ])('%s answers the submit with %s', async (fault, status, charged) => {
    const { submit, bills } = makeSandbox()
    const answer = await submit('flux-2-pro', { prompt: `sandbox:${fault}` })
    expect(answer.status).toBe(status)
    expect(answer.json).not.toHaveProperty('id')
    expect(bills).toEqual(charged)
  })

  test.each([
    ['link-forbidden', 403, undefined],
    ['link-expired', 403, undefined],
    ['html', 200, 'text/html; charset=utf-8'],
    ['not-an-image', 200, 'image/jpeg'],
    ['truncated', 200, 'image/jpeg'],
    ['blank', 200, 'image/jpeg'],
    ['wrong-size', 200, 'image/jpeg'],
  ])('%s shows at the delivery', async (fault, status, contentType) => {
    const { ask, submit, pass, drawings } = makeSandbox()
    const { json: job } = await submit('flux-2-pro', { prompt: `sandbox:${fault}` })
    pass(10_000)
    const { json: done } = await ask('GET', job.polling_url)
    const { answer } = await ask('GET', done.result.sample, undefined, null)
    expect(answer.status).toBe(status)
    if (contentType !== undefined) expect(answer.headers?.['content-type']).toBe(contentType)
    if (fault === 'truncated') expect(answer.body).toHaveLength(60)
    if (fault === 'blank') expect(drawings[0]).toMatchObject({ blank: true })
    if (fault === 'wrong-size') expect(drawings[0]).toMatchObject({ width: 512, height: 512 })
  })

  test('a private link names an address that must never be asked', async () => {
    const { ask, submit, pass } = makeSandbox()
    const { json: job } = await submit('flux-2-pro', { prompt: 'sandbox:link-private' })
    pass(10_000)
    const { json: done } = await ask('GET', job.polling_url)
    expect(done.result.sample).toMatch(/^http:\/\/10\.0\.0\.1\/delivery\//)
  })
})
