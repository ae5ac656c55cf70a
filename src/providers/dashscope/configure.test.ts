import { expect, test } from 'vitest'
import type { JsonObject } from '../../core/json.ts'
import { flawsOfDefinition } from '../../testing/definition-flaws.ts'
import { makeInstance } from '../shared/instance.ts'
import dashscope from './index.ts'

const configured = (settings: JsonObject, baseUrl?: string) =>
  makeInstance(dashscope, {
    id: 'dashscope-2',
    settings,
    ...(baseUrl === undefined ? {} : { baseUrl }),
  })

const yuan = { usd_per_unit: '0.14', fx_date: '2026-11-20' }

test.each<[string, JsonObject, string]>([
  ['nothing', {}, 'dashscope-intl.aliyuncs.com'],
  ['Virginia', { region: 'virginia' }, 'dashscope-us.aliyuncs.com'],
  ['Beijing', { region: 'beijing', yuan }, 'dashscope.aliyuncs.com'],
  ['a workspace', { workspace_id: 'llm-a1' }, 'llm-a1.ap-southeast-1.maas.aliyuncs.com'],
])('%s leads to its host, which is the only one that gets the key', (_claim, settings, host) => {
  const account = configured(settings)
  expect(flawsOfDefinition(account)).toEqual([])
  expect(account.origin).toMatchObject({
    baseUrl: `https://${host}/api/v1`,
    ownHosts: [`.${host}`],
  })
})

test('an address of its own is kept', () => {
  const { origin } = configured({}, 'https://proxy.example/api/v1')
  expect(origin).toMatchObject({ baseUrl: 'https://proxy.example/api/v1' })
  expect(origin.ownHosts).toEqual(['.proxy.example'])
})

test('Beijing is billed in yuan at the rate of the settings, where a price is known', () => {
  const { prices } = configured({ region: 'beijing', yuan })
  expect(prices.every(({ modifiers }) => modifiers?.[0]?.kind === 'currency')).toBe(true)
  expect(prices.find(({ offer }) => offer === 'dashscope-2/qwen-image-max')).toMatchObject({
    components: [{ kind: 'per_image', usd: '0.5' }],
    modifiers: [{ code: 'CNY', usd_per_unit: '0.14', fx_date: '2026-11-20' }],
  })
  expect(prices.some(({ offer }) => offer.includes('wan'))).toBe(false)
})

test('Virginia has the prices of Singapore, with low confidence', () => {
  const { prices } = configured({ region: 'virginia' })
  expect(prices).toHaveLength(dashscope.prices.length)
  expect(new Set(prices.map(({ source }) => source.confidence))).toEqual(new Set(['low']))
})

test.each<[string, JsonObject, string]>([
  ['a region that there is not', { region: 'mars' }, 'settings.region'],
  ['Beijing without the worth of a yuan', { region: 'beijing' }, 'what a yuan is worth'],
  ['a worth of nothing', { region: 'beijing', yuan: { ...yuan, usd_per_unit: '0' } }, 'yuan'],
  ['a workspace elsewhere', { region: 'virginia', workspace_id: 'a' }, 'singapore alone'],
  ['a workspace that is a host', { workspace_id: 'a.evil.example/' }, 'settings.workspace_id'],
  ['an unknown setting', { zone: 'a' }, 'there is no such member'],
])('%s is refused', (_claim, settings, words) => {
  expect(() => configured(settings)).toThrow(words)
})
