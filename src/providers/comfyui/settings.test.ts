import { describe, expect, test } from 'vitest'
import { makeCallPlan } from '../../core/catalog/call-plan.ts'
import { fitRequest } from '../../core/catalog/fit.ts'
import type { JsonObject } from '../../core/json.ts'
import { makeSampleInputs, sampleRequest, toCall } from '../../testing/sample-calls.ts'
import { InstanceError } from '../shared/instance.ts'
import comfyui from './index.ts'

const configure = (settings: JsonObject, hourlyCost = '0.80') =>
  comfyui.configure!({
    id: 'gpu1',
    baseUrl: 'http://gpu1:8188',
    hourlyCost,
    settings,
    findOffer: () => undefined,
  })

/** A graph as the editor exports it, with two encoders of text and a value of its own. */
const graph = {
  4: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'brand.safetensors' } },
  6: { class_type: 'CLIPTextEncodeSDXL', inputs: { text_g: '', text_l: '', clip: ['4', 1] } },
  7: { class_type: 'CLIPTextEncode', inputs: { text: 'blurry, ugly', clip: ['4', 1] } },
  5: { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 512, batch_size: 1 } },
  3: {
    class_type: 'KSampler',
    inputs: { seed: 1, steps: 20, cfg: 8, denoise: 1, model: ['4', 0], latent_image: ['5', 0] },
  },
  20: { class_type: 'BrandStyle', inputs: { strength: 0.5, mood: 'calm', model: ['4', 0] } },
  9: { class_type: 'SaveImage', inputs: { images: ['3', 0] } },
} satisfies JsonObject

const slots = {
  prompt: [
    ['6', 'inputs', 'text_g'],
    ['6', 'inputs', 'text_l'],
  ],
  negative_prompt: ['7', 'inputs', 'text'],
  seed: ['3', 'inputs', 'seed'],
  width: ['5', 'inputs', 'width'],
  height: ['5', 'inputs', 'height'],
  steps: ['3', 'inputs', 'steps'],
} satisfies JsonObject

const options = {
  style: { slot: ['20', 'inputs', 'strength'], type: 'number', min: 0, max: 1 },
  mood: { slot: ['20', 'inputs', 'mood'], type: 'text', values: ['calm', 'loud'] },
} satisfies JsonObject

const brand = { id: 'brand', graph, slots, options, outputs: ['9'] } satisfies JsonObject

const nodesOf = async (settings: JsonObject, changes: object = {}) => {
  const made = configure(settings)
  const model = made.models[0]!
  const request = sampleRequest(model, model.operations[0] ?? 'generate', changes)
  const call = toCall(request, model, await makeSampleInputs())
  const { body } = made.toWire(call, [
    { status: 200, headers: {}, json: { name: 'in.png', subfolder: 'keeprate' }, images: [] },
  ])
  const value = body?.kind === 'json' ? (body.value as { prompt: unknown }) : { prompt: {} }
  return value.prompt as Record<string, { readonly inputs: Record<string, unknown> }>
}

