import { describe, expect, test } from 'vitest'
import type { ProviderCall } from '../../ports/provider.ts'
import { inputOf } from '../../testing/hosted-calls.ts'
import { sampleModel } from '../../testing/sample-models.ts'
import { shapeUnfit, toMappedInput } from './input-mapping.ts'
import { mappedEstimate } from './mapped-estimate.ts'
import { namedOptions } from './named-options.ts'

const model = sampleModel({
  provider: 'acme',
  typicalSeconds: 4,
  timeoutMs: 60_000,
  defaultSize: { width: 1_024, height: 1_024 },
  sizes: {
    kind: 'free',
    multipleOf: 16,
    minPixels: 65_536,
    maxPixels: 4_194_304,
    minEdge: 256,
    maxEdge: 2_048,
    maxRatio: 4,
  },
  wire: { inputs: { prompt: 'text', size: 'image_size', images: 'references', format: 'type' } },
})

const callOf = (changes: Partial<ProviderCall> = {}): ProviderCall => ({
  model,
  operation: 'generate',
  prompt: 'a cup',
  n: 1,
  settings: {},
  expectedSize: model.defaultSize,
  images: [],
  options: {},
  attemptId: 'att_1',
  safetyIdentifier: 'hash',
  ...changes,
})
const image = { ...inputOf(2_048, 1_024), bytes: Uint8Array.of(1) }
const edit = { operation: 'edit', images: [image] } as const

describe('printing', () => {
  test('only what the model names is sent, under its names', () => {
    const call = callOf({ settings: { seed: 1, negativePrompt: 'rain', format: 'jpeg' } })
    expect(toMappedInput(call, { images: [] })).toEqual({
      text: 'a cup',
      image_size: { width: 1_024, height: 1_024 },
      type: 'jpeg',
    })
  })

  test('a list of images is sent as one', () => {
    const printed = toMappedInput(callOf(edit), { images: ['a', 'b'] })
    expect(printed).toEqual({ text: 'a cup', references: ['a', 'b'] })
  })

  test('fixed fields are sent with every call, and lose against what is asked', () => {
    const wire = {
      inputs: { prompt: 'text', format: 'type' },
      fixed: { mode: 'fast', type: 'png' },
    }
    const call = callOf({ model: { ...model, wire }, settings: { format: 'webp' } })
    expect(toMappedInput(call, { images: [] })).toEqual({
      mode: 'fast',
      type: 'webp',
      text: 'a cup',
    })
  })
})

describe('shapes of edits', () => {
  const wire = { ...model.wire, follows_input: ['edit'] }
  const call = callOf({ ...edit, model: { ...model, wire } })

  test('a picture that keeps its input has no size of its own', () => {
    const sized = { ...call, settings: { size: { width: 1_024, height: 512 } } }
    expect(toMappedInput(sized, { images: ['a'] })).not.toHaveProperty('image_size')
    expect(shapeUnfit(sized)).toBeUndefined()
    const square = { ...call, settings: { size: { width: 1_024, height: 1_024 } } }
    expect(shapeUnfit(square)).toMatchObject({ code: 'size', param: 'size' })
    expect(shapeUnfit(callOf({ ...edit, settings: square.settings }))).toBeUndefined()
  })

  test('the estimate of such a picture is sure, any other may be the largest', () => {
    expect(mappedEstimate(call).high).toMatchObject({ width: 2_048, height: 1_024 })
    const { low, expected, high } = mappedEstimate(callOf(edit))
    expect(low).toMatchObject({ width: 1, height: 1 })
    expect(expected).toMatchObject({ width: 2_048, height: 1_024 })
    expect((high.width ?? 0) * (high.height ?? 0)).toBe(4_194_304)
  })
})

describe('estimates', () => {
  test('seconds grow with pictures and pixels, and end at the limit', () => {
    const size = { width: 2_048, height: 1_024 }
    const call = callOf({ n: 3, settings: { size }, expectedSize: size })
    const { low, expected, high } = mappedEstimate(call)
    expect(expected.predictSeconds).toBe(24)
    expect(low.predictSeconds).toBeCloseTo(2.4)
    expect(high.predictSeconds).toBe(60)
  })

  test('a limit of the service itself is the ceiling', () => {
    const limited = { ...model, wire: { ...model.wire, max_seconds: 600 } }
    expect(mappedEstimate(callOf({ model: limited })).high.predictSeconds).toBe(600)
  })

  test('input images count in megapixels of 10⁶, up to 1024² as one', () => {
    const square = { ...inputOf(1_024, 1_024), bytes: Uint8Array.of(1) }
    const images = [image, square]
    expect(mappedEstimate(callOf({ ...edit, images })).expected.inputMegapixels).toBe(4)
  })
})

describe('options by name', () => {
  test('allow what is listed, and nothing when the list is none', () => {
    expect(namedOptions(['a']).safeParse({ a: [1] }).success).toBe(true)
    expect(namedOptions(['a']).safeParse({ b: 1 }).success).toBe(false)
    expect(namedOptions(undefined).safeParse({ a: 1 }).success).toBe(false)
    expect(namedOptions(7).safeParse({}).success).toBe(true)
  })
})
