import { describe, expect, test } from 'vitest'
import { inputImage, sampleModel } from '../../testing/sample-models.ts'
import type { ImageRequest } from '../request/image-request.ts'
import { normaliseRequest } from '../request/normalise.ts'
import type { Operation } from '../request/operation.ts'
import type { RequestDraft } from '../request/request-draft.ts'
import { makeCallPlan } from './call-plan.ts'
import { fitRequest } from './fit.ts'
import type { Model } from './model.ts'
import type { OperationLimit } from './operation-limit.ts'

const image = inputImage({ width: 1000, height: 500 })
const images = [image]
const upscale: RequestDraft = { operation: 'upscale', images, scale: 2 }
const outpaint: RequestDraft = { operation: 'outpaint', images, expand: { left: 100, top: 50 } }
const control: RequestDraft = { operation: 'control', images, prompt: 'a cup', control: 'sketch' }

/** A model with one operation. */
const specialist = (operation: Operation, limit: OperationLimit = {}): Model =>
  sampleModel({ operations: [operation], operationLimits: { [operation]: limit } })
const enlarger = (limit: OperationLimit = {}): Model =>
  specialist('upscale', { modes: ['fast'], ...limit })

const fitted = (draft: RequestDraft, model: Model) =>
  fitRequest(normaliseRequest(draft), model, { isPinned: true })
function fitOf(draft: RequestDraft, model: Model) {
  const result = fitted(draft, model)
  if (!result.ok) throw new Error(result.refusal.reason)
  return result.value
}
function refusalOf(draft: RequestDraft, model: Model) {
  const result = fitted(draft, model)
  if (result.ok) throw new Error('it fits')
  return result.refusal
}
const callOf = (draft: RequestDraft, model: Model) => {
  const request: ImageRequest = normaliseRequest(draft)
  return makeCallPlan(request, model, fitOf(draft, model), 1)
}

describe('an enlargement is made by the next factor a model has, then scaled', () => {
  test.each<[string, number, OperationLimit, number, object]>([
    ['any factor', 3, {}, 3, { width: 3000, height: 1500 }],
    ['a listed one', 4, { scales: [2, 4] }, 4, { width: 4000, height: 2000 }],
    ['the next listed one', 3, { scales: [8, 4, 2] }, 4, { width: 4000, height: 2000 }],
    [
      'all the pixels it makes',
      2,
      { fillsOutput: true, maxOutputPixels: 4_500_000 },
      3,
      { width: 3000, height: 1500 },
    ],
  ])('%s', (_, scale, limit, made, expectedSize) => {
    const found = fitOf({ ...upscale, scale }, enlarger(limit))
    expect(found.details).toEqual({ kind: 'upscale', scale: made, mode: 'fast' })
    expect(found.expectedSize).toEqual(expectedSize)
    expect(found.finishing.resize).toEqual({ width: 1000 * scale, height: 500 * scale })
    expect(found.settings.size).toBeUndefined()
    const outcome = made === scale ? 'honoured' : 'approximated'
    expect(found.reports).toContainEqual(expect.objectContaining({ param: 'scale', outcome }))
  })

  test.each<[string, Partial<RequestDraft>, OperationLimit, string]>([
    ['more than it has', { scale: 5 }, { scales: [2, 4] }, 'scale'],
    ['more than it may', { scale: 5 }, { maxScale: 4 }, 'scale'],
    ['more pixels than it makes', { scale: 4 }, { maxOutputPixels: 4_000_000 }, 'scale'],
    ['more than fills it', { scale: 4 }, { fillsOutput: true, maxOutputPixels: 2e6 }, 'scale'],
    ['a step beyond what is read', { scale: 9 }, { scales: [16] }, 'scale'],
    ['another mode', { mode: 'creative' }, {}, 'mode'],
    ['a small input', {}, { minInputEdge: 600 }, 'image'],
    ['a long input', {}, { maxInputEdge: 900 }, 'image'],
    ['few pixels', {}, { minInputPixels: 500_001 }, 'image'],
    ['many pixels', {}, { maxInputPixels: 499_999 }, 'image'],
    ['a narrow input', {}, { maxInputRatio: 1.9 }, 'image'],
    ['no words', {}, { prompt: 'required' }, 'prompt'],
  ])('not by %s', (_, changes, limit, param) => {
    expect(refusalOf({ ...upscale, ...changes }, enlarger(limit))).toMatchObject({ param })
  })

  test('words that are not read are dropped with a report, not sent, refused by strict', () => {
    const asked = { ...upscale, prompt: 'sharper' }
    const model = enlarger({ prompt: 'none' })
    expect(fitOf(asked, model).reports[0]).toMatchObject({ param: 'prompt', outcome: 'dropped' })
    expect([callOf(asked, model).prompt, callOf(asked, enlarger({})).prompt]).toEqual([
      '',
      'sharper',
    ])
    expect(refusalOf({ ...asked, strict: true }, model)).toMatchObject({ code: 'strict' })
  })

  test('words that the caller did not send are no loss', () => {
    const model = specialist('variation', { prompt: 'none' })
    expect(fitOf({ operation: 'variation', images }, model).reports).toEqual([])
  })
})

