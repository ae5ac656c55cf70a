import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { InputImage } from '../../core/request/image-request.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { attemptUuid, seedOf } from '../shared/attempt-uuid.ts'
import comfyui from './index.ts'
import { cancel, toUploads } from './wire.ts'

const input = (width: number, height: number, letter = 'a'): InputImage => ({
  digest: letter.repeat(64),
  format: 'png',
  width,
  height,
  byteLength: 3,
  hasAlpha: false,
})

const planOf = (changes: Partial<CallPlan> = {}): CallPlan => ({
  model: comfyui.models[1]!,
  operation: 'generate',
  prompt: 'a lighthouse',
  n: 2,
  settings: { format: 'png' },
  expectedSize: { width: 1_024, height: 1_024 },
  images: [],
  options: {},
  ...changes,
})

const callOf = ({ images, mask, ...plan }: CallPlan): ProviderCall => ({
  ...plan,
  attemptId: 'att_1',
  safetyIdentifier: 'hash',
  images: images.map((image) => ({ ...image, bytes: Uint8Array.of(1) })),
  ...(mask === undefined ? {} : { mask: { ...mask, bytes: Uint8Array.of(2) } }),
})

const answer = (json: unknown, status = 200): HttpAnswer => ({
  status,
  headers: {},
  json,
  images: [],
})

/** Node by id, of the graph that a call becomes. */
function graphOf(plan: CallPlan, answers: readonly HttpAnswer[] = []) {
  const { body } = comfyui.toWire(callOf(plan), answers)
  const value = body?.kind === 'json' ? (body.value as Record<string, unknown>) : {}
  const { prompt, ...rest } = value
  return { rest, nodes: prompt as Record<string, { class_type: string; inputs: object }> }
}

describe('a generation', () => {
  test('is a graph with an id of ours and everything that was asked', () => {
    const settings = { seed: 7, steps: 40, guidance: 6, negativePrompt: 'fog' }
    const { nodes, rest } = graphOf(planOf({ settings }))
    expect(rest).toEqual({
      prompt_id: attemptUuid('att_1'),
      client_id: attemptUuid('att_1'),
      extra_data: {},
    })
    expect(nodes[3]).toEqual({
      class_type: 'KSampler',
      inputs: {
        seed: 7,
        steps: 40,
        cfg: 6,
        sampler_name: 'euler',
        scheduler: 'normal',
        denoise: 1,
        model: ['4', 0],
        positive: ['6', 0],
        negative: ['7', 0],
        latent_image: ['5', 0],
      },
    })
    expect(nodes[4]?.inputs).toEqual({ ckpt_name: 'sd_xl_base_1.0.safetensors' })
    expect(nodes[5]?.inputs).toEqual({ width: 1_024, height: 1_024, batch_size: 2 })
    expect([nodes[6]?.inputs, nodes[7]?.inputs]).toMatchObject([
      { text: 'a lighthouse' },
      { text: 'fog' },
    ])
  })

  test('puts its LoRAs in a chain behind the checkpoint', () => {
    const loras = [{ name: 'ink.safetensors', weight: 0.8 }, { name: 'brand.safetensors' }]
    const { nodes } = graphOf(planOf({ options: { loras, sampler: 'dpmpp_2m' } }))
    expect(nodes.lora_1?.inputs).toMatchObject({ lora_name: 'ink.safetensors', model: ['4', 0] })
    expect(nodes.lora_2?.inputs).toMatchObject({ strength_clip: 1, clip: ['lora_1', 1] })
    expect(nodes[3]?.inputs).toMatchObject({ model: ['lora_2', 0], sampler_name: 'dpmpp_2m' })
    expect(nodes[6]?.inputs).toMatchObject({ clip: ['lora_2', 1] })
  })

  test('gets another seed and another id with each attempt, the same for the same one', () => {
    const ids = Array.from({ length: 1_000 }, (_, index) => attemptUuid(`att_${index}`))
    expect(new Set(ids).size).toBe(1_000)
    for (const id of ids) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
    }
    expect(attemptUuid('att_1')).toBe(ids[1])
    const seeds = Array.from({ length: 1_000 }, (_, index) => seedOf(`att_${index}`))
    expect(new Set(seeds).size).toBe(1_000)
  })
})

