import { describe, expect, test } from 'vitest'
import {
  classedShapes,
  fluxSizes,
  freeSizes,
  inputImage,
  listedSizes,
  sampleModel,
  shapes,
} from '../../testing/sample-models.ts'
import type { Size } from '../request/image-request.ts'
import { normaliseRequest } from '../request/normalise.ts'
import type { RequestDraft } from '../request/request-draft.ts'
import { fitSize } from './fit-size.ts'
import type { Model, SizeRule } from './model.ts'

const models = {
  'gpt-image-2': sampleModel({ id: 'gpt-image-2', sizes: freeSizes }),
  'flux-2-pro': sampleModel({ id: 'flux-2-pro', sizes: fluxSizes }),
  'gpt-image-1.5': sampleModel({ id: 'gpt-image-1.5', sizes: listedSizes }),
  ultra: sampleModel({ id: 'ultra', sizes: shapes }),
  gemini: sampleModel({ id: 'gemini', sizes: classedShapes }),
} as const
type Name = keyof typeof models

const fitted = (model: Model, asked: Partial<RequestDraft>) =>
  fitSize(normaliseRequest({ operation: 'generate', prompt: 'a cup', ...asked }), model)

const print = (size: Size | undefined): string | undefined => size && `${size.width}x${size.height}`

/** What is asked of the model, what is done afterwards, and what becomes of each parameter. */
function outcomeOf(model: Model, asked: Partial<RequestDraft>) {
  const result = fitted(model, asked)
  if (!result.ok) throw new Error(result.refusal.reason)
  const { size, aspect, resize, reports } = result.value
  return {
    sent: print(size) ?? aspect,
    resize: print(resize),
    reports: Object.fromEntries(reports.map(({ param, outcome }) => [param, outcome])),
  }
}

const refusalOf = (model: Model, asked: Partial<RequestDraft>) => {
  const result = fitted(model, asked)
  if (result.ok) throw new Error(`made as ${print(result.value.expectedSize)}`)
  return result.refusal
}

describe('a size goes up to the next one the model has, and the picture is scaled down', () => {
  test.each<[Name, string, string, string | undefined]>([
    ['gpt-image-2', '1024x1024', '1024x1024', undefined],
    ['gpt-image-2', '1792x1024', '1792x1024', undefined],
    ['gpt-image-2', '3840x2160', '3840x2160', undefined],
    ['gpt-image-2', '2160x3840', '2160x3840', undefined],
    ['gpt-image-2', '256x256', '816x816', '256x256'],
    ['gpt-image-2', '512x512', '816x816', '512x512'],
    ['gpt-image-2', '1000x1000', '1008x1008', '1000x1000'],
    ['gpt-image-2', '16x48', '480x1408', '16x48'],
    ['flux-2-pro', '512x512', '512x512', undefined],
    ['flux-2-pro', '49x49', '64x64', '49x49'],
    ['flux-2-pro', '2048x2048', '2048x2048', undefined],
    ['gpt-image-1.5', '1024x1024', '1024x1024', undefined],
    ['gpt-image-1.5', '1536x1024', '1536x1024', undefined],
    ['gpt-image-1.5', '1024x1536', '1024x1536', undefined],
    ['gpt-image-1.5', '512x512', '1024x1024', '512x512'],
    ['gpt-image-1.5', '1400x1000', '1536x1024', '1400x1000'],
    ['gpt-image-1.5', '1000x1400', '1024x1536', '1000x1400'],
  ])('%s at %s makes %s, then %s', (name, size, sent, resize) => {
    const outcome = resize === undefined ? 'honoured' : 'approximated'
    expect(outcomeOf(models[name], { size })).toEqual({ sent, resize, reports: { size: outcome } })
  })

  test.each<[string, string, 'honoured' | 'approximated']>([
    ['1024x1024', '1:1', 'honoured'],
    ['512x512', '1:1', 'approximated'],
    ['1200x680', '16:9', 'approximated'],
    ['680x1200', '9:16', 'approximated'],
    ['1070x1070', '1:1', 'approximated'],
  ])('a model of shapes makes %s as %s and ends at that size', (size, sent, outcome) => {
    const expected = { sent, resize: size, reports: { size: outcome } }
    expect(outcomeOf(models.ultra, { size })).toEqual(expected)
  })
})

