import { describe, expect, test } from 'vitest'
import { inputImage } from '../../testing/sample-models.ts'
import { GatewayError } from '../errors/gateway-error.ts'
import type { ImageRequest, InputImage } from './image-request.ts'
import { normaliseRequest } from './normalise.ts'
import type { RequestDraft } from './request-draft.ts'

const generate: RequestDraft = { operation: 'generate', prompt: 'a red cup' }
const edit: RequestDraft = { operation: 'edit', prompt: 'a red cup', images: [inputImage()] }

/** The refusal of a draft, as callers read it. */
function refusalOf(draft: RequestDraft): { code: string; param?: string; message: string } {
  try {
    normaliseRequest(draft)
  } catch (error) {
    if (!GatewayError.isInstance(error)) throw error
    const { code, param, message } = error
    return { code, ...(param === undefined ? {} : { param }), message }
  }
  throw new Error('the request was taken')
}

type Change = Partial<Record<keyof RequestDraft, unknown>>
const changed = (draft: RequestDraft, change: Change) => ({ ...draft, ...change }) as RequestDraft

describe('a plain request', () => {
  test('gets the defaults and nothing else', () => {
    expect(normaliseRequest(generate)).toEqual({
      operation: 'generate',
      model: 'auto',
      prompt: 'a red cup',
      n: 1,
      images: [],
      needs: [],
      tags: {},
      strict: false,
      cache: 'allow',
      cacheIsExplicit: false,
      providerOptions: {},
    })
  })

  test('may have null for every optional field, as OpenAI clients send it', () => {
    const nulls: RequestDraft = {
      ...generate,
      ...{ model: null, negativePrompt: null, n: null, size: null, aspect: null, style: null },
      ...{ resolution: null, quality: null, steps: null, guidance: null, seed: null, mask: null },
      ...{ background: null, format: null, compression: null, moderation: null, purpose: null },
      ...{ inputFidelity: null, category: null, needs: null, deadlineMs: null, maxCost: null },
      ...{ tags: null, endUser: null, group: null, strict: null, cache: null, cacheTtlMs: null },
      ...{ stream: null, partialImages: null, providerOptions: null },
    }
    expect(normaliseRequest(nulls)).toEqual(normaliseRequest(generate))
  })
})

describe('one form for what can be said in several ways', () => {
  test.each<[string, Change, Partial<ImageRequest>]>([
    ['hd is high', { quality: 'hd' }, { quality: 'high' }],
    ['standard is medium', { quality: 'standard' }, { quality: 'medium' }],
    ['a level stays', { quality: 'xhigh' }, { quality: 'xhigh' }],
    ['quality auto is none', { quality: 'auto' }, { quality: undefined }],
    ['size auto is none', { size: 'auto' }, { size: undefined }],
    ['aspect_ratio auto is none', { aspect: 'auto' }, { aspect: undefined }],
    ['background auto is none', { background: 'auto' }, { background: undefined }],
    ['1792x1024 of DALL·E 3 stays', { size: '1792x1024' }, { size: { width: 1792, height: 1024 } }],
    ['256x256 of DALL·E 2 stays', { size: '256x256' }, { size: { width: 256, height: 256 } }],
    ['2K is 2k', { resolution: '2K' }, { resolution: '2k' }],
    ['no model is auto', { model: ' ' }, { model: 'auto' }],
    ['a model has no spaces around it', { model: ' gpt-image-2\n' }, { model: 'gpt-image-2' }],
    ['dollars become nano-dollars', { maxCost: '0.05' }, { maxCostNano: 50_000_000n }],
    ['a cache mode was asked for', { cache: 'allow' }, { cache: 'allow', cacheIsExplicit: true }],
    ['partial_images without stream may be 0', { partialImages: 0 }, { partialImages: undefined }],
    ['a stream has no partial images unless asked', { stream: true }, { partialImages: 0 }],
    ['a stream has as many as asked', { stream: true, partialImages: 3 }, { partialImages: 3 }],
    ['no stream is no stream', { stream: false }, { partialImages: undefined }],
    ['a PNG keeps all detail anyway', { compression: 100 }, { compression: undefined }],
    ['also by name', { compression: 100, format: 'png' }, { compression: undefined }],
    ['JPEG at 100 is a choice', { compression: 100, format: 'jpeg' }, { compression: 100 }],
  ])('%s', (_, change, expected) => {
    const request = normaliseRequest(changed(generate, change))
    for (const [name, value] of Object.entries(expected)) {
      expect(request[name as keyof ImageRequest]).toEqual(value)
    }
  })

  test('an edit with a mask is an inpainting', () => {
    const mask = inputImage({ hasAlpha: true })
    expect(normaliseRequest({ ...edit, mask }).operation).toBe('inpaint')
    expect(normaliseRequest(edit).operation).toBe('edit')
  })

  test('a variation needs no prompt: the retired endpoint took none', () => {
    const variation = normaliseRequest({ ...edit, operation: 'variation', prompt: null })
    expect(variation.prompt).toMatch(/variation/)
    expect(normaliseRequest({ ...edit, operation: 'variation' }).prompt).toBe('a red cup')
  })
})

