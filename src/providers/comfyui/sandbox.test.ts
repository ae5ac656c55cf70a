import { describe, expect, test } from 'vitest'
import { createPlainKit } from '../../testing/plain-kit.ts'
import { sampleRequest, toCall } from '../../testing/sample-calls.ts'
import comfyui from './index.ts'
import emulator from './sandbox.ts'

const model = comfyui.models[0]!
const unusedInput = { ...toInput(), bytes: new Uint8Array() }
const inputs = [{ image: unusedInput, clearMask: unusedInput, whiteMask: unusedInput }]

function toInput() {
  const facts = { width: 8, height: 8, digest: '0', byteLength: 0, hasAlpha: false }
  return { ...facts, format: 'png' } as const
}

/** The body that the adapter sends for a prompt, under an id of its own. */
function bodyOf(prompt: string, id: string) {
  const call = toCall(sampleRequest(model, 'generate', { prompt, seed: 5 }), model, inputs)
  const { body } = comfyui.toWire(call, [])
  const value = body?.kind === 'json' ? body.value : {}
  return { ...(value as { readonly prompt: Record<string, { inputs: object }> }), prompt_id: id }
}

function makeServer() {
  const plain = createPlainKit()
  const ask = async (
    method: string,
    path: string,
    value?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ) => {
    const body = Buffer.from(value === undefined ? '' : JSON.stringify(value))
    const [bare = '', query] = path.split('?')
    const changes = { body, headers, query: new URLSearchParams(query) }
    const answer = await emulator.handle(plain.request(method, bare, changes), plain.kit)
    const text = String(answer.body ?? '')
    const isJson = answer.headers?.['content-type'] === 'application/json'
    return { status: answer.status, text, json: isJson ? JSON.parse(text) : undefined }
  }
  return { ...plain, ask }
}

describe('the emulated server', () => {
  test('has no entry of a job until it has ended, then its pictures', async () => {
    const { ask, pass, bills } = makeServer()
    const taken = await ask('POST', '/prompt', bodyOf('a cup', 'one'))
    expect(taken.json).toEqual({ prompt_id: 'one', number: 1, node_errors: {} })
    expect((await ask('GET', '/history/one')).json).toEqual({})
    expect((await ask('GET', '/prompt')).json).toEqual({ exec_info: { queue_remaining: 1 } })
    await pass(60_000)
    const { one } = (await ask('GET', '/history/one')).json
    expect(one.status).toMatchObject({ status_str: 'success', completed: true })
    const [image] = one.outputs['9'].images
    expect(image).toMatchObject({ type: 'temp', subfolder: '' })
    const seen = await ask('GET', `/view?filename=${image.filename}&subfolder=&type=temp`)
    expect(seen.text).toBe('picture 1')
    expect(bills).toHaveLength(1)
  })

  test('bills $0.80 for each hour it says it worked', async () => {
    const { ask, pass, bills } = makeServer()
    await ask('POST', '/prompt', bodyOf('a cup', 'one'))
    await pass(60_000)
    const { messages } = (await ask('GET', '/history/one')).json.one.status
    const tookMs = messages.at(-1)[1].timestamp - messages[0][1].timestamp
    expect(Number(bills[0]?.dollars)).toBeCloseTo((tookMs * 0.8) / 3_600_000, 8)
  })

  test('runs one job at a time; one that waits can be taken back', async () => {
    const { ask, pass, bills } = makeServer()
    await ask('POST', '/prompt', bodyOf('a cup', 'one'))
    await ask('POST', '/prompt', bodyOf('a plate', 'two'))
    await ask('POST', '/prompt', bodyOf('a spoon', 'three'))
    const { json } = await ask('GET', '/queue')
    expect(json.queue_running.map((entry: unknown[]) => entry[1])).toEqual(['one'])
    expect(json.queue_pending.map((entry: unknown[]) => entry[1])).toEqual(['two', 'three'])
    await ask('POST', '/queue', { delete: ['two'] })
    await pass(600_000)
    expect(Object.keys((await ask('GET', '/history')).json)).toEqual(['one', 'three'])
    expect(bills).toHaveLength(2)
  })

  test('interrupts the job that is named, and no other', async () => {
    const { ask, pass, bills } = makeServer()
    await ask('POST', '/prompt', bodyOf('a cup', 'one'))
    await ask('POST', '/interrupt', { prompt_id: 'other' })
    await pass(500)
    await ask('POST', '/interrupt', { prompt_id: 'one' })
    await pass(60_000)
    const { status } = (await ask('GET', '/history/one')).json.one
    expect(status.status_str).toBe('error')
    expect(status.messages.at(-1)[0]).toBe('execution_interrupted')
    expect(bills).toHaveLength(0)
  })

  test('answers below /api as well', async () => {
    const { ask } = makeServer()
    expect((await ask('GET', '/api/models/checkpoints')).json).toHaveLength(2)
    expect((await ask('GET', '/api/object_info/KSampler')).json).toHaveProperty('KSampler')
  })

  test('refuses a request that comes from a page elsewhere', async () => {
    const { ask } = makeServer()
    const headers = { origin: 'https://elsewhere.example' }
    expect((await ask('GET', '/queue', undefined, headers)).status).toBe(403)
  })

  test.each([
    ['no graph', () => undefined, 'no_prompt'],
    ['no output', ({ 9: _, ...rest }: Record<string, unknown>) => rest, 'prompt_no_outputs'],
    ['a node without a class', (graph: object) => ({ ...graph, 2: {} }), 'class_type'],
    [
      'a sampler that is not there',
      (graph: Record<string, { inputs: object }>) => ({
        ...graph,
        3: { ...graph[3], inputs: { ...graph[3]?.inputs, sampler_name: 'magic' } },
      }),
      'value_not_in_list',
    ],
    [
      'a connection to nothing',
      (graph: Record<string, { inputs: object }>) => ({
        ...graph,
        8: { ...graph[8], inputs: { samples: ['33', 0] } },
      }),
      'bad_linked_input',
    ],
    [
      'a picture that was not uploaded',
      (graph: object) => ({ ...graph, 2: { class_type: 'LoadImage', inputs: { image: 'x.png' } } }),
      'Invalid image file: x.png',
    ],
  ])('refuses %s with 400 in its own words', async (_, change, words) => {
    const { ask } = makeServer()
    const body = bodyOf('a cup', 'one')
    const answer = await ask('POST', '/prompt', { ...body, prompt: change(body.prompt) })
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(words)])
  })
})