describe('a size beyond the largest is not made', () => {
  test.each<[Name, string, string]>([
    ['gpt-image-2', '3856x2160', 'up to 8.2944 megapixels with edges of up to 3840 pixels'],
    ['gpt-image-2', '3840x2176', 'up to 8.2944 megapixels'],
    ['gpt-image-2', '3200x1000', 'at most 3:1'],
    ['gpt-image-2', '16384x16', 'at most 3:1'],
    ['flux-2-pro', '2064x2048', 'up to 4.194304 megapixels'],
    ['gpt-image-1.5', '1100x1100', '1024x1024, 1536x1024, 1024x1536'],
    ['gpt-image-1.5', '1024x1792', '1024x1024, 1536x1024, 1024x1536'],
    ['ultra', '1200x1200', 'about 1.048576 megapixels in the shapes 21:9, 16:9'],
    ['ultra', '3000x100', 'about 1.048576 megapixels'],
  ])('%s at %s, and it is said what is', (name, size, allowed) => {
    const { code, param, reason } = refusalOf(models[name], { size })
    expect([code, param]).toEqual(['size', 'size'])
    expect(reason).toContain(`the model ${name} makes no picture of ${size}; it makes `)
    expect(reason).toContain(allowed)
  })
})

describe('a shape takes the nearest one, at no more pixels than the model makes by default', () => {
  test.each<[Name, string, string, string | undefined]>([
    ['gpt-image-2', '1:1', '1024x1024', undefined],
    ['gpt-image-2', '16:9', '1360x768', undefined],
    ['gpt-image-2', '9:16', '768x1360', undefined],
    ['gpt-image-2', '3:2', '1248x832', undefined],
    ['gpt-image-2', '3:1', '1760x592', undefined],
    ['flux-2-pro', '21:9', '1552x672', undefined],
    ['gpt-image-1.5', '1:1', '1024x1024', undefined],
    ['gpt-image-1.5', '3:2', '1536x1024', undefined],
    ['gpt-image-1.5', '2:3', '1024x1536', undefined],
    ['gpt-image-1.5', '16:9', '1536x1024', '1536x864'],
    ['gpt-image-1.5', '9:16', '1024x1536', '864x1536'],
    ['gpt-image-1.5', '4:3', '1536x1024', '1365x1024'],
    ['ultra', '16:9', '16:9', undefined],
    ['ultra', '1.91:1', '16:9', '1365x715'],
    ['ultra', '3:1', '21:9', '1564x521'],
  ])('%s with %s makes %s, then %s', (name, aspect, sent, resize) => {
    const outcome = resize === undefined ? 'honoured' : 'approximated'
    const reports = { aspect_ratio: outcome }
    expect(outcomeOf(models[name], { aspect })).toEqual({ sent, resize, reports })
  })

  test.each<[Name, string]>([
    ['gpt-image-2', '10:1'],
    ['gpt-image-1.5', '21:9'],
    ['ultra', '4:1'],
    ['ultra', '1:100'],
  ])('%s has none near %s', (name, aspect) => {
    expect(refusalOf(models[name], { aspect })).toMatchObject({
      code: 'size',
      param: 'aspect_ratio',
    })
  })
})

describe('a resolution is a number of pixels', () => {
  test.each<[Name, Partial<RequestDraft>, string, Record<string, string>]>([
    ['gpt-image-2', { resolution: '1k' }, '1024x1024', { resolution: 'honoured' }],
    ['gpt-image-2', { resolution: '512' }, '816x816', { resolution: 'approximated' }],
    ['gpt-image-2', { resolution: '2k' }, '2048x2048', { resolution: 'honoured' }],
    ['flux-2-pro', { resolution: '512' }, '512x512', { resolution: 'honoured' }],
    [
      'flux-2-pro',
      { resolution: '2k', aspect: '16:9' },
      '2720x1536',
      { resolution: 'honoured', aspect_ratio: 'honoured' },
    ],
    ['gpt-image-1.5', { resolution: '1k' }, '1024x1024', { resolution: 'honoured' }],
    ['gpt-image-1.5', { resolution: '512' }, '1024x1024', { resolution: 'approximated' }],
    ['ultra', { resolution: '1k' }, '1:1', { resolution: 'honoured' }],
    [
      'ultra',
      { resolution: '512', aspect: '2:3' },
      '2:3',
      { resolution: 'approximated', aspect_ratio: 'honoured' },
    ],
  ])('%s with %j makes %s', (name, asked, sent, reports) => {
    expect(outcomeOf(models[name], asked)).toMatchObject({ sent, reports })
  })

  test.each<[Name, Partial<RequestDraft>]>([
    ['gpt-image-2', { resolution: '4k' }],
    ['gpt-image-2', { resolution: '4k', aspect: '16:9' }],
    ['flux-2-pro', { resolution: '4k' }],
    ['gpt-image-1.5', { resolution: '2k' }],
    ['ultra', { resolution: '2k' }],
  ])('%s with %j makes none: fewer pixels would be another thing', (name, asked) => {
    expect(refusalOf(models[name], asked)).toMatchObject({ code: 'size', param: 'resolution' })
  })

  test('alone it keeps the shape of the picture that is edited', () => {
    const images = [inputImage({ width: 1500, height: 1000 })]
    const asked = { operation: 'edit', images, resolution: '1k' } as const
    expect(outcomeOf(models['flux-2-pro'], asked).sent).toBe('1248x832')
    expect(outcomeOf(models.ultra, asked).sent).toBe('3:2')
  })
})