describe('at the limit is taken, beyond it is refused', () => {
  test.each<[string, keyof RequestDraft, readonly unknown[], readonly unknown[]]>([
    ['n', 'n', [1, 10], [0, -1, 1.5, 11, 1e9, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY]],
    ['seed', 'seed', [0, 4_294_967_295], [-1, 0.5, 4_294_967_296]],
    ['steps', 'steps', [1, 500], [0, 501, 2.5]],
    ['guidance', 'guidance', [0, 7.5, 100], [-0.1, 100.1, Number.NaN]],
    ['deadline_ms', 'deadlineMs', [1, 86_400_000], [0, -5, 86_400_001, 0.5]],
    ['cache_ttl', 'cacheTtlMs', [0, 31_536_000_000], [-1, 31_536_000_001, 2 ** 53, 0.5]],
    ['cache_threshold', 'cacheThreshold', [0, 0.97, 1], [-0.1, 1.01, Number.NaN]],
    ['max_cost', 'maxCost', ['0.000000001', '5'], ['0', '-1', '1e-3', '0.0000000001', 'free', '']],
    ['prompt', 'prompt', ['x'.repeat(32_000)], ['x'.repeat(32_001), '', ' \n', null]],
    ['negative_prompt', 'negativePrompt', ['x'.repeat(32_000)], ['x'.repeat(32_001)]],
    ['model', 'model', ['x'.repeat(256)], ['x'.repeat(257)]],
    ['purpose', 'purpose', ['x'.repeat(256)], ['x'.repeat(257)]],
    ['category', 'category', ['x'.repeat(256)], ['x'.repeat(257)]],
    ['user', 'endUser', ['x'.repeat(256)], ['x'.repeat(257)]],
    ['group', 'group', ['x'.repeat(256)], ['x'.repeat(257)]],
    ['style', 'style', ['vivid'], ['x'.repeat(257)]],
    ['aspect_ratio', 'aspect', ['16:9', '1:100'], ['0:1', '1:0', '1:101', 'wide', '']],
    ['resolution', 'resolution', ['512', '4k'], ['8k', '']],
    ['quality', 'quality', ['max'], ['ultra', '', 'constructor', '__proto__', 'toString']],
    ['background', 'background', ['opaque'], ['clear', '']],
    ['tags', 'tags', [tagsOf(32), { ['k'.repeat(128)]: '' }], [tagsOf(33), { k: 'v'.repeat(129) }]],
    ['tags', 'tags', [{}], [{ ['k'.repeat(129)]: 'v' }, { k: 5 }]],
    ['provider_options.acme', 'providerOptions', [nested(16)], [nested(17), { acme: 1 }]],
    ['provider_options.acme', 'providerOptions', [nested(1)], [circle(), { acme: [] }]],
  ])('%s', (param, field, taken, refused) => {
    for (const value of taken) normaliseRequest(changed(generate, { [field]: value }))
    for (const value of refused) {
      const refusal = refusalOf(changed(generate, { [field]: value }))
      expect(refusal).toMatchObject({ code: 'invalid_request', param })
    }
  })

  test.each([['16x16', '16384x3000', '7071x7071', '01024x01024']])('sizes: %s', (...sizes) => {
    for (const size of sizes) normaliseRequest({ ...generate, size })
  })

  test.each([
    ...['0x0', '0x1024', '15x1024', '16385x16', '10000x10000', '99999x99999', '100000x16'],
    ...['-1024x1024', '1024x-1024', '1024.5x1024', '1e3x1e3', '1024X1024', '1024×1024', '1024'],
    ...['1024x1024x1024', ' 1024x1024', '1024x1024\n', 'NaNxNaN', 'x', '', 'huge'],
  ])('size %j is impossible', (size) => {
    expect(refusalOf({ ...generate, size })).toMatchObject({ param: 'size' })
  })
})

describe('words that are none of the choices are refused, whoever the caller is', () => {
  test.each<[string, Change]>([
    ['output_format', { format: 'svg' }],
    ['output_format', { format: 'jpg' }],
    ['moderation', { moderation: 'none' }],
    ['input_fidelity', { inputFidelity: 'medium' }],
    ['cache', { cache: 'sometimes' }],
    ['needs', { needs: ['text', 'music'] }],
    ['needs', { needs: [''] }],
    ['operation', { operation: 'paint' }],
    ['operation', { operation: undefined }],
    ['prompt', { prompt: ['a', 'b'] }],
    ['prompt', { prompt: 5 }],
    ['n', { n: '2' }],
    ['guidance', { guidance: '5' }],
    ['strict', { strict: 'false' }],
    ['stream', { stream: 'true' }],
    ['needs', { needs: 'text' }],
    ['tags', { tags: ['a'] }],
    ['max_cost', { maxCost: 0.05 }],
    ['provider_options', { providerOptions: 'fast' }],
  ])('%s: %j', (param, change) => {
    expect(refusalOf(changed(generate, change))).toMatchObject({ code: 'invalid_request', param })
  })
})

