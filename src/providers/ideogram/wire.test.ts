import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import { callOf, fieldsOf, inputOf, jsonOf, sentBy } from '../../testing/hosted-calls.ts'
import { estimate } from './estimate.ts'
import ideogram from './index.ts'
import { checkOptions } from './options.ts'
import { toWire } from './wire.ts'

const call = (id: string, changes: Partial<CallPlan> = {}) => callOf(ideogram, id, changes)
const sent = (id: string, changes: Partial<CallPlan> = {}) => sentBy(toWire(call(id, changes)))

const size = { width: 2560, height: 1440 }

describe('printing a generation', () => {
  test('quality, size and count are always said, in the words of each model', () => {
    const common = { prompt: 'a lighthouse at dusk', num_images: 2, async: true }
    const changes = { n: 2, settings: { size, quality: 'high' } } as const
    expect(sent('ideogram-4.5', changes)).toEqual({ ...common, quality: 'high', size: '2560x1440' })
    expect(sent('ideogram-4.0', changes)).toEqual({
      ...common,
      rendering_speed: 'quality',
      resolution: '2560x1440',
    })
    expect(sent('ideogram-3.0', { n: 2 })).toEqual({
      ...common,
      rendering_speed: 'default',
      aspect_ratio: '1x1',
    })
  })

  test('each model has its own address', () => {
    const addresses = ideogram.models
      .filter(({ operations }) => operations.includes('generate'))
      .map(({ id }) => toWire(call(id)).url)
    expect(new Set(addresses).size).toBe(addresses.length)
    expect(addresses).toContain('/v2/image/generate/ideogram-4-6')
  })

  test('settings and options are sent where the model has them', () => {
    const settings = { seed: 7, aspect: '16:9', negativePrompt: 'fog', quality: 'low' } as const
    const options = { style_type: 'design', magic_prompt: 'off', style_codes: ['0a1b2c3d'] }
    expect(sent('ideogram-3.0', { settings, options })).toMatchObject({
      ...{ seed: 7, aspect_ratio: '16x9', negative_prompt: 'fog', rendering_speed: 'turbo' },
      ...options,
    })
    const clear = { background: 'transparent' } as const
    expect(sent('ideogram-4.6', { settings: clear })).toMatchObject(clear)
  })

  test('a removed background takes a picture, and no words', () => {
    const images = [inputOf(600, 400)]
    const operation = 'remove_background'
    const call = callOf(ideogram, 'ideogram-remove-background', { operation, images })
    const { url, body } = toWire(call)
    expect(url).toBe('/v2/image/remove-background/ideogram-1')
    const parts = body?.kind === 'multipart' ? body.parts : []
    expect(parts.map(({ name }) => name)).toEqual(['async', 'image'])
  })

  test('a webhook is asked for by its address alone: Ideogram signs with its own key', () => {
    const plain = call('ideogram-4.5')
    const webhook = { url: 'https://example.com/hook', secret: 'whsec_x' }
    expect(jsonOf(toWire({ ...plain, webhook }))).toMatchObject({ webhook_url: webhook.url })
    expect(JSON.stringify(jsonOf(toWire({ ...plain, webhook })))).not.toContain('whsec_x')
  })
})

