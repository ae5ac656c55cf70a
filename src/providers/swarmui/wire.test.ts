import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import { answerOf, callOf, inputOf, jsonOf, sentBy } from '../../testing/hosted-calls.ts'
import { makeInstance } from '../shared/instance.ts'
import swarmui from './index.ts'
import { checkOptions } from './options.ts'
import { fromWire, SESSION, toSession, toWire } from './wire.ts'

const call = (changes: Partial<CallPlan> = {}, definition = swarmui) =>
  callOf(definition, definition.models[0]?.id ?? '', changes)
const session = answerOf(200, { session_id: '9D35' })
const sent = (changes: Partial<CallPlan> = {}, definition = swarmui) =>
  sentBy(toWire(call(changes, definition), [session]))

/** A server of one's own with one model. */
const own = (model: object) =>
  makeInstance(swarmui, {
    id: 'gpu1',
    hourlyCost: '0.80',
    settings: { images_per_hour: 200, models: [{ id: 'mine', model: 'flux/dev', ...model }] },
    findOffer: () => undefined,
  })

test('a call opens a session first, and names it', () => {
  expect(toSession(call(), [])).toEqual(SESSION)
  expect(toSession(call(), [session])).toBeUndefined()
  expect(sent()).toMatchObject({ session_id: '9D35', images: 1, seed: -1 })
})

test('an answer without a session is left to the server to refuse', () => {
  expect(jsonOf(toWire(call(), [answerOf(200, null)]))).toMatchObject({ session_id: '' })
})

test('settings, LoRAs and the words for what is not wanted have the names of the interface', () => {
  const settings = { seed: 7, steps: 12, guidance: 5, negativePrompt: 'fog' }
  const options = { loras: [{ name: 'ink', weight: 0.5 }], sampler: 'euler', scheduler: 'karras' }
  expect(sent({ settings, options, n: 2 })).toMatchObject({
    ...{ images: 2, seed: 7, steps: 12, cfgscale: 5, negativeprompt: 'fog' },
    ...{ loras: ['ink'], loraweights: ['0.5'], sampler: 'euler', scheduler: 'karras' },
    ...{ model: 'OfficialStableDiffusion/sd_xl_base_1.0', width: 1024, height: 1024 },
  })
})

test('FLUX is guided by its own scale', () => {
  const flux = own({ family: 'flux' })
  expect(sent({ settings: { guidance: 3 } }, flux)).toMatchObject({
    ...{ model: 'flux/dev', cfgscale: 1, fluxguidancescale: 3 },
  })
})

test('an edit keeps the shape of its input; a mask goes along', () => {
  const images = [inputOf(1_600, 800)]
  const body = sent({ operation: 'inpaint', images, mask: inputOf(1_600, 800) })
  expect(body).toMatchObject({ initimagecreativity: 0.6, maskimage: body.initimage })
  expect(body.width / body.height).toBeCloseTo(2, 1)
  const strength = { operation: 'edit', images, options: { strength: 0.2 } } as const
  expect(sent(strength)).toMatchObject({ initimagecreativity: 0.2 })
})

describe('pictures', () => {
  test('are fetched by their path, whatever stands in the name of the file', () => {
    const images = ['View/local/raw/2026-11-26/a cat, #1?.png']
    const read = fromWire(answerOf(200, { images }), call())
    expect(read).toMatchObject({
      kind: 'produced',
      images: [{ url: '/View/local/raw/2026-11-26/a%20cat%2C%20%231%3F.png' }],
    })
  })

  test.each([
    'https://elsewhere.example/a.png',
    '//elsewhere.example/a.png',
    '../secret',
    'data:image/png;base64,AAAA',
  ])('that lie nowhere on the server are none: %s', (path) => {
    expect(fromWire(answerOf(200, { images: [path] }), call())).toMatchObject({ kind: 'failed' })
  })
})

test('models are the operator’s, and one without a name is refused', () => {
  expect(own({}).models.map(({ id, provider }) => `${provider}/${id}`)).toEqual(['gpu1/mine'])
  expect(() => own({ model: '' })).toThrow(/settings\.models\.0\.model/)
  expect(checkOptions(call({ options: { loras: [{ name: 'a,b' }] } }))).toMatchObject({
    param: 'swarmui.loras.0.name',
  })
})