describe('what contradicts itself is refused', () => {
  const mask = inputImage({ hasAlpha: true })
  const images: readonly InputImage[] = Array.from({ length: 17 }, () => inputImage())
  test.each<[string, RequestDraft, string]>([
    ['images for a generation', { ...generate, images: [inputImage()] }, 'image'],
    ['a mask for a generation', { ...generate, mask }, 'mask'],
    ['an edit without an image', { ...edit, images: [] }, 'image'],
    ['a variation without an image', { operation: 'variation' }, 'image'],
    ['more than 16 images', { ...edit, images }, 'image'],
    ['an inpainting without a mask', { ...edit, operation: 'inpaint' }, 'mask'],
    ['a variation with a mask', { ...edit, operation: 'variation', mask }, 'mask'],
    ['a mask without an alpha channel', { ...edit, mask: inputImage() }, 'mask'],
    ['size and shape', { ...generate, size: '512x512', aspect: '1:1' }, 'aspect_ratio'],
    ['size and resolution', { ...generate, size: '512x512', resolution: '4k' }, 'resolution'],
    ['a clear JPEG', { ...generate, background: 'transparent', format: 'jpeg' }, 'background'],
    ['a JPEG that must be clear', { ...generate, needs: ['transparent'], format: 'jpeg' }, 'needs'],
    ['opaque and clear', { ...generate, needs: ['transparent'], background: 'opaque' }, 'needs'],
    ['a compressed PNG', { ...generate, format: 'png', compression: 50 }, 'output_compression'],
    ['compression alone', { ...generate, compression: 0 }, 'output_compression'],
    ['partial images without a stream', { ...generate, partialImages: 1 }, 'partial_images'],
    ['too many partial images', { ...generate, partialImages: 4, stream: true }, 'partial_images'],
    ['half a partial image', { ...generate, partialImages: 0.5, stream: true }, 'partial_images'],
  ])('%s', (_, draft, param) => {
    expect(refusalOf(draft)).toMatchObject({ code: 'invalid_request', param })
  })

  test('a mask of another size has a code of its own and says both sizes', () => {
    const other = inputImage({ hasAlpha: true, width: 768, height: 1024 })
    expect(refusalOf({ ...edit, mask: other })).toEqual({
      code: 'mask_size_mismatch',
      param: 'mask',
      message: 'The mask has 768x1024 pixels, the image 1024x768.',
    })
  })

  test('what only seems to is taken', () => {
    const clear = { ...generate, background: 'transparent', needs: ['transparent'] as const }
    expect(normaliseRequest({ ...clear, format: 'webp' }).background).toBe('transparent')
    expect(normaliseRequest({ ...generate, aspect: '2:3', resolution: '2k' }).aspect).toBe('2:3')
    expect(normaliseRequest({ ...edit, mask }).mask).toEqual(mask)
  })
})

describe('a refusal says what is wrong and what is allowed, in one sentence', () => {
  test.each<[Change, string]>([
    [{ n: 0 }, 'n must be a whole number from 1 to 10.'],
    [{ size: '1x1' }, 'edges of 16 to 16384 pixels and at most 50 megapixels.'],
    [{ quality: 'ultra' }, 'one of auto, standard, hd, low, medium, high, xhigh, max.'],
    [{ aspect: '0:1' }, 'aspect_ratio must be W:H from 1:100 to 100:1, such as 16:9.'],
    [{ maxCost: '-1' }, 'max_cost must be dollars above zero with up to 9 decimals, such as 0.05.'],
    [{ prompt: 'x'.repeat(40_000) }, 'prompt has 40000 characters; at most 32000 are taken.'],
    [{ cacheTtlMs: 2 ** 53 }, 'cache_ttl must be a time from 0 seconds to 365 days.'],
    [{ cache: 'maybe' }, 'cache must be one of allow, only, refresh, off.'],
    [{ strict: 'yes' }, 'strict must be true or false.'],
  ])('%j', (change, message) => {
    expect(refusalOf(changed(generate, change)).message).toContain(message)
  })
})

function tagsOf(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']))
}

/** Options of one provider, with objects inside objects. */
function nested(levels: number): Record<string, unknown> {
  let inner: unknown = 'deep'
  for (let level = 0; level < levels; level += 1) inner = { inner }
  return { acme: inner }
}

function circle(): Record<string, unknown> {
  const options: Record<string, unknown> = {}
  options.self = options
  return { acme: options }
}