describe('of several resolution classes the smallest is taken that is large enough', () => {
  test.each<[Partial<RequestDraft>, string, string, string | undefined]>([
    [{}, '1k', '1024x1024', undefined],
    [{ aspect: '16:9' }, '1k', '1365x768', undefined],
    [{ resolution: '512' }, '512', '512x512', undefined],
    [{ resolution: '1k', aspect: '3:2' }, '1k', '1254x836', undefined],
    [{ resolution: '2k', aspect: '4:3' }, '2k', '2508x1672', '2229x1672'],
    [{ resolution: '4k' }, '4k', '4096x4096', undefined],
    [{ size: '420x700' }, '1k', '768x1365', '420x700'],
    [{ size: '300x400' }, '512', '418x627', '300x400'],
    [{ size: '1024x1024' }, '1k', '1024x1024', '1024x1024'],
    [{ size: '1376x768' }, '1k', '1365x768', '1376x768'],
    [{ size: '1536x1024' }, '2k', '2508x1672', '1536x1024'],
    [{ size: '3840x2160' }, '4k', '5461x3072', '3840x2160'],
  ])('%j is made in class %s, about %s, then %s', (asked, resolution, made, resize) => {
    const result = fitted(models.gemini, asked)
    if (!result.ok) throw new Error(result.refusal.reason)
    const { value } = result
    expect([value.resolution, print(value.expectedSize), print(value.resize)]).toEqual([
      resolution,
      made,
      resize,
    ])
  })

  test('without a class that is enough there is none', () => {
    const { param, reason } = refusalOf(models.gemini, { size: '6000x6000' })
    expect(param).toBe('size')
    expect(reason).toContain('about 0.262144, 1.048576, 4.194304, 16.777216 megapixels')
    const small = { ...classedShapes, classes: classedShapes.classes.slice(0, 2) }
    expect(refusalOf(sampleModel({ sizes: small }), { resolution: '2k' }).param).toBe('resolution')
  })

  test('the order in which they are listed does not matter', () => {
    const sizes = { ...classedShapes, classes: classedShapes.classes.toReversed() }
    const result = fitted(sampleModel({ sizes }), { size: '300x300' })
    expect(result).toMatchObject({ ok: true, value: { resolution: '512' } })
  })
})

describe('nothing asked, nothing sent', () => {
  test.each<[string, SizeRule]>([
    ['free', freeSizes],
    ['list', listedSizes],
    ['aspect', shapes],
  ])('%s', (_, sizes) => {
    const result = fitted(sampleModel({ sizes }), {})
    const expectedSize = { width: 1024, height: 1024 }
    expect(result).toEqual({ ok: true, value: { expectedSize, reports: [] } })
  })
})

describe('rounding up', () => {
  test.each([
    ['150x64', '192x128'],
    ['64x150', '128x192'],
  ])('a long edge does not make a picture too long for its model: %s', (size, sent) => {
    const bounds = { multipleOf: 64, minPixels: 1, minEdge: 64, maxRatio: 2.5 } as const
    expect(outcomeOf(sampleModel({ sizes: { ...freeSizes, ...bounds } }), { size }).sent).toBe(sent)
  })

  test('the last digit of a root is not worth a further step', () => {
    const sizes = { ...freeSizes, multipleOf: 64, minPixels: 192 ** 2 } as const
    expect(outcomeOf(sampleModel({ sizes }), { size: '47x47' }).sent).toBe('192x192')
  })
})

test('a shape that only fits with more pixels is made with more', () => {
  const sizes = { ...freeSizes, minPixels: 1_048_576 } as const
  expect(outcomeOf(sampleModel({ sizes }), { aspect: '16:9' }).sent).toBe('1376x768')
})
