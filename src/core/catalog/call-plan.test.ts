import { describe, expect, test } from 'vitest'
import { inputImage, plainModel, sampleModel } from '../../testing/sample-models.ts'
import { normaliseRequest } from '../request/normalise.ts'
import { makeCallPlan } from './call-plan.ts'

const fit = { settings: { format: 'png' }, expectedSize: { width: 512, height: 512 } } as const
const generate = { operation: 'generate', prompt: 'a red cup' } as const

test('a call says what to make of the request, and no more', () => {
  const request = normaliseRequest({ ...generate, n: 10, tags: { team: 'a' }, endUser: 'joe' })
  const model = sampleModel()
  expect(makeCallPlan(request, model, fit, 4)).toEqual({
    model,
    operation: 'generate',
    prompt: 'a red cup',
    n: 4,
    ...fit,
    images: [],
    options: {},
  })
})

test('an inpainting takes its pictures and its mask along', () => {
  const images = [inputImage()]
  const mask = inputImage({ hasAlpha: true })
  const request = normaliseRequest({ operation: 'inpaint', prompt: 'a hat', images, mask })
  const call = makeCallPlan(request, sampleModel(), fit, 1)
  expect(call).toMatchObject({ operation: 'inpaint', images, mask })
})

describe('a provider sees its own options only', () => {
  const providerOptions = { acme: { safety: 2 }, other: { secret: 1 } }
  const request = normaliseRequest({ ...generate, providerOptions })
  test.each([
    ['acme', { safety: 2 }],
    ['other', { secret: 1 }],
    ['third', {}],
  ])('%s', (provider, options) => {
    expect(makeCallPlan(request, sampleModel({ provider }), fit, 1).options).toEqual(options)
  })
})

describe('partial images are asked of models that stream', () => {
  test.each([
    ['a stream, of one that can', { stream: true, partialImages: 2 }, sampleModel(), 2],
    ['a stream without any, of one that can', { stream: true }, sampleModel(), 0],
    ['a stream, of one that cannot', { stream: true, partialImages: 2 }, plainModel(), undefined],
    ['no stream', {}, sampleModel(), undefined],
  ])('%s', (_, asked, model, expected) => {
    const request = normaliseRequest({ ...generate, ...asked })
    expect(makeCallPlan(request, model, fit, 1).partialImages).toBe(expected)
  })
})
