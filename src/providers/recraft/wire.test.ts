import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import { callOf, fieldsOf, inputOf, sentBy } from '../../testing/hosted-calls.ts'
import recraft from './index.ts'
import { checkOptions } from './options.ts'
import { toWire } from './wire.ts'

const call = (id: string, changes: Partial<CallPlan> = {}) => callOf(recraft, id, changes)
const sent = (id: string, changes: Partial<CallPlan> = {}) => sentBy(toWire(call(id, changes)))
const STYLE = '123e4567-e89b-42d3-a456-426614174000'

describe('printing a generation', () => {
  test('the size is always said: Recraft would choose it from the prompt', () => {
    expect(sent('recraft-v4.1-pro', { n: 2, settings: { format: 'webp', seed: 7 } })).toEqual({
      prompt: 'a lighthouse at dusk',
      model: 'recraftv4_1_pro',
      n: 2,
      size: '2048x2048',
      random_seed: 7,
      image_format: 'webp',
      response_format: 'b64_json',
    })
  })

  test('controls stay objects, and styles go to the models that have them', () => {
    const options = { controls: { no_text: true, colors: [{ rgb: [1, 2, 3] }] }, style: 'any' }
    const settings = { negativePrompt: 'fog' }
    expect(sent('recraft-v3', { options, settings })).toMatchObject({
      ...options,
      negative_prompt: 'fog',
    })
  })
})

test('an edit is a form with a strength, an inpaint one with a mask', () => {
  const images = [inputOf(1500, 1000)]
  const edit = toWire(call('recraft-v3', { operation: 'edit', images, options: { strength: 0.2 } }))
  const mask = inputOf(1500, 1000)
  const inpaint = toWire(call('recraft-v3', { operation: 'inpaint', images, mask }))
  const namesOf = ({ body }: typeof edit) =>
    (body?.kind === 'multipart' ? body.parts : []).map(({ name }) => name)
  expect([edit.url, inpaint.url]).toEqual(['/images/imageToImage', '/images/inpaint'])
  const common = ['prompt', 'model', 'n']
  expect(namesOf(edit)).toEqual([...common, 'strength', 'response_format', 'image'])
  expect(namesOf(inpaint)).toEqual([...common, 'response_format', 'image', 'mask'])
  expect(edit.body).toMatchObject({
    parts: expect.arrayContaining([{ name: 'strength', value: '0.2' }]),
  })
  expect(call('recraft-v3').model.wire.mask).toBe('white_is_edit')
})

test('a tool gets its picture and nothing to say; a replaced background is told by words', () => {
  const images = [inputOf(600, 400)]
  const tool = toWire(
    call('recraft-erase', { operation: 'erase', images, mask: inputOf(600, 400) }),
  )
  const background = toWire(call('recraft-v3', { operation: 'replace_background', images }))
  expect([tool.url, background.url]).toEqual(['/images/eraseRegion', '/images/replaceBackground'])
  const partsOf = ({ body }: typeof tool) => (body?.kind === 'multipart' ? body.parts : [])
  expect(partsOf(tool).map(({ name }) => name)).toEqual(['response_format', 'image', 'mask'])
  expect(partsOf(background)).toContainEqual({ name: 'prompt', value: 'a lighthouse at dusk' })
  expect(call('recraft-erase').model.wire.mask).toBe('white_is_edit')
})

test('margins are told side by side; a remix looks at its input alone, in any shape', () => {
  const images = [inputOf(600, 400)]
  const expand = { left: 100, right: 0, top: 0, bottom: 20 }
  const sentBy = (id: string, changes: Partial<CallPlan>) => {
    const wire = toWire(call(id, { images, ...changes }))
    return { url: wire.url, ...fieldsOf(wire) }
  }
  const details = { kind: 'outpaint', expand } as const
  expect(sentBy('recraft-v3', { operation: 'outpaint', details })).toMatchObject({
    url: '/images/outpaint',
    prompt: 'a lighthouse at dusk',
    ...{ expand_left: '100', expand_right: '0', expand_top: '0', expand_bottom: '20' },
  })
  const settings = { size: { width: 1024, height: 2048 }, seed: 7 }
  const remix = sentBy('recraft-remix', { operation: 'variation', settings })
  expect(remix).toMatchObject({ url: '/images/variateImage', size: '1024x2048', random_seed: '7' })
  expect(remix).not.toHaveProperty('prompt')
})

describe('refused', () => {
  test.each<[string, string, Partial<CallPlan>, string]>([
    ['a style of the older models', 'recraft-v4.1', { options: { style: 'any' } }, 'recraft.style'],
    [
      'a style for the fast model',
      'recraft-v4.1-flash',
      { options: { style_id: STYLE } },
      'recraft.style_id',
    ],
    ['two styles', 'recraft-v3', { options: { style: 'any', style_id: STYLE } }, 'recraft.style'],
    [
      'a colour beyond 255',
      'recraft-v4',
      { options: { controls: { background_color: { rgb: [1, 2, 256] } } } },
      'recraft.controls.background_color.rgb.2',
    ],
    ['a strength without an edit', 'recraft-v4', { options: { strength: 1 } }, 'recraft.strength'],
    [
      'another size than that of the input',
      'recraft-v3',
      {
        operation: 'edit',
        images: [inputOf(999, 999)],
        settings: { size: { width: 1024, height: 1024 } },
      },
      'size',
    ],
    ['a small input', 'recraft-v3', { operation: 'edit', images: [inputOf(255, 999)] }, 'image'],
    ['a large input', 'recraft-v3', { operation: 'edit', images: [inputOf(4096, 4096)] }, 'image'],
    [
      'margins beyond 4096 pixels',
      'recraft-v3',
      {
        operation: 'outpaint',
        images: [inputOf(600, 400)],
        expectedSize: { width: 4100, height: 400 },
      },
      'expand',
    ],
  ])('%s', (_claim, id, changes, param) => {
    expect(checkOptions(call(id, changes))).toMatchObject({ param })
  })

  test('nothing else: a style of one’s own by any model but the fast one', () => {
    expect(checkOptions(call('recraft-v4', { options: { style_id: STYLE } }))).toBeUndefined()
  })
})

test('only edits whose price was read are priced', () => {
  const priced = recraft.prices.filter(({ operation }) => operation === 'edit')
  expect(priced.map(({ offer }) => offer)).toEqual(['recraft/recraft-v3'])
})
