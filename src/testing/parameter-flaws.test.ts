import { expect, test } from 'vitest'
import type { ProviderCall } from '../ports/provider.ts'
import { parameterFlaws } from './parameter-flaws.ts'
import { makeSampleInputs } from './sample-calls.ts'
import { plainModel } from './sample-models.ts'

/** A provider whose model has a seed and nothing else, with what it sends. */
const flawsWith = async (send: (call: ProviderCall) => object) => {
  const models = [plainModel({ operations: ['generate'], supports: { seed: true } })]
  const toWire = (call: ProviderCall) =>
    ({ method: 'POST', url: '/', body: { kind: 'json', value: send(call) } }) as const
  const flow = { kind: 'sync' } as const
  return parameterFlaws({ models, toWire, flow }, await makeSampleInputs())
}

test('a seed that goes out is what was said', async () => {
  expect(await flawsWith(({ settings: { seed } }) => ({ seed }))).toEqual([])
})

test('a seed that is said to be honoured and does not go out is found', async () => {
  const flaw = 'painter, generate: seed is honoured, and is not sent'
  expect(await flawsWith(() => ({}))).toEqual([flaw])
})

test('what was dropped and goes out all the same is found', async () => {
  const send = ({ settings, partialImages, prompt }: ProviderCall) => ({
    ...settings,
    prompt: partialImages === undefined ? prompt : 'previews',
  })
  expect(await flawsWith(send)).toEqual([])
  let calls = 0
  const counted = await flawsWith(({ settings: { seed } }) => ({ seed, calls: calls++ > 0 }))
  expect(counted).toContain('painter, generate: style changes what is sent')
})