describe('a workflow of the operator', () => {
  test('gets the values of a call where its slots are, and keeps the rest', async () => {
    const nodes = await nodesOf(
      { workflows: [brand] },
      { prompt: 'a cup', seed: 9, size: { width: 1_280, height: 768 } },
    )
    expect(nodes[6]?.inputs).toMatchObject({ text_g: 'a cup', text_l: 'a cup' })
    expect(nodes[5]?.inputs).toEqual({ width: 1_280, height: 768, batch_size: 1 })
    expect(nodes[3]?.inputs).toMatchObject({ seed: 9, steps: 20, cfg: 8 })
    expect(nodes[7]?.inputs.text).toBe('blurry, ugly')
    expect(nodes[20]?.inputs).toMatchObject({ strength: 0.5, mood: 'calm' })
  })

  test('takes the options that it declares, and no others', async () => {
    const nodes = await nodesOf(
      { workflows: [brand] },
      { providerOptions: { gpu1: { style: 1, mood: 'loud' } } },
    )
    expect(nodes[20]?.inputs).toMatchObject({ strength: 1, mood: 'loud' })
    const made = configure({ workflows: [brand] })
    const model = made.models[0]!
    const check = (given: JsonObject) => {
      const request = sampleRequest(model, 'generate', { providerOptions: { gpu1: given } })
      const fit = fitRequest(request, model, { isPinned: true })
      if (!fit.ok) throw new Error(fit.refusal.reason)
      return made.checkOptions(makeCallPlan(request, model, fit.value, 1))?.param
    }
    expect(check({ style: 0.2 })).toBeUndefined()
    expect(check({ style: 2 })).toBe('gpu1.style')
    expect(check({ mood: 'sad' })).toBe('gpu1.mood')
    expect(check({ sampler: 'euler' })).toBe('gpu1.sampler')
  })

  test('promises only what its graph has a place for', () => {
    const { seed: _, width: __, ...fewer } = slots
    const [model] = configure({ workflows: [{ ...brand, slots: fewer, family: 'sd-1.5' }] }).models
    expect(model).toMatchObject({
      operations: ['generate'],
      sizes: { kind: 'list', sizes: [{ width: 512, height: 512 }] },
      maxImagesPerCall: 1,
      maxInputImages: 0,
      supports: { seed: false, negativePrompt: true, mask: false },
      steps: { default: 25 },
    })
    expect(model?.guidance).toBeUndefined()
  })

  test('edits when it has a place for a picture; further places get the first one', async () => {
    const edit = {
      id: 'edit',
      graph: {
        ...graph,
        30: { class_type: 'LoadImage', inputs: { image: 'old.png' } },
        31: { class_type: 'LoadImage', inputs: { image: 'older.png' } },
      },
      slots: { ...slots, image: ['30', 'inputs', 'image'], image_2: ['31', 'inputs', 'image'] },
    } satisfies JsonObject
    const [model] = configure({ workflows: [edit] }).models
    expect([model?.operations, model?.maxInputImages]).toEqual([['edit'], 2])
    const nodes = await nodesOf({ workflows: [edit] })
    expect([nodes[30]?.inputs.image, nodes[31]?.inputs.image]).toEqual([
      'keeprate/in.png',
      'keeprate/in.png',
    ])
  })

  test('costs its seconds, or its share of an hour', () => {
    const workflows = [brand, { ...brand, id: 'fast', images_per_hour: 720 }]
    const { prices } = configure({ workflows, utilisation: 0.25 }, '1.20')
    expect(prices.map(({ offer, components }) => [offer, components[0]])).toEqual([
      ['gpu1/brand', { kind: 'gpu_second', usd_per_h: '4.8' }],
      [
        'gpu1/fast',
        { kind: 'gpu_hour_selfhost', usd_per_h: '1.20', images_per_h: '720', utilisation: '0.25' },
      ],
    ])
  })
})

describe('settings that are refused:', () => {
  const editorsOwn = { nodes: [{ id: 4, type: 'KSampler' }], links: [] }
  test.each([
    ['nothing to call', {}, 'settings: needs models'],
    ['a graph of the editor itself', { graph: editorsOwn }, 'workflows.0.graph: is no graph'],
    ['no place for the prompt', { slots: {} }, 'workflows.0.slots: prompt is missing'],
    [
      'a place at a node that is not there',
      { slots: { ...slots, seed: ['33', 'inputs', 'seed'] } },
      'workflows.0.slots.seed: the graph has no node 33',
    ],
    [
      'a place at an input that is not there',
      { slots: { ...slots, seed: ['3', 'inputs', 'noise_seed'] } },
      'slots.seed: node 3 (KSampler) has no input noise_seed',
    ],
    [
      'a place that is connected',
      { slots: { ...slots, seed: ['3', 'inputs', 'model'] } },
      'slots.seed: input model of node 3 is connected',
    ],
    [
      'a place of another type',
      { slots: { ...slots, steps: ['7', 'inputs', 'text'] } },
      'slots.steps: input text of node 7 holds no number: string',
    ],
    ['a slot that is none', { slots: { ...slots, mood: ['20', 'inputs', 'mood'] } }, 'slots.mood'],
    ['an output that is not there', { outputs: ['99'] }, 'outputs: the graph has no node 99'],
    ['an operation it cannot do', { operations: ['edit'] }, 'operations: the slots of the graph'],
  ])('%s', (name, changes, words) => {
    const settings = name === 'nothing to call' ? {} : { workflows: [{ ...brand, ...changes }] }
    expect(() => configure(settings)).toThrow(InstanceError)
    expect(() => configure(settings)).toThrow(words)
  })

  test('a workflow with the name of a checkpoint', () => {
    const models = [{ id: 'brand', checkpoint: 'a.safetensors' }]
    expect(() => configure({ models, workflows: [brand] })).toThrow(/id stands in models/)
  })
})
