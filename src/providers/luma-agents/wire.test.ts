import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import { callOf, inputOf, sentBy } from '../../testing/hosted-calls.ts'
import { estimate } from './estimate.ts'
import lumaAgents from './index.ts'
import { checkOptions } from './options.ts'
import { toWire } from './wire.ts'

const call = (changes: Partial<CallPlan> = {}) => callOf(lumaAgents, 'uni-1', changes)
const sent = (changes: Partial<CallPlan> = {}) => sentBy(toWire(call(changes)))
const LINK = { url: 'https://example.com/a.jpg' }
const DATA = { data: 'AQID', media_type: 'image/png' }

test('a generation always says its shape and format', () => {
  expect(sent({ settings: { format: 'png' }, options: { web_search: true } })).toEqual({
    model: 'uni-1',
    type: 'image',
    prompt: 'a lighthouse at dusk',
    aspect_ratio: '1:1',
    output_format: 'png',
    web_search: true,
  })
})

test('an edit carries its pictures; links of the caller come after them', () => {
  const images = [inputOf(64, 64), inputOf(32, 32)]
  expect(sent({ operation: 'edit', images, options: { image_ref: [LINK] } })).toEqual({
    model: 'uni-1',
    type: 'image_edit',
    prompt: 'a lighthouse at dusk',
    source: DATA,
    image_ref: [DATA, LINK],
  })
})

test('an edit is asked for a shape only when the caller did', () => {
  const images = [inputOf(64, 64)]
  const settings = { aspect: '16:9' }
  expect(sent({ operation: 'edit', images, settings })).toMatchObject({ aspect_ratio: '16:9' })
})

test('every picture that is made use of is paid, links as well', () => {
  const images = [inputOf(64, 64)]
  const plan = call({ operation: 'edit', images, options: { image_ref: [LINK, LINK] } })
  expect(estimate(plan).high).toMatchObject({ images: 1, references: 3 })
})

describe('refused', () => {
  test.each<[string, Partial<CallPlan>, string]>([
    ['a style that does not exist', { options: { style: 'oil' } }, 'luma-agents.style'],
    [
      'an open link',
      { options: { image_ref: [{ url: 'http://a.example/' }] } },
      'luma-agents.image_ref.0.url',
    ],
    [
      'ten pictures',
      { images: [inputOf(9, 9)], options: { image_ref: Array(9).fill(LINK) } },
      'luma-agents.image_ref',
    ],
    ['a file that is too large', { images: [{ ...inputOf(9, 9), byteLength: 6e7 }] }, 'image'],
    ['a source by name', { options: { source: 'x' } }, 'luma-agents.source'],
  ])('%s', (_claim, changes, param) => {
    expect(checkOptions(call(changes))).toMatchObject({ param })
  })
})