describe('inputs', () => {
  const plan = planOf({
    operation: 'inpaint',
    images: [input(1_600, 900)],
    mask: input(1_600, 900, 'b'),
  })

  test('are uploaded one by one, under the names of their digests', () => {
    const call = callOf(plan)
    const uploads = [toUploads(call, []), toUploads(call, [answer({})])]
    const fields = uploads.map((upload) => {
      const parts = upload?.body?.kind === 'multipart' ? upload.body.parts : []
      return parts.map((part) => ('value' in part ? part.value : part.filename))
    })
    expect(uploads.map((upload) => upload?.url)).toEqual(['/upload/image', '/upload/image'])
    expect(fields).toEqual([
      [`${'a'.repeat(32)}.png`, 'input', 'keeprate', 'true'],
      [`${'b'.repeat(32)}.png`, 'input', 'keeprate', 'true'],
    ])
    expect(toUploads(call, [answer({}), answer({})])).toBeUndefined()
  })

  test('are named as the server stored them, and keep their shape', () => {
    const stored = (name: string) => answer({ name, subfolder: 'keeprate', type: 'input' })
    const { nodes } = graphOf(plan, [stored('a (1).png'), stored('b.png')])
    expect(nodes[10]?.inputs).toEqual({ image: 'keeprate/a (1).png' })
    expect(nodes[14]?.inputs).toEqual({ image: 'keeprate/b.png', channel: 'red' })
    expect(nodes[11]?.inputs).toMatchObject({ width: 1_360, height: 768 })
    expect(nodes[12]).toMatchObject({
      class_type: 'VAEEncodeForInpaint',
      inputs: { grow_mask_by: 6, mask: ['17', 0] },
    })
    expect(nodes[5]?.inputs).toEqual({ samples: ['12', 0], amount: 2 })
  })

  test('of an edit are moved from as far as the caller says', () => {
    const edit = planOf({ operation: 'edit', images: [input(1_024, 1_024)] })
    const stored = [answer({ name: 'a.png', subfolder: '' })]
    expect(graphOf(edit, stored).nodes[3]?.inputs).toMatchObject({ denoise: 0.75 })
    const far = graphOf({ ...edit, options: { strength: 0.3 } }, stored).nodes
    expect(far[3]?.inputs).toMatchObject({ denoise: 0.3 })
    expect(far[10]?.inputs).toEqual({ image: 'a.png' })
  })
})

describe('giving a job up', () => {
  const job = { id: 'mine', pollUrl: '/history/mine', facts: {} }
  const queue = (...running: readonly string[]) =>
    answer({ queue_running: running.map((id) => [1, id, {}, {}, []]), queue_pending: [] })
  const next = (...answers: readonly HttpAnswer[]) => cancel.afterCancel?.(job, answers)
  const empty: HttpAnswer = { status: 200, headers: {}, images: [] }

  test('takes it from the queue, then looks whether it runs', () => {
    expect(cancel.toCancel(job)).toMatchObject({
      url: '/queue',
      body: { value: { delete: ['mine'] } },
    })
    expect(next(empty)).toEqual({ method: 'GET', url: '/queue' })
  })

  test.each([
    ['that runs is interrupted, and told so', queue('mine'), empty, '/interrupt', 'signalled'],
    ['that never ran is free', queue('other'), answer({}), '/history/mine', 'stopped'],
    ['that has ended is too late', queue(), answer({ mine: {} }), '/history/mine', 'too_late'],
    ['is unknown when the server fails', queue(), answer({}, 500), '/history/mine', 'unknown'],
  ])('one %s', (_, listed, last, url, outcome) => {
    expect(next(empty, listed)?.url).toBe(url)
    expect(next(empty, listed, last)).toBeUndefined()
    expect(cancel.fromCancel(last, job, [empty, listed, last])).toBe(outcome)
  })
})

test.each([
  ['all that run and wait', { exec_info: { queue_remaining: 3 } }, 3],
  ['nothing where it is a page', 'a page of a proxy', undefined],
  ['nothing where it is no number', { exec_info: { queue_remaining: 'many' } }, undefined],
])('the length of the queue is %s', (_, json, jobs) => {
  expect(comfyui.backlog?.toLook).toEqual({ method: 'GET', url: '/prompt' })
  expect(comfyui.backlog?.fromLook(answer(json))).toBe(jobs)
})

test.each([
  ['a sampler that is no text', { sampler: 7 }, 'comfyui.sampler'],
  ['a node', { graph: {} }, 'comfyui.graph'],
  ['strength without an input', { strength: 0.5 }, 'comfyui.strength'],
])('%s is no option', (_, options, param) => {
  expect(comfyui.checkOptions(planOf({ options }))).toMatchObject({ code: 'options', param })
})
