import { describe, expect, test } from 'vitest'
import type { Drawing, EmulatorKit, EmulatorRequest, Fault } from '../shared/emulator.ts'
import emulator from './sandbox.ts'

const SYNC = '/api/v1/services/aigc/multimodal-generation/generation'
const MESSAGES = '/api/v1/services/aigc/image-generation/generation'
const PROMPT = '/api/v1/services/aigc/text2image/image-synthesis'
const AS_TASK = { 'x-dashscope-async': 'enable' }
const BASE = 'http://127.0.0.1:9/dashscope'

/** A sandbox with a clock that the test moves. */
function makeSandbox() {
  let now = 1_800_000_000_000
  let ids = 0
  const bills: string[] = []
  const drawings: Drawing[] = []
  const kit: EmulatorKit = {
    draw: (drawing) => {
      drawings.push(drawing)
      return Promise.resolve(new Uint8Array(9).fill(7))
    },
    multipart: () => Promise.reject(new Error('nothing is multipart here')),
    latency: () => Promise.resolve(),
    now: () => now,
    scaled: (milliseconds) => milliseconds,
    hexId: (length) => {
      ids += 1
      return ids.toString(16).padStart(length, '0')
    },
    hash: (text) => text.length,
    bill: ({ model, images, dollars }) => {
      bills.push(`${images} ${model} ${dollars}`)
    },
    fault: (_, prompt) => /sandbox:(\S+)/.exec(prompt)?.[1] as Fault | undefined,
    state: new Map(),
  }
  const send = async (
    method: string,
    path: string,
    changes: { headers?: EmulatorRequest['headers']; body?: unknown } = {},
  ) => {
    const answer = await emulator.handle(
      {
        method,
        path,
        query: new URLSearchParams(),
        headers: { authorization: 'Bearer sk-1', ...changes.headers },
        body: new TextEncoder().encode(JSON.stringify(changes.body ?? null)),
        baseUrl: BASE,
        signal: new AbortController().signal,
      },
      kit,
    )
    const isJson = answer.headers?.['content-type'] === 'application/json'
    return { status: answer.status, json: isJson ? JSON.parse(String(answer.body)) : undefined }
  }
  const submit = async (prompt: string, parameters: object = {}) => {
    const body = { model: 'wan2.5-t2i-preview', input: { prompt }, parameters }
    const { json } = await send('POST', PROMPT, { headers: AS_TASK, body })
    return `/api/v1/tasks/${json.output.task_id}`
  }
  const wait = (milliseconds: number) => {
    now += milliseconds
  }
  return { send, submit, wait, bills, drawings }
}

const messagesOf = (model: string, text: string, parameters: object = {}, image?: string) => ({
  model,
  input: {
    messages: [{ role: 'user', content: [...(image === undefined ? [] : [{ image }]), { text }] }],
  },
  parameters,
})

