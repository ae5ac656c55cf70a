import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import { callOf, jsonOf } from '../../testing/hosted-calls.ts'
import luma from './index.ts'
import { checkOptions } from './options.ts'
import { toWire } from './wire.ts'

const call = (changes: Partial<CallPlan> = {}) => callOf(luma, 'photon-1', changes)
const LINK = 'https://example.com/a.jpg'

test('a shape is always said, and JPEG by its short name', () => {
  const { url, body } = toWire(call({ settings: { format: 'jpeg' } }))
  expect(url).toBe('/generations/image')
  expect(body).toMatchObject({
    value: {
      generation_type: 'image',
      model: 'photon-1',
      prompt: 'a lighthouse at dusk',
      aspect_ratio: '1:1',
      format: 'jpg',
    },
  })
})

describe('references', () => {
  test('are links of the caller, sent on as they are', () => {
    const options = {
      image_ref: [{ url: LINK, weight: 0.5 }],
      character_ref: { identity0: { images: [LINK] } },
    }
    expect(checkOptions(call({ options }))).toBeUndefined()
    expect(jsonOf(toWire(call({ options })))).toMatchObject(options)
  })

  test.each<[string, CallPlan['options'], string]>([
    ['no link', { image_ref: [{ url: 'data:image/png;base64,AA==' }] }, 'image_ref.0.url'],
    ['an open link', { style_ref: [{ url: 'http://example.com/a.jpg' }] }, 'style_ref.0.url'],
    ['five of them', { image_ref: Array(5).fill({ url: LINK }) }, 'image_ref'],
    ['a weight beyond one', { image_ref: [{ url: LINK, weight: 2 }] }, 'image_ref.0.weight'],
    ['an address to call', { callback_url: LINK }, 'callback_url'],
  ])('refused: %s', (_claim, options, name) => {
    expect(checkOptions(call({ options }))).toMatchObject({ param: `luma.${name}` })
  })
})
