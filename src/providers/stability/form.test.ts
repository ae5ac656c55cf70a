import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { InputImage, OperationDetails } from '../../core/request/image-request.ts'
import { toWire } from './form.ts'
import stability from './index.ts'

const image: InputImage = {
  digest: 'a'.repeat(64),
  format: 'png',
  width: 512,
  height: 512,
  byteLength: 3,
  hasAlpha: false,
}

const planOf = (id: string, changes: Partial<CallPlan> = {}): CallPlan => {
  const model = stability.models.find((candidate) => candidate.id === id)!
  const [operation = 'edit'] = model.operations
  const images = Array.from({ length: model.maxInputImages }, () => image)
  const shared = { prompt: 'a red hat', n: 1, settings: { format: 'png' }, options: {} } as const
  const expectedSize = { width: 512, height: 512 }
  return { model, operation, ...shared, expectedSize, images, ...changes }
}

function formOf({ images, mask, ...plan }: CallPlan) {
  const { url, headers, body } = toWire({
    ...plan,
    attemptId: 'att_1',
    safetyIdentifier: 'hash',
    images: images.map((input) => ({ ...input, bytes: Uint8Array.of(1) })),
    ...(mask === undefined ? {} : { mask: { ...mask, bytes: Uint8Array.of(2) } }),
  })
  const parts = body?.kind === 'multipart' ? body.parts : []
  const form = Object.fromEntries(
    parts.map((part) => [part.name, 'value' in part ? part.value : part.filename]),
  )
  return { url, accept: headers?.accept, form }
}

const expand = { left: 1, right: 2, top: 3, bottom: 4 }
const format = { output_format: 'png' }
const words = { prompt: 'a red hat' }
const file = { image: 'image.png' }

describe('each service gets the members of its own, and nothing else', () => {
  test.each<[string, string, OperationDetails | undefined, object]>([
    ['stable-erase', 'edit/erase', undefined, { mask: 'mask.png', ...file }],
    [
      'stable-outpaint',
      'edit/outpaint',
      { kind: 'outpaint', expand },
      { ...words, ...file, left: '1', right: '2', up: '3', down: '4' },
    ],
    [
      'stable-search-and-replace',
      'edit/search-and-replace',
      { kind: 'search_and_replace', search: 'the cup' },
      { ...words, ...file, search_prompt: 'the cup' },
    ],
    [
      'stable-search-and-recolor',
      'edit/search-and-recolor',
      { kind: 'search_and_recolor', search: 'the cup' },
      { ...words, ...file, select_prompt: 'the cup' },
    ],
    ['stable-remove-background', 'edit/remove-background', undefined, file],
    [
      'stable-replace-background',
      'edit/replace-background-and-relight',
      undefined,
      {
        background_prompt: 'a red hat',
        subject_image: 'subject_image.png',
        background_reference: 'background_reference.png',
      },
    ],
    ['stable-fast-upscale', 'upscale/fast', { kind: 'upscale', scale: 4, mode: 'fast' }, file],
    [
      'stable-conservative-upscale',
      'upscale/conservative',
      { kind: 'upscale', scale: 2, mode: 'conservative' },
      { ...words, ...file },
    ],
    [
      'stable-creative-upscale',
      'upscale/creative',
      { kind: 'upscale', scale: 2, mode: 'creative' },
      { ...words, ...file },
    ],
    [
      'stable-sketch',
      'control/sketch',
      { kind: 'control', control: 'sketch', strength: 0.4 },
      { ...words, ...file, control_strength: '0.4' },
    ],
    [
      'stable-structure',
      'control/structure',
      { kind: 'control', control: 'structure' },
      { ...words, ...file },
    ],
    [
      'stable-style',
      'control/style',
      { kind: 'control', control: 'style', strength: 0.4 },
      { ...words, ...file, fidelity: '0.4' },
    ],
    [
      'stable-style-transfer',
      'control/style-transfer',
      { kind: 'style_transfer', strength: 1 },
      {
        ...words,
        style_strength: '1',
        init_image: 'init_image.png',
        style_image: 'style_image.png',
      },
    ],
  ])('%s', (id, path, details, form) => {
    const mask = id === 'stable-erase' ? { mask: image } : {}
    const plan = planOf(id, { ...mask, ...(details === undefined ? {} : { details }) })
    const sent = formOf(plan)
    expect(sent.url).toBe(`/v2beta/stable-image/${path}`)
    expect(sent.form).toEqual({ ...form, ...format })
  })

  test('a style takes a shape; a job is asked for in JSON, a picture as bytes', () => {
    const settings = { aspect: '16:9' }
    const details: OperationDetails = { kind: 'control', control: 'style' }
    const styled = formOf(planOf('stable-style', { settings, details }))
    expect(styled).toMatchObject({ accept: 'image/*', form: { aspect_ratio: '16:9' } })
    expect(formOf(planOf('stable-creative-upscale')).accept).toBe('application/json')
  })

  test('without words none are sent, nor where a service reads none', () => {
    const details: OperationDetails = { kind: 'outpaint', expand }
    expect(formOf(planOf('stable-outpaint', { details, prompt: '' })).form).not.toHaveProperty(
      'prompt',
    )
    const one = planOf('stable-replace-background', { prompt: '', images: [image] })
    expect(formOf(one).form).toEqual({ ...format, subject_image: 'subject_image.png' })
  })
})

describe('options', () => {
  test.each([
    ['stable-erase', { grow_mask: 20 }],
    ['stable-outpaint', { creativity: 1, style_preset: 'anime' }],
    ['stable-search-and-replace', { grow_mask: 3 }],
    ['stable-replace-background', { keep_original_background: true, light_source_strength: 0.3 }],
    ['stable-conservative-upscale', { creativity: 0.2 }],
    ['stable-creative-upscale', { creativity: 0.1, style_preset: 'enhance' }],
    ['stable-style-transfer', { change_strength: 0.9 }],
  ])('%s takes %j and sends it', (id, options) => {
    const plan = planOf(id, { options })
    expect(stability.checkOptions(plan)).toBeUndefined()
    const printed = Object.entries(options).map(([name, value]) => [name, String(value)])
    expect(formOf(plan).form).toMatchObject(Object.fromEntries(printed))
  })

  test.each([
    ['stable-erase', { grow_mask: 21 }, 'grow_mask'],
    ['stable-conservative-upscale', { creativity: 0.1 }, 'creativity'],
    ['stable-fast-upscale', { creativity: 0.3 }, 'creativity'],
    ['stable-remove-background', { grow_mask: 1 }, 'grow_mask'],
    ['stable-style', { style_preset: 'anime' }, 'style_preset'],
    ['stable-outpaint', { left: 5 }, 'left'],
  ])('%s refuses %j', (id, options, name) => {
    const unfit = stability.checkOptions(planOf(id, { options }))
    expect(unfit).toMatchObject({ code: 'options', param: `stability.${name}` })
  })
})
