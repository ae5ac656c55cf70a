import { describe, expect, test } from 'vitest'
import {
  type PriceRequestOptions,
  readImages,
  readPriceRequest,
  readUsage,
} from './price-request.ts'

const requestOf = (options: PriceRequestOptions) => readPriceRequest(options, 'auto')

describe('the picture whose price is asked', () => {
  test.each<[string, PriceRequestOptions, object]>([
    ['is a generation', {}, { operation: 'generate', images: [] }],
    [
      'is an edit when pictures go in',
      { inputImages: '2' },
      { operation: 'edit', images: [{ width: 1024 }, { width: 1024 }] },
    ],
    [
      'has the sizes of what goes in',
      { inputImages: '800x600, 64x64' },
      { images: [{ width: 800, height: 600 }, { width: 64 }] },
    ],
    [
      'has a mask of the size of the first one',
      { operation: 'inpaint', inputImages: '800x600' },
      { operation: 'inpaint', mask: { width: 800, height: 600 } },
    ],
    ['has an input where the operation needs one', { operation: 'edit' }, { images: [{}] }],
    ['can be what only a book knows', { operation: 'vectorize' }, { operation: 'vectorize' }],
    ['says quality in old words', { quality: 'hd' }, { quality: 'high' }],
  ])('%s', (_, options, expected) => {
    expect(requestOf(options)).toMatchObject(expected)
  })

  test.each<[string, PriceRequestOptions, string]>([
    ['a size', { size: 'large' }, 'size'],
    ['steps', { steps: 'many' }, 'steps'],
    ['pictures that go in', { inputImages: 'cat.png' }, 'input_images'],
    ['a quality', { quality: 'good' }, 'quality'],
    ['a limit', { maxCost: 'little' }, 'max_cost'],
  ])('is refused when it has no real %s', (_, options, param) => {
    expect(() => requestOf(options)).toThrow(expect.objectContaining({ param }))
  })
})

describe('how many', () => {
  test.each([
    [undefined, 1],
    ['1', 1],
    ['10000', 10_000],
  ])('%s is %i', (text, images) => expect(readImages(text)).toBe(images))

  test.each(['0', '-1', '1.5', 'some', '1e99'])('%s is refused', (text) => {
    expect(() => readImages(text)).toThrow('--n must be a whole number')
  })
})

describe('usage that whoever asks knows', () => {
  test('has the names of price books', () => {
    const usage = ['text_in=60', 'image_out=1056', 'predict_seconds=4.2', 'service_tier=batch']
    expect(readUsage({ usage: [...usage, 'has_audio=false'] })).toEqual({
      tokens: { textIn: 60, imageOut: 1_056 },
      predictSeconds: 4.2,
      serviceTier: 'batch',
      hasAudio: false,
    })
    expect(readUsage({})).toEqual({})
  })

  test.each(['love=1', 'text_in', 'text_in=', 'text_in=-1', 'has_audio=maybe', 'mode='])(
    '%s is refused',
    (pair) => {
      expect(() => readUsage({ usage: [pair] })).toThrow('--usage')
    },
  )
})