describe('tasks', () => {
  test('run and end with pictures that are charged once', async () => {
    const { send, submit, wait, bills } = makeSandbox()
    const path = await submit('a fox', { n: 2, size: '1280*1280' })
    wait(10_000)
    expect((await send('GET', path)).json.output.task_status).toBe('RUNNING')
    wait(10_000)
    const { json } = await send('GET', path)
    expect(json).toMatchObject({
      output: {
        task_status: 'SUCCEEDED',
        results: [{ orig_prompt: 'a fox', actual_prompt: 'a fox, in fine detail' }, {}],
        task_metrics: { TOTAL: 2, SUCCEEDED: 2, FAILED: 0 },
      },
      usage: { image_count: 2 },
    })
    await send('GET', path)
    expect(bills).toEqual(['2 wan2.5-t2i-preview 0'])
  })

  test('beyond five wait, can be given up as long as they do, and are free then', async () => {
    const { send, submit, wait, bills } = makeSandbox()
    const running = await submit('a fox')
    for (let count = 1; count < 5; count += 1) await submit('a fox')
    const waiting = await submit('a fox')
    const next = await submit('a fox')
    expect((await send('GET', waiting)).json.output.task_status).toBe('PENDING')
    expect((await send('POST', `${waiting}/cancel`)).status).toBe(200)
    const refused = await send('POST', `${running}/cancel`)
    expect(refused).toMatchObject({ status: 400, json: { code: 'UnsupportedOperation' } })
    expect(bills).toHaveLength(5)
    wait(20_000)
    expect((await send('GET', waiting)).json.output.task_status).toBe('CANCELED')
    expect((await send('GET', running)).json.output.task_status).toBe('SUCCEEDED')
    expect((await send('GET', next)).json.output.task_status).toBe('RUNNING')
    expect(bills).toHaveLength(6)
  })

  test('name the picture that failed, and do not charge it', async () => {
    const { send, submit, wait, bills } = makeSandbox()
    const path = await submit('sandbox:wrong-count', { n: 2 })
    wait(60_000)
    const { json } = await send('GET', path)
    expect(json.output.results[1]).toMatchObject({ code: 'DataInspectionFailed' })
    expect(json.usage).toEqual({ image_count: 1 })
    expect(bills).toEqual(['1 wan2.5-t2i-preview 0'])
  })

  test('of another key are not known, and pictures end after a day', async () => {
    const { send, submit, wait, drawings } = makeSandbox()
    const path = await submit('a fox')
    wait(60_000)
    const { json } = await send('GET', path)
    const other = await send('GET', path, { headers: { authorization: 'Bearer sk-2' } })
    expect(other.json.output.task_status).toBe('UNKNOWN')
    const link = String(json.output.results[0].url).slice(BASE.length)
    const stranger = { headers: { authorization: undefined } }
    expect((await send('GET', link, stranger)).status).toBe(200)
    expect(drawings[0]).toMatchObject({ width: 1_280, height: 1_280, format: 'png' })
    expect((await send('GET', link)).status).toBe(400)
    wait(86_400_000)
    expect((await send('GET', link, stranger)).status).toBe(403)
  })

  test('are listed for the key', async () => {
    const { send, submit } = makeSandbox()
    await submit('a fox')
    const { json } = await send('GET', '/api/v1/tasks/')
    expect(json).toMatchObject({ total: 1, data: [{ status: 'RUNNING' }] })
  })
})

describe('synchronous calls', () => {
  test('give all pictures in one choice, with what is charged', async () => {
    const { send, bills } = makeSandbox()
    const body = messagesOf('qwen-image-2.0', 'a fox', { n: 3, size: '512*768' })
    const { json } = await send('POST', SYNC, { body })
    expect(json.output.choices[0].message.content).toHaveLength(3)
    expect(json.usage).toEqual({ image_count: 3, width: 512, height: 768 })
    expect(bills).toEqual(['3 qwen-image-2.0 0.105'])
  })

  test('withhold a picture with a 400, for nothing', async () => {
    const { send, bills } = makeSandbox()
    const body = messagesOf('qwen-image-max', 'sandbox:moderate-output')
    const { status, json } = await send('POST', SYNC, { body })
    expect([status, json.code]).toEqual([400, 'DataInspectionFailed'])
    expect(json.message).toContain('Output data')
    expect(bills).toEqual([])
  })
})

describe('refusals', () => {
  const max = (parameters: object) => messagesOf('qwen-image-max', 'x', parameters)
  test.each<[string, string, unknown, object, number, string]>([
    [
      'a task that is not asked for as one',
      PROMPT,
      { model: 'wan2.5-t2i-preview' },
      {},
      403,
      'sync',
    ],
    ['a call asked for as a task', SYNC, max({}), AS_TASK, 403, 'does not support asynchronous'],
    ['a model on another path', MESSAGES, max({}), {}, 400, 'url error'],
    ['an unknown model', SYNC, messagesOf('flux', 'x'), {}, 404, 'Model not exist'],
    ['a size in another spelling', SYNC, max({ size: '1328x1328' }), {}, 400, 'size 1328x1328'],
    ['a size that is not listed', SYNC, max({ size: '1024*1024' }), {}, 400, 'size 1024*1024'],
    ['too many pictures', SYNC, max({ n: 2 }), {}, 400, 'n must be from 1 to 1'],
    ['a seed beyond its end', SYNC, max({ seed: 2 ** 31 }), {}, 400, 'seed must be'],
    ['an unknown parameter', SYNC, max({ steps: 4 }), {}, 400, 'parameters.steps'],
    [
      'a picture for a painter',
      SYNC,
      messagesOf('qwen-image-max', 'x', {}, 'data:'),
      {},
      400,
      'images',
    ],
    [
      'a picture that is none',
      SYNC,
      messagesOf('qwen-image-2.0', 'x', {}, 'data:'),
      {},
      400,
      'decoded',
    ],
  ])('%s', async (_claim, path, body, headers, status, words) => {
    const { send, bills } = makeSandbox()
    const answer = await send('POST', path, { headers: { ...headers }, body })
    expect(answer.status).toBe(status)
    expect(answer.json.message).toContain(words)
    expect(bills).toEqual([])
  })
})