describe('printing an edit', () => {
  const images = [inputOf(1500, 1000), inputOf(64, 64)]

  test('is a form: the picture, then references, then the mask; no size', () => {
    const plan = { operation: 'inpaint', images, mask: inputOf(1500, 1000), n: 3 } as const
    const { url, body } = toWire(call('ideogram-4.5', { ...plan, settings: { seed: 4 } }))
    expect(url).toBe('/v2/image/precise-edit/ideogram-4-5')
    const parts = body?.kind === 'multipart' ? body.parts : []
    expect(parts.map((part) => [part.name, 'value' in part ? part.value : part.filename])).toEqual([
      ['prompt', 'a lighthouse at dusk'],
      ['quality', 'medium'],
      ['num_images', '3'],
      ['seed', '4'],
      ['async', 'true'],
      ['image', 'image.png'],
      ['reference_images', 'reference_images.png'],
      ['mask', 'mask.png'],
    ])
  })

  test('the cheapest quality is a model of its own', () => {
    const plan = { operation: 'edit', images } as const
    const { body } = toWire(call('ideogram-4.5-very-low', plan))
    const parts = body?.kind === 'multipart' ? body.parts : []
    expect(parts).toContainEqual({ name: 'quality', value: 'very_low' })
  })

  test('masks are handed in black where to edit, and white where to erase', () => {
    const masked = ideogram.models.filter(({ supports }) => supports.mask === true)
    const masks = masked.map(({ operations: [first], wire }) => [first === 'erase', wire.mask])
    expect(new Set(masks.map(String))).toEqual(
      new Set(['false,black_is_edit', 'true,white_is_edit']),
    )
  })

  test('a remix has a shape of its own, and says how much its input counts', () => {
    const settings = { aspect: '16:9', quality: 'low' } as const
    const plan = { operation: 'edit', images: [inputOf(900, 900)], settings } as const
    const remix = call('ideogram-3.0', { ...plan, options: { image_weight: 80 } })
    expect(checkOptions(remix)).toBeUndefined()
    expect(fieldsOf(toWire(remix))).toMatchObject({
      ...{ rendering_speed: 'turbo', aspect_ratio: '16x9', image_weight: '80', async: 'true' },
    })
  })

  test('what is always a job is not asked to be one', () => {
    const image = [inputOf(900, 900)]
    const background = call('ideogram-3.0-background', {
      operation: 'replace_background',
      images: image,
    })
    const gone = call('ideogram-remove-object', {
      operation: 'erase',
      images: image,
      mask: inputOf(900, 900),
      settings: { seed: 7 },
    })
    const common = { prompt: 'a lighthouse at dusk', rendering_speed: 'default', num_images: '1' }
    expect(fieldsOf(toWire(background))).toEqual(common)
    expect(fieldsOf(toWire(gone))).toEqual({ seed: '7' })
  })

  test.each<[string, Partial<CallPlan>, string]>([
    ['other pixels than the input has', { settings: { size } }, 'size'],
    ['a picture that is too long', { images: [inputOf(700, 100)] }, 'image'],
    ['a file that is too large', { images: [{ ...images[0]!, byteLength: 3e7 }] }, 'image'],
    [
      'five pictures with a mask',
      { images: Array(5).fill(inputOf(9, 9)), mask: inputOf(9, 9), operation: 'inpaint' },
      'image',
    ],
  ])('refused: %s', (_claim, changes, param) => {
    const plan = call('ideogram-4.5', { operation: 'edit', images, ...changes })
    expect(checkOptions(plan)).toMatchObject({ param })
  })

  test('the pixels of the input may be asked for', () => {
    const settings = { size: { width: 1024, height: 1024 } }
    const plan = { operation: 'edit', images: [inputOf(1024, 1024)], settings } as const
    expect(checkOptions(call('ideogram-4.5', plan))).toBeUndefined()
  })
})

describe('options', () => {
  test.each<[string, string, Partial<CallPlan>, string]>([
    [
      'a style of another model',
      'ideogram-2a',
      { options: { style_type: 'fiction' } },
      'style_type',
    ],
    [
      'styles where there are none',
      'ideogram-4.5',
      { options: { style_type: 'auto' } },
      'style_type',
    ],
    [
      'a window without an edit',
      'ideogram-4.5',
      { options: { context_window: 'auto' } },
      'context_window',
    ],
    ['a code that is none', 'ideogram-3.0', { options: { style_codes: ['xyz'] } }, 'style_codes.0'],
    [
      'a preset with codes',
      'ideogram-3.0',
      { options: { style_preset: 'bauhaus', style_codes: ['0a1b2c3d'] } },
      'style_preset',
    ],
  ])('refused: %s', (_claim, id, changes, name) => {
    expect(checkOptions(call(id, changes))).toMatchObject({ param: `ideogram.${name}` })
  })

  test('refused: a seed that Ideogram does not have', () => {
    expect(checkOptions(call('ideogram-4.5', { settings: { seed: 2 ** 31 } }))).toMatchObject({
      param: 'seed',
    })
  })

  test('a palette is an object, also in a form', () => {
    const options = { color_palette: { members: [{ color_hex: '#aa00ff', color_weight: 0.5 }] } }
    const images = [inputOf(64, 64)]
    const plan = { operation: 'inpaint', images, mask: inputOf(64, 64), options } as const
    const { body } = toWire(call('ideogram-3.0', plan))
    const parts = body?.kind === 'multipart' ? body.parts : []
    const value = JSON.stringify(options.color_palette)
    expect(parts).toContainEqual({ name: 'color_palette', value })
  })
})

test('a picture above 2K is of the dearer class', () => {
  const large = { width: 4096, height: 2048 }
  expect(estimate(call('ideogram-4.6', { expectedSize: large })).high.resolution).toBe('4k')
  expect(estimate(call('ideogram-4.6', { expectedSize: size })).high.resolution).toBe('2k')
})
