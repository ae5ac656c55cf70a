import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import { callOf, inputOf } from '../../testing/hosted-calls.ts'
import { estimate } from '../shared/openai-images/estimate.ts'
import azure from './index.ts'
import { checkOptions } from './options.ts'
import { toWire } from './wire.ts'

const input = inputOf(64, 64)

const callFor = (id: string, changes: Partial<CallPlan> = {}) => callOf(azure, id, changes)

describe('printing a call', () => {
  test('a generation names the deployment as its model, and the user', () => {
    const call = callFor('gpt-image-2', { settings: { quality: 'low', format: 'png' } })
    const deployed = { ...call, model: { ...call.model, wireName: 'img-prod' } }
    expect(toWire(deployed)).toMatchObject({
      method: 'POST',
      url: '/images/generations',
      body: {
        kind: 'json',
        value: {
          model: 'img-prod',
          prompt: 'a lighthouse at dusk',
          n: 1,
          quality: 'low',
          output_format: 'png',
          user: 'hash',
        },
      },
    })
  })

  test('an edit is a form', () => {
    const call = callFor('flux-kontext-pro', { operation: 'edit', images: [input] })
    const { url, body } = toWire(call)
    expect(url).toBe('/images/edits')
    const parts = body?.kind === 'multipart' ? body.parts : []
    expect(parts.map(({ name }) => name)).toEqual(['model', 'prompt', 'n', 'user', 'image'])
  })
})

test.each([
  ['0123456789abcdef', { 'api-key': '0123456789abcdef' }],
  ['eyJ0eXAi.eyJhdWQi.c2ln', { authorization: 'Bearer eyJ0eXAi.eyJhdWQi.c2ln' }],
])('the credential %s goes as %j', (credential, headers) => {
  expect(azure.authorize(credential)).toEqual(headers)
})

test('GPT image models are estimated in tokens, FLUX in pictures', () => {
  const settings = { quality: 'low', size: { width: 1024, height: 1024 } } as const
  expect(estimate(callFor('gpt-image-2', { settings })).high.tokens?.imageOut).toBe(196)
  expect(estimate(callFor('flux-pro-1.1')).high).toEqual({
    images: 1,
    width: 1024,
    height: 1024,
    operation: 'generate',
  })
})

test('an option is refused under the name of the account', () => {
  const call = callFor('gpt-image-2', { options: { complexity: 'low' } })
  expect(checkOptions(call)?.param).toBe('azure.complexity')
})
