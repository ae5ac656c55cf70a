import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../core/json.ts'
import { flawsOfDefinition } from '../../testing/definition-flaws.ts'
import azure from './index.ts'

function configured(settings: JsonObject, baseUrl?: string) {
  const address = baseUrl === undefined ? {} : { baseUrl }
  const account = azure.configure?.({ id: 'azure-eu', settings, ...address })
  if (account === undefined) throw new Error('Azure is configurable')
  return account
}

describe('a resource with deployments', () => {
  const account = configured({
    resource: 'contoso-eu',
    deployments: { 'img-prod': 'gpt-image-2', 'gpt-image-1-mini': 'gpt-image-1-mini' },
  })

  test('is a complete definition of its own', () => {
    expect(flawsOfDefinition(account)).toEqual([])
    expect(account).toMatchObject({ id: 'azure-eu', displayName: 'Azure OpenAI (azure-eu)' })
  })

  test('lies at the v1 address of the resource, and nobody else gets the key', () => {
    expect(account.origin).toMatchObject({
      baseUrl: 'https://contoso-eu.openai.azure.com/openai/v1',
      ownHosts: ['.contoso-eu.openai.azure.com'],
    })
  })

  test('has the deployed models alone, each under the name of its deployment', () => {
    const names = account.models.map(({ id, provider, wireName }) => [id, provider, wireName])
    expect(names).toEqual([
      ['gpt-image-2', 'azure-eu', 'img-prod'],
      ['gpt-image-1-mini', 'azure-eu', 'gpt-image-1-mini'],
    ])
    expect(account.models[0]?.otherNames).toContain('img-prod')
    const offers = new Set(account.prices.map(({ offer }) => offer))
    expect([...offers]).toEqual(['azure-eu/gpt-image-2', 'azure-eu/gpt-image-1-mini'])
  })
})

test.each([
  ['https://contoso.services.ai.azure.com', 'https://contoso.services.ai.azure.com/openai/v1'],
  ['https://contoso.openai.azure.com/', 'https://contoso.openai.azure.com/openai/v1'],
  ['https://proxy.example/azure/openai/v1/', 'https://proxy.example/azure/openai/v1'],
])('the address %s leads to %s, wherever it is said', (given, baseUrl) => {
  expect(configured({ base_url: given }).origin.baseUrl).toBe(baseUrl)
  expect(configured({}, given).origin.baseUrl).toBe(baseUrl)
})

test('without a list every model is taken to be deployed under its own name', () => {
  const account = configured({ resource: 'contoso' })
  expect(account.models.map(({ id }) => id)).toEqual(azure.models.map(({ id }) => id))
})

test('a deployment may be of a model by another of its names', () => {
  const { models } = configured({ resource: 'contoso', deployments: { k: 'FLUX.1-Kontext-pro' } })
  expect(models).toMatchObject([{ id: 'flux-kontext-pro', wireName: 'k' }])
})

test.each<[string, JsonObject, string]>([
  ['no address', { deployments: { a: 'gpt-image-2' } }, 'exactly one of resource and base_url'],
  [
    'two addresses',
    { resource: 'contoso', base_url: 'https://x.example' },
    'exactly one of resource and base_url',
  ],
  ['a resource that is an address', { resource: 'a.b/c' }, 'resource: must be the name'],
  ['an address that is none', { base_url: 'contoso' }, 'base_url'],
  [
    'a model that is not there',
    { resource: 'contoso', deployments: { a: 'dall-e-3' } },
    'deployments: a: dall-e-3 is no model that Azure deploys; there are gpt-image-2',
  ],
  [
    'one model deployed twice',
    { resource: 'contoso', deployments: { a: 'gpt-image-2', b: 'gpt-image-2' } },
    'gpt-image-2 is deployed twice',
  ],
  [
    'a deployment with a slash',
    { resource: 'contoso', deployments: { 'a/b': 'x' } },
    'deployments: a/b',
  ],
  ['an unknown setting', { resource: 'contoso', region: 'eu' }, 'region'],
])('%s is refused', (_claim, settings, words) => {
  expect(() => configured(settings)).toThrow(words)
  expect(() => configured(settings)).toThrow('settings of azure-eu')
})

test('without an address of its own the key goes to a name that never resolves', () => {
  expect(new URL(azure.origin.baseUrl).hostname).toMatch(/\.invalid$/)
})
