import { expect, test } from 'vitest'
import type { JsonObject } from '../../core/json.ts'
import { flawsOfDefinition } from '../../testing/definition-flaws.ts'
import { makeInstance } from '../shared/instance.ts'
import bedrock from './index.ts'

const configured = (settings: JsonObject, baseUrl?: string) =>
  makeInstance(bedrock, {
    id: 'bedrock-east',
    settings,
    ...(baseUrl === undefined ? {} : { baseUrl }),
  })

const PAIR = 'AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'

const scopeOf = async ({ sign, origin }: ReturnType<typeof configured>) => {
  const request = { method: 'GET', url: origin.baseUrl, headers: {}, body: '' } as const
  const headers = await sign?.(request, PAIR, 0)
  return /Credential=[^/]+\/([^,]+)/.exec(headers?.authorization ?? '')?.[1]
}

test('a region decides on address, own hosts and signatures', async () => {
  const account = configured({ region: 'us-east-1' })
  expect(flawsOfDefinition(account)).toEqual([])
  expect(account.origin).toMatchObject({
    baseUrl: 'https://bedrock-runtime.us-east-1.amazonaws.com',
    ownHosts: ['.bedrock-runtime.us-east-1.amazonaws.com'],
  })
  expect(await scopeOf(account)).toBe('19700101/us-east-1/bedrock/aws4_request')
})

test('an own address keeps the region for signatures, and is the only own host', async () => {
  const account = configured({ region: 'eu-west-1' }, 'https://vpce-1.bedrock.example')
  expect(account.origin).toMatchObject({
    baseUrl: 'https://vpce-1.bedrock.example',
    ownHosts: ['.vpce-1.bedrock.example'],
  })
  expect(await scopeOf(account)).toContain('/eu-west-1/bedrock/')
})

test('without settings it is the region where the models are sold', async () => {
  expect(configured({}).origin.baseUrl).toBe(bedrock.origin.baseUrl)
  expect(await scopeOf(configured({}))).toContain('/us-west-2/bedrock/')
})

test.each<[string, JsonObject, string]>([
  ['a region that is none', { region: 'oregon' }, 'settings.region: must be an AWS region'],
  ['a region that is a host', { region: 'us-west-2.evil.example/' }, 'settings.region'],
  ['an unknown setting', { profile: 'default' }, 'settings.profile: there is no such member'],
])('%s is refused', (_claim, settings, words) => {
  expect(() => configured(settings)).toThrow(words)
})
