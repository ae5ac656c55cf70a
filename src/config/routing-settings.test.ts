import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { defaultRoutingRules } from '../gateway/routing-rules.ts'
import { providers as kinds } from '../providers/registry.generated.ts'
import { ConfigError } from './config-error.ts'
import { loadSettings } from './load.ts'
import { toRoutingRules, toWaitingRate } from './routing-settings.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keeprate-routing-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function load(yaml: string, environment: Readonly<Record<string, string>> = {}) {
  writeFileSync(join(folder, 'keeprate.yaml'), yaml)
  return loadSettings({ flags: {}, environment, folder, kinds }).settings
}

function problemsOf(yaml: string, environment: Readonly<Record<string, string>> = {}) {
  try {
    load(yaml, environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

test('without a word nothing is hedged, a refusal stops, waiting is free', () => {
  const settings = load('')
  expect(toRoutingRules(settings)).toEqual({
    ...defaultRoutingRules,
    ...{ onPolicyRefusal: 'stop', onGateRefusal: 'deliver' },
    hedge: { isDefault: false, after: 'p95', maxCostShare: 0.5 },
  })
  expect(toWaitingRate(settings)).toBeUndefined()
  expect(settings.latencyAlert).toBe(8_000)
})

test('the file says it', () => {
  const settings = load(`
on_policy_refusal: fallback
on_gate_refusal: fail
hedge: { after: 12s, until_measured: 20, max_cost_share: 0.25 }
caller_compute: { memory_gb: 2, usd_per_gb_second: "0.00002" }
alerts: { latency: 30s }
`)
  expect(toRoutingRules(settings)).toEqual({
    ...defaultRoutingRules,
    ...{ onPolicyRefusal: 'fallback', onGateRefusal: 'fail' },
    hedge: { isDefault: true, after: 12_000, untilMeasuredMs: 20_000, maxCostShare: 0.25 },
  })
  expect(toWaitingRate(settings)).toEqual({ gigabytes: 2, usdPerGigabyteSecond: '0.00002' })
  expect(settings.latencyAlert).toBe(30_000)
})

test('so does the environment, which goes before it', () => {
  const settings = load('on_policy_refusal: fallback\nalerts: { latency: 30s }\n', {
    KEEPRATE_ON_POLICY_REFUSAL: 'stop',
    KEEPRATE_HEDGE_AFTER: 'p95',
    KEEPRATE_CALLER_COMPUTE_MEMORY_GB: '0.5',
    KEEPRATE_ALERTS_LATENCY: 'off',
  })
  expect(toRoutingRules(settings)).toEqual({
    ...defaultRoutingRules,
    ...{ onPolicyRefusal: 'stop', onGateRefusal: 'deliver' },
    hedge: { isDefault: true, after: 'p95', maxCostShare: 0.5 },
  })
  expect(toWaitingRate(settings)).toEqual({ gigabytes: 0.5, usdPerGigabyteSecond: '0.0000166667' })
  expect(settings.latencyAlert).toBe('off')
})

describe('a mistake is told with its place:', () => {
  test.each([
    ['another mode', 'on_policy_refusal: maybe\n', ':1:20: on_policy_refusal'],
    ['another rule', 'on_gate_refusal: maybe\n', ':1:18: on_gate_refusal'],
    ['no duration', 'hedge: { after: soon }\n', ':1:17: hedge.after'],
    ['no time at all', 'hedge: { after: 0s }\n', ':1:17: hedge.after'],
    ['more than all', 'hedge: { max_cost_share: 1.5 }\n', ':1:26: hedge.max_cost_share'],
    ['another member', 'hedge: { before: 1s }\n', ':1:10: hedge.before'],
    ['no memory', 'caller_compute: { memory_gb: 0 }\n', ':1:30: caller_compute.memory_gb'],
    [
      'a price without memory',
      'caller_compute: { usd_per_gb_second: "0.1" }\n',
      'caller_compute.usd_per_gb_second: needs memory_gb',
    ],
    [
      'a price that is none',
      'caller_compute: { memory_gb: 1, usd_per_gb_second: "1e-5" }\n',
      ':1:52: caller_compute.usd_per_gb_second',
    ],
    ['a latency of nothing', 'alerts: { latency: 0 }\n', ':1:20: alerts.latency'],
  ])('%s', (_, yaml, problem) => {
    expect(problemsOf(yaml)).toEqual([expect.stringContaining(problem)])
  })

  test.each([
    ['KEEPRATE_ON_POLICY_REFUSAL', 'maybe', 'must be stop or fallback'],
    ['KEEPRATE_HEDGE_AFTER', 'p50', 'must be p95, seconds'],
    ['KEEPRATE_HEDGE_MAX_COST_SHARE', '50%', 'must be a share from 0 to 1'],
    ['KEEPRATE_CALLER_COMPUTE_MEMORY_GB', '-2', 'must be gigabytes above 0'],
    ['KEEPRATE_ALERTS_LATENCY', 'never', 'must be off, seconds'],
  ])('%s: %s', (name, value, words) => {
    const [problem, ...others] = problemsOf('', { [name]: value })
    expect(others).toEqual([])
    expect(problem).toContain(name)
    expect(problem).toContain(words)
  })
})