describe('what follows its input has its size', () => {
  test.each<[RequestDraft, object]>([
    [
      { operation: 'remove_background', images },
      { width: 1000, height: 500 },
    ],
    [outpaint, { width: 1100, height: 550 }],
  ])('%j', (draft, size) => {
    const found = fitOf(draft, specialist(draft.operation))
    expect(found).toMatchObject({ expectedSize: size, finishing: { resize: size } })
    expect(found.settings.size ?? found.settings.aspect).toBeUndefined()
  })

  test('no more is added at a side than the model adds', () => {
    const refusal = refusalOf(outpaint, specialist('outpaint', { maxExpand: 99 }))
    expect(refusal).toMatchObject({ param: 'expand.left' })
    expect(fitOf(outpaint, specialist('outpaint', { maxExpand: 100 })).operation).toBe('outpaint')
  })
})

describe('control', () => {
  const kinds = ['structure', 'sketch'] as const
  test('is by the kinds that the model has', () => {
    const model = specialist('control', { kinds, strength: true })
    const found = fitOf({ ...control, strength: 0.4 }, model)
    expect(found.details).toEqual({ kind: 'control', control: 'sketch', strength: 0.4 })
    expect(refusalOf({ ...control, control: 'style' }, model)).toMatchObject({ param: 'control' })
  })

  test('drops a strength that the model lacks, with a report', () => {
    const found = fitOf({ ...control, strength: 0.4 }, specialist('control', { kinds }))
    expect(found.details).toEqual({ kind: 'control', control: 'sketch' })
    expect(found.reports).toContainEqual(
      expect.objectContaining({ param: 'strength', outcome: 'dropped' }),
    )
  })

  test('keeps the size of the reference where the model does', () => {
    const model = specialist('control', { kinds, keepsInputSize: true })
    expect(fitOf(control, model).expectedSize).toEqual({ width: 1000, height: 500 })
    expect(fitOf({ ...control, size: '1000x500' }, model).settings.size).toBeUndefined()
    expect(refusalOf({ ...control, size: '512x512' }, model)).toMatchObject({ param: 'size' })
    expect(refusalOf({ ...control, aspect: '1:1' }, model)).toMatchObject({ param: 'aspect_ratio' })
    expect(fitOf(control, specialist('control', { kinds })).settings.size).toBeUndefined()
  })
})

describe('an operation that a model does not have', () => {
  const painter = sampleModel({
    operations: ['edit', 'inpaint'],
    emulates: ['variation', 'outpaint'],
  })

  test('is refused unless it is emulated', () => {
    expect(refusalOf(upscale, painter)).toMatchObject({ code: 'operation', param: 'model' })
    const plain = sampleModel({ operations: ['edit', 'inpaint'] })
    expect(refusalOf(outpaint, plain)).toMatchObject({ code: 'operation', param: 'model' })
  })

  test('is said to be made by another call', () => {
    const variation = fitOf({ operation: 'variation', images }, painter)
    expect(variation.operation).toBe('edit')
    const detail = 'made by edit'
    expect(variation.reports[0]).toEqual({ param: 'operation', outcome: 'approximated', detail })
    expect(refusalOf({ ...outpaint, strict: true }, painter)).toMatchObject({ code: 'strict' })
  })

  test('an outpaint becomes an inpaint on a canvas of the size asked for', () => {
    const expand = { left: 100, right: 0, top: 50, bottom: 0 }
    const call = callOf(outpaint, painter)
    const canvas = { width: 1100, height: 550, digest: image.digest, format: 'png' }
    expect(call).toMatchObject({
      operation: 'inpaint',
      images: [{ ...canvas, hasAlpha: false }],
      mask: { ...canvas, hasAlpha: true },
      padding: expand,
      prompt: expect.stringContaining('margins'),
    })
    expect(call.details).toBeUndefined()
    expect(callOf({ ...outpaint, prompt: 'a lake' }, painter).prompt).toBe('a lake')
    expect(fitOf(outpaint, painter).finishing.resize).toEqual({ width: 1100, height: 550 })
  })

  test('a canvas of which the model would make another shape is refused', () => {
    const sizes = { kind: 'list', sizes: [{ width: 1536, height: 1536 }] } as const
    const refusal = refusalOf(outpaint, { ...painter, sizes })
    expect(refusal).toMatchObject({ code: 'size', param: 'expand' })
    const tight = { ...painter, operationLimits: { inpaint: { maxInputPixels: 600_000 } } }
    expect(refusalOf(outpaint, tight)).toMatchObject({ code: 'inputs', param: 'image' })
  })
})
