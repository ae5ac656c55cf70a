import { describe, expect, test } from 'vitest'
import { sampleModel } from '../../testing/sample-models.ts'
import { nanoFromDollars } from '../money.ts'
import { openZone } from '../usage/zone.ts'
import { defaultAlertRules } from './alert-rules.ts'
import { robustScore } from './conditions/cost-anomaly.ts'
import { modelShutdown } from './conditions/model-shutdown.ts'
import { findAlarms } from './find-alarms.ts'
import type { QualitySums } from './quality-sums.ts'
import { isQuiet, readMinute } from './quiet-time.ts'
import { readRules } from './read-rules.ts'

const day = (changes: Partial<QualitySums> = {}): readonly QualitySums[] => [
  {
    ...{ provider: 'acme', purpose: 'hero', spentNano: nanoFromDollars('1'), images: 100 },
    ...{ judged: 100, accepted: 80, delivered: 100, cached: 50 },
    ...changes,
  },
]
/** A week that is as usual, then a day. */
const weekAnd = (changes: Partial<QualitySums>) => [...Array(7).fill(day()), day(changes)]
const target = (dollars: string) =>
  ({ costPerAccepted: { all: nanoFromDollars(dollars), purposes: {} } }) as const

test.each([
  ['a usual day rings nothing', {}, {}, []],
  ['an accepted picture of $0.0125 is below a target of $0.02', {}, target('0.02'), []],
  ['above a target of $0.011', {}, target('0.011'), ['cost_per_accepted']],
  ['not above one of $0.012: chance explains it', {}, target('0.012'), []],
  [
    'a target of the purpose goes before that of all',
    {},
    { costPerAccepted: { all: nanoFromDollars('9'), purposes: { hero: nanoFromDollars('0.01') } } },
    ['cost_per_accepted'],
  ],
  ['nineteen words of raters are too few', { judged: 19, accepted: 1 }, target('0.001'), []],
  ['none accepted is no figure', { accepted: 0 }, target('0.001'), ['acceptance_drop']],
  [
    'half as many accepted is a drop, and dearer',
    { accepted: 40 },
    {},
    ['cost_drift', 'acceptance_drop'],
  ],
  ['a little fewer are not', { accepted: 72 }, {}, []],
  ['few words are not, however bad', { judged: 10, accepted: 0 }, {}, []],
  [
    'a dearer provider is a drift without a drop',
    { spentNano: 2_000_000_000n },
    {},
    ['cost_drift'],
  ],
  ['a cache that answers half as often', { cached: 20 }, {}, ['cache_hit_drop']],
  ['rules that are absent never ring', { accepted: 10, cached: 0 }, undefined, []],
] as const)('%s', (_, changes, rules, kinds) => {
  const own = rules === undefined ? {} : { ...defaultAlertRules, ...rules }
  const found = findAlarms(weekAnd(changes), own)
  expect(found.map(({ kind }) => kind)).toEqual(kinds)
  for (const { text, subject } of found) expect(text).toContain(subject)
})

test('the figures are told, exact', () => {
  const [finding] = findAlarms(weekAnd({ spentNano: nanoFromDollars('2') }), { costDrift: 0.25 })
  expect(finding).toMatchObject({
    ...{ severity: 'warning', subject: 'acme/hero' },
    text: 'An accepted picture of acme/hero costs $0.025, 100 % more than in the week before.',
    data: { cost: '0.025', before: '0.0125', factor: 2, judged: 100, accepted: 80 },
  })
})

test('what the cache gives is counted over all providers of a purpose', () => {
  const other = { provider: '', judged: 0, accepted: 0, images: 0, spentNano: 0n } as const
  const both = (cached: number) => [...day({ delivered: 20 }), ...day({ ...other, cached })]
  const days = [...Array(7).fill(both(0)), both(0)]
  expect(findAlarms(days, defaultAlertRules)).toEqual([])
})

describe('a model that ends', () => {
  const model = (shutdownAt: string) => ({
    ...sampleModel({ id: 'painter', provider: 'acme' }),
    lifecycle: { shutdownAt, replacement: 'painter-2' },
  })
  const now = Date.UTC(2026, 10, 20, 12)
  test.each([
    ['2026-12-30', undefined],
    ['2026-12-20', [30, 'info']],
    ['2026-11-28', [30, 'info']],
    ['2026-11-27', [7, 'warning']],
    ['2026-11-21', [1, 'critical']],
    ['2026-11-19', undefined],
  ] as const)('on %s is told: %j', (shutdownAt, expected) => {
    const found = modelShutdown([model(shutdownAt)], new Set(['acme/painter']), now, {
      modelShutdown: [30, 7, 1],
    })
    const [days, severity] = expected ?? []
    expect(found.map((each) => [each.fact, each.severity])).toEqual(
      expected === undefined ? [] : [[`acme/painter ${shutdownAt} ${days}`, severity]],
    )
  })
  test('is told to who calls it alone', () => {
    expect(modelShutdown([model('2026-11-21')], new Set(), now, defaultAlertRules)).toEqual([])
  })
})

describe('an unusual cost', () => {
  const usual = Array.from({ length: 40 }, (_, index) => 0.04 + (index % 5) * 0.001)
  test.each([
    ['nothing while there are few', 0.4, usual.slice(0, 19), undefined],
    ['a usual one', 0.043, usual, false],
    ['ten times as much', 0.4, usual, true],
    ['a few outliers before do not hide it', 0.4, [...usual, 0.4, 0.4, 0.4], true],
    ['of a flat price, twice', 0.08, Array(20).fill(0.04), true],
    ['of a flat price, a cent of a cent', 0.0401, Array(20).fill(0.04), false],
  ] as const)('%s', (_, value, others, isUnusual) => {
    const found = robustScore(value, others)
    expect(found === undefined ? undefined : found.score > 6).toBe(isUnusual)
  })
})

describe('quiet hours', () => {
  const zone = openZone('Europe/Berlin')!
  const night = { fromMinute: readMinute('22:30')!, toMinute: readMinute('7:00')!, zone }
  test.each([
    ['2026-11-20T21:29:00Z', false],
    ['2026-11-20T21:30:00Z', true],
    ['2026-11-21T05:59:00Z', true],
    ['2026-11-21T06:00:00Z', false],
    ['2026-07-01T05:00:00Z', false],
  ])('%s: %s', (at, expected) => {
    expect(isQuiet(night, Date.parse(at))).toBe(expected)
  })
  test.each(['24:00', '7', '', '07:60'])('%j is no time of a day', (text) => {
    expect(readMinute(text)).toBeUndefined()
  })
})

describe('rules by words', () => {
  test('change the rules they name', () => {
    const text = 'cost_per_accepted:0.012, cost_per_accepted.hero:0.08,cost_drift:0.5'
    expect(readRules('preview', text, defaultAlertRules)).toEqual({
      ...defaultAlertRules,
      costDrift: 0.5,
      costPerAccepted: { all: 12_000_000n, purposes: { hero: 80_000_000n } },
    })
  })
  test.each(['', 'latency:8', 'cost_drift', 'cost_drift:x', 'cost_per_accepted:-1', 'a:1:2'])(
    '%j is refused by name',
    (text) => {
      expect(() => readRules('preview', text, {})).toThrow(/preview: .* is no rule/)
    },
  )
})
