import { describe, expect, test } from 'vitest'
import type { InputBytes, ProviderCall } from '../../ports/provider.ts'
import { attemptUuid } from '../shared/attempt-uuid.ts'
import { estimate } from './estimate.ts'
import runware from './index.ts'
import { checkOptions } from './options.ts'
import { toWire } from './wire.ts'

const input: InputBytes = {
  width: 64,
  height: 64,
  digest: 'ab',
  format: 'png',
  byteLength: 2,
  hasAlpha: false,
  bytes: new Uint8Array([1, 2]),
}
const LORA = { model: 'civitai:120096@135931', weight: 0.8 }

function callOf(id: string, change: Partial<ProviderCall> = {}): ProviderCall {
  const model = runware.models.find((candidate) => candidate.id === id)
  if (model === undefined) throw new Error(`no model ${id}`)
  return {
    model,
    operation: 'generate',
    prompt: 'a red cup',
    n: 1,
    settings: {},
    expectedSize: model.defaultSize,
    images: [],
    options: {},
    attemptId: 'att_1',
    safetyIdentifier: 'hash',
    ...change,
  }
}

/** The tasks as they go over the wire: members that are undefined are not there. */
function tasksOf(call: ProviderCall): readonly Record<string, unknown>[] {
  const { body } = toWire(call)
  return JSON.parse(JSON.stringify(body?.kind === 'json' ? body.value : null))
}

describe('printing a call', () => {
  test('is a list of one task, with the id of the attempt, that tells its cost', () => {
    const settings = {
      steps: 30,
      guidance: 4,
      seed: 7,
      negativePrompt: 'fog',
      format: 'jpeg',
    } as const
    const call = callOf('sdxl', { n: 3, settings, options: { lora: [LORA], scheduler: 'Euler' } })
    expect(tasksOf(call)).toEqual([
      {
        taskType: 'imageInference',
        taskUUID: attemptUuid('att_1'),
        model: 'civitai:101055@128078',
        positivePrompt: 'a red cup',
        negativePrompt: 'fog',
        width: 1024,
        height: 1024,
        steps: 30,
        CFGScale: 4,
        seed: 7,
        numberResults: 3,
        outputType: 'base64Data',
        outputFormat: 'JPG',
        deliveryMethod: 'sync',
        includeCost: true,
        checkNSFW: true,
        lora: [LORA],
        scheduler: 'Euler',
      },
    ])
  })

  test('nothing is checked for nudity when the caller says so', () => {
    const [task] = tasksOf(callOf('sdxl', { options: { check_nsfw: false } }))
    expect(task).toMatchObject({ checkNSFW: false })
    expect(task).not.toHaveProperty('check_nsfw')
  })

  test('an edit by references lists them', () => {
    const [task] = tasksOf(callOf('flux-2-dev', { operation: 'edit', images: [input, input] }))
    const link = 'data:image/png;base64,AQI='
    expect(task).toMatchObject({ referenceImages: [link, link] })
    expect(task).not.toHaveProperty('seedImage')
  })

  test('an inpainting starts from its input, with the mask', () => {
    const options = { strength: 0.7, mask_margin: 64 }
    const change = { operation: 'inpaint', images: [input], mask: input, options } as const
    expect(tasksOf(callOf('sd3', change))[0]).toMatchObject({
      seedImage: 'data:image/png;base64,AQI=',
      maskImage: 'data:image/png;base64,AQI=',
      strength: 0.7,
      maskMargin: 64,
    })
  })
})

describe('printing the task of a tool', () => {
  const common = {
    taskUUID: attemptUuid('att_1'),
    outputType: 'base64Data',
    deliveryMethod: 'sync',
    includeCost: true,
    inputs: { image: 'data:image/png;base64,AQI=' },
  }
  const upscale = (id: string, change: Partial<ProviderCall> = {}) => {
    const details = { kind: 'upscale', scale: 2, mode: 'fast' } as const
    return tasksOf(callOf(id, { operation: 'upscale', details, images: [input], ...change }))
  }

  test('an enlargement has a factor, and words only where some are said', () => {
    const task = { ...common, taskType: 'upscale', upscaleFactor: 2 }
    expect(upscale('real-esrgan', { prompt: '' })).toEqual([{ ...task, model: 'runware:504@1' }])
    expect(upscale('clarity', { settings: { seed: 7 } })).toEqual([
      { ...task, model: 'runware:500@1', settings: { positivePrompt: 'a red cup', seed: 7 } },
    ])
  })

  test('a background goes without a word', () => {
    const change = { operation: 'remove_background', images: [input] } as const
    expect(tasksOf(callOf('birefnet', { ...change, settings: { format: 'webp' } }))).toEqual([
      { ...common, taskType: 'removeBackground', model: 'runware:112@5', outputFormat: 'WEBP' },
    ])
  })
})

describe('estimating a call', () => {
  const creditsOf = (call: ProviderCall) => {
    const { low, expected, high } = estimate(call)
    return [low.credits, expected.credits, high.credits]
  }

  test.each<[string, Partial<ProviderCall>, readonly number[]]>([
    ['of the usual effort spans what was observed', {}, [0.0026, 0.0038, 0.007]],
    ['of two pictures is twice that', { n: 2 }, [0.0052, 0.0076, 0.014]],
    [
      'of four times the pixels raises the usual and the highest',
      { settings: { size: { width: 2048, height: 2048 } } },
      [0.0026, 0.0152, 0.028],
    ],
    [
      'in half the steps lowers the usual and the lowest',
      { settings: { steps: 14 } },
      [0.0013, 0.0019, 0.007],
    ],
  ])('%s', (_claim, change, credits) => {
    expect(creditsOf(callOf('flux-1-dev', change))).toEqual(credits)
  })

  test('the usual cost of each model is the one in the book', () => {
    for (const row of runware.prices) {
      const id = row.offer.split('/')[1] ?? ''
      const [component] = row.components
      expect([id, component?.kind === 'credits' && Number(component.credits)]).toEqual([
        id,
        creditsOf(callOf(id))[1],
      ])
    }
  })
})

test.each<[string, Partial<ProviderCall>, string]>([
  ['a strength without an input', { options: { strength: 0.5 } }, 'strength'],
  ['a margin without a mask', { images: [input], options: { mask_margin: 64 } }, 'mask_margin'],
  ['a LoRA without a weight', { options: { lora: [{ model: 'x' }] } }, 'lora.0.weight'],
  ['an option that does not exist', { options: { accelerator: 1 } }, 'accelerator'],
  [
    'an option of inference for a tool',
    { operation: 'upscale', options: { scheduler: 'Euler' } },
    'scheduler',
  ],
])('%s is refused', (_claim, change, option) => {
  expect(checkOptions(callOf('sd3', change))?.param).toBe(`runware.${option}`)
})

test('an enlargement beyond what is made in one go is refused', () => {
  const details = { kind: 'upscale', scale: 4, mode: 'fast' } as const
  const expectedSize = { width: 4_100, height: 2_000 }
  const call = callOf('swinir', { operation: 'upscale', details, expectedSize })
  expect(checkOptions(call)?.param).toBe('scale')
})
