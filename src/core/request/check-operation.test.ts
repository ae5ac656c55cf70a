import { describe, expect, test } from 'vitest'
import { inputImage } from '../../testing/sample-models.ts'
import { GatewayError } from '../errors/gateway-error.ts'
import type { ImageRequest } from './image-request.ts'
import { normaliseRequest } from './normalise.ts'
import { outputOf } from './operation-size.ts'
import type { RequestDraft } from './request-draft.ts'

const image = inputImage()
const images = [image]
const mask = inputImage({ hasAlpha: true })
const upscale: RequestDraft = { operation: 'upscale', images, scale: 2 }
const cutOut: RequestDraft = { operation: 'remove_background', images }
const replace: RequestDraft = { operation: 'search_and_replace', images, search: 'the cup' }

function refusalOf(draft: RequestDraft): GatewayError {
  try {
    normaliseRequest(draft)
  } catch (error) {
    if (GatewayError.isInstance(error)) return error
  }
  throw new Error('it was taken')
}

describe('words are asked for only where they are needed', () => {
  test.each<RequestDraft>([
    upscale,
    cutOut,
    { ...upscale, mode: 'creative' },
    { operation: 'erase', images, mask },
    { operation: 'outpaint', images, expand: { left: 64 } },
    { operation: 'style_transfer', images: [image, image] },
    { operation: 'replace_background', images: [image, image] },
  ])('$operation needs none', (draft) => {
    expect(normaliseRequest(draft).prompt).toBe('')
    expect(normaliseRequest({ ...draft, prompt: 'a cup' }).prompt).toBe('a cup')
  })

  test.each<[RequestDraft, string]>([
    [replace, 'what to put in the place of what is found'],
    [{ ...replace, operation: 'search_and_recolor' }, 'which colour'],
    [{ operation: 'replace_background', images }, 'a second image must show the new background'],
    [{ operation: 'control', images, control: 'sketch' }, 'must be a text'],
    [{ operation: 'inpaint', images, mask }, 'must be a text'],
  ])('$operation needs some', (draft, words) => {
    expect(refusalOf(draft)).toMatchObject({ param: 'prompt' })
    expect(refusalOf(draft).message).toContain(words)
  })
})

describe('pictures, mask, size and format belong to the operation', () => {
  test.each<[string, RequestDraft, string]>([
    ['no picture', { ...upscale, images: [] }, 'image'],
    ['two pictures to enlarge', { ...upscale, images: [image, image] }, 'image'],
    ['no style', { operation: 'style_transfer', images }, 'image'],
    ['a third picture', { operation: 'style_transfer', images: [image, image, image] }, 'image'],
    ['nothing marked to erase', { operation: 'erase', images }, 'mask'],
    ['a mask to enlarge', { ...upscale, mask }, 'mask'],
    ['a mask to cut out', { ...cutOut, mask }, 'mask'],
    ['a size and a scale', { ...upscale, size: '2048x2048' }, 'size'],
    ['a shape to cut out', { ...cutOut, aspect: '1:1' }, 'aspect_ratio'],
    ['a resolution to search', { ...replace, prompt: 'x', resolution: '2k' }, 'resolution'],
    ['beyond all pixels', { ...upscale, scale: 16 }, 'scale'],
    ['beyond all edges', { operation: 'outpaint', images, expand: { left: 16_000 } }, 'expand'],
    ['a cut out JPEG', { ...cutOut, format: 'jpeg' }, 'output_format'],
    ['a cut out with a ground', { ...cutOut, background: 'opaque' }, 'background'],
    ['two equal cut outs', { ...cutOut, n: 2 }, 'n'],
    ['two equal enlargements', { ...upscale, n: 2 }, 'n'],
  ])('%s', (_, draft, param) => {
    expect(refusalOf(draft)).toMatchObject({ code: 'invalid_request', param })
  })

  test('a creative enlargement differs each time', () => {
    expect(normaliseRequest({ ...upscale, mode: 'creative', n: 2 }).n).toBe(2)
  })

  test('an edit with a mask stays an inpaint, and an erase an erase', () => {
    const edit = normaliseRequest({ operation: 'edit', prompt: 'x', images, mask })
    expect(edit.operation).toBe('inpaint')
    expect(normaliseRequest({ operation: 'erase', images, mask }).operation).toBe('erase')
  })
})

describe('the size of the output follows from input and details', () => {
  const sizeOf = (draft: RequestDraft): ReturnType<typeof outputOf> =>
    outputOf(normaliseRequest(draft) as ImageRequest)
  test.each<[RequestDraft, object | undefined]>([
    [
      { ...upscale, scale: 2.5 },
      { width: 2560, height: 1920 },
    ],
    [
      { operation: 'outpaint', images, expand: { left: 1, right: 20, top: 300, bottom: 4 } },
      { width: 1045, height: 1072 },
    ],
    [cutOut, { width: 1024, height: 768 }],
    [
      { ...replace, prompt: 'a glass' },
      { width: 1024, height: 768 },
    ],
    [{ operation: 'edit', prompt: 'x', images }, undefined],
    [{ operation: 'control', prompt: 'x', images, control: 'style' }, undefined],
  ])('%j', (draft, expected) => {
    expect(sizeOf(draft)).toEqual(expected)
  })
})
