import { describe, expect, test } from 'vitest'
import { type Alert, eventTypeOf } from '../core/alerts/alert.ts'
import type { RecordedChange } from '../core/pricebook/feed/recorded-change.ts'
import { sampleRow } from '../testing/sample-prices.ts'
import { sampleSettledAttempt } from '../testing/sample-records.ts'
import { AlertDesk } from './alert-desk.ts'
import type { GatewayEvent } from './events.ts'

const NOON = Date.UTC(2026, 10, 20, 12)
const HOUR_MS = 3_600_000

function makeDesk() {
  const told: Alert[] = []
  const time = { now: NOON }
  const notify = (alert: Alert): void => {
    told.push(alert)
  }
  const desk = new AlertDesk({ notify, close: () => Promise.resolve() }, () => time.now)
  return { desk, told, time }
}

/** What is told of some events, one after the other. */
function alertsOf(...events: readonly GatewayEvent[]): readonly Alert[] {
  const { desk, told } = makeDesk()
  for (const event of events) desk.onEvent(event)
  return told
}

const changed = (changes: Partial<RecordedChange['change']> = {}): GatewayEvent => ({
  kind: 'price-changed',
  recorded: {
    change: {
      ...{ id: 'chg_1', subject: 'price', kind: 'raised', offer: 'acme/painter' },
      ...{ operation: 'generate', selector: { quality: null, resolution: null, size: null } },
      ...{ old: sampleRow('0.01'), new: sampleRow('0.015'), rows: [sampleRow('0.015')] },
      ...{ factor: { low: 1.5, high: 1.5, compared: 9 }, source: 'ours', foundAt: NOON },
      ...{ effectiveFrom: '2026-11-20', state: 'applied', reasons: [] },
      ...changes,
    } as RecordedChange['change'],
    impact: {
      ...{ calls: 100, sampled: 100, monthlyNano: 500_000_000n },
      reroutes: [
        { purpose: 'hero', from: 'acme/painter', to: 'other/painter', requests: 4, moved: 4 },
      ],
    },
    recordedAt: NOON,
  },
})
const failing = (isStale: boolean, fetchedAt?: number): GatewayEvent => ({
  ...{ kind: 'feed-failed', source: 'ours', error: 'ours is no JSON', failures: 4, isStale },
  ...(fetchedAt === undefined ? {} : { fetchedAt }),
})
const drifted = (offer = 'acme/painter'): GatewayEvent => ({
  ...{ kind: 'bills-drifted', offer, direction: 'dearer', bills: 2 },
  ...{ billedNano: 15_000_000n, expectedNano: 10_000_000n },
})
const settled = (
  changes: Parameters<typeof sampleSettledAttempt>[1] = {},
  images = 1,
): GatewayEvent => ({
  ...{ kind: 'attempt-settled', attempt: sampleSettledAttempt('one', changes) },
  ...{ isSimulated: false, providerMs: 10, images, bookNano: 30_000_000n },
})
const down = (changes: object = {}): GatewayEvent => ({
  ...{ kind: 'provider-down', provider: 'acme', credential: 'default', cause: 'failures' },
  ...{ until: NOON + 10_000 },
  ...changes,
})
const up = (changes: object = {}): GatewayEvent => ({
  ...{ kind: 'provider-up', provider: 'acme', credential: 'default' },
  ...changes,
})

describe('what happens becomes an alert', () => {
  test('a raised price warns, with what it costs and where requests go', () => {
    const [alert] = alertsOf(changed())
    expect(alert).toMatchObject({
      ...{ kind: 'price_changed', severity: 'warning', subject: 'acme/painter', at: NOON },
      data: { id: 'chg_1', effect: { calls_30d: 100, monthly_dollars: '0.5' } },
    })
    expect(alert?.text).toContain('raised +50 %')
    expect(alert?.text).toContain('hero goes to other/painter instead of acme/painter')
  })

  test('a cut is news, a change that waits a warning with its reason', () => {
    const reasons = [{ code: 'unit_error', text: 'ten times' }] as const
    const alerts = alertsOf(
      changed({ kind: 'cut', factor: { low: 0.5, high: 0.5, compared: 1 } }),
      changed({ state: 'quarantined', reasons }),
    )
    expect(alerts.map(({ kind, severity }) => [kind, severity])).toEqual([
      ['price_changed', 'info'],
      ['price_held', 'warning'],
    ])
    expect(alerts[1]?.text).toContain('waits for confirmation: ten times')
  })

  test('a source that fails is told once it is stale, with since when', () => {
    expect(alertsOf(failing(false))).toEqual([])
    const [known] = alertsOf(failing(true, NOON - HOUR_MS))
    expect(known).toMatchObject({ kind: 'feed_stale', severity: 'warning', subject: 'ours' })
    expect(known?.text).toContain('not read since 2026-11-20T11:00:00.000Z')
    expect(known?.text).toContain('ours is no JSON')
    const [unknown] = alertsOf(failing(true))
    expect(unknown?.text).toContain('was never read')
    expect(unknown?.data.fetched_at).toBeNull()
  })

  test('bills that drift are critical, with both amounts', () => {
    expect(alertsOf(drifted())).toMatchObject([
      {
        ...{ kind: 'billing_drift', severity: 'critical', subject: 'acme/painter' },
        text: 'acme/painter bills dearer than the price book says: $0.015 for $0.01.',
        data: { billed: '0.015', expected: '0.01', bills: 2 },
      },
    ])
  })

  test('pictures that cost nothing are critical; a call without pictures may be free', () => {
    expect(alertsOf(settled({ costNano: 0n }))).toMatchObject([
      { kind: 'zero_cost', severity: 'critical', subject: 'bfl/flux-2-pro' },
    ])
    expect(alertsOf(settled({ costNano: 0n }, 0))).toEqual([])
    expect(alertsOf(settled())).toEqual([])
  })

  test('a call of which nobody knows whether it was charged is told', () => {
    const unknown = { outcome: 'timeout_unknown', costBasis: 'suspected' } as const
    expect(alertsOf(settled(unknown, 0))).toMatchObject([
      { kind: 'unknown_outcome', severity: 'warning', data: { request_id: 'req_one' } },
    ])
    expect(alertsOf(settled({ ...unknown, costBasis: 'not_billed' }, 0))).toEqual([])
  })

  test('an offer that is too slow warns, with how slow, and is news when it is quick again', () => {
    const latency = { offer: 'acme/painter', p95Ms: 12_345, limitMs: 8_000, calls: 40 }
    const alerts = alertsOf(
      { kind: 'latency-exceeded', ...latency },
      { kind: 'latency-recovered', ...latency, p95Ms: 5_000 },
      { kind: 'latency-exceeded', ...latency },
    )
    expect(alerts.map(({ kind, severity }) => [kind, severity])).toEqual([
      ['latency_exceeded', 'warning'],
      ['latency_recovered', 'info'],
      ['latency_exceeded', 'warning'],
    ])
    expect(alerts[0]).toMatchObject({
      subject: 'acme/painter',
      text: '40 calls of acme/painter took 12.3 s at p95, more than 8 s.',
      data: { p95_ms: 12_345, limit_ms: 8_000, calls: 40 },
    })
    expect(alerts.map(eventTypeOf)).toEqual([
      'latency.exceeded',
      'alert.latency_recovered',
      'latency.exceeded',
    ])
  })

  test('a provider that is left out warns; a refused credential is critical', () => {
    const alerts = alertsOf(down(), down({ offer: 'acme/painter', cause: 'credential' }), up())
    expect(alerts.map(({ kind, severity, subject }) => [kind, severity, subject])).toEqual([
      ['provider_down', 'warning', 'acme'],
      ['provider_down', 'critical', 'acme/painter'],
      ['provider_up', 'info', 'acme'],
    ])
    expect(alerts[1]?.text).toContain('refuses our credential default')
  })

  test.each([
    [50, 5n, 'info', '50 % of the budget total per day are spent: $0.000000005 of $0.00000001.'],
    [100, 10n, 'critical', '100 % of the budget total per day are spent'],
    [100, 9n, 'critical', 'The budget total per day has no room for a request: $0.000000009 of'],
  ])(
    'a budget at %i %% with %i nano-dollars of ten is told',
    (percent, spentNano, severity, text) => {
      const event = { kind: 'budget-threshold', budget: 'total per day', percent } as const
      const [alert] = alertsOf({ ...event, spentNano, limitNano: 10n })
      expect(alert?.severity).toBe(severity)
      expect(alert?.text).toContain(text)
    },
  )

  test('the daily round is not told', () => {
    expect(alertsOf({ kind: 'feed-read', source: 'ours', fetchedAt: NOON })).toEqual([])
  })
})

describe('equal alerts', () => {
  test('are told once an hour, each subject by itself', () => {
    const { desk, told, time } = makeDesk()
    for (const offer of ['acme/painter', 'acme/painter', 'acme/other']) desk.onEvent(drifted(offer))
    expect(told.map(({ subject }) => subject)).toEqual(['acme/painter', 'acme/other'])
    time.now += HOUR_MS - 1
    desk.onEvent(drifted())
    expect(told).toHaveLength(2)
    time.now += 1
    desk.onEvent(drifted())
    expect(told).toHaveLength(3)
  })

  test('of prices are each told, because each is another fact', () => {
    expect(alertsOf(changed(), changed(), changed({ state: 'quarantined' }))).toHaveLength(3)
  })

  test('of a provider begin anew when it worked meanwhile', () => {
    const kinds = alertsOf(down(), down(), up(), down(), down()).map(({ kind }) => kind)
    expect(kinds).toEqual(['provider_down', 'provider_up', 'provider_down'])
  })

  test('of one offer do not hide those of its provider', () => {
    const alerts = alertsOf(down(), up({ offer: 'acme/painter' }), down())
    expect(alerts.map(({ kind }) => kind)).toEqual(['provider_down', 'provider_up'])
  })

  test('are forgotten beyond ten thousand subjects, the oldest first', () => {
    const { desk, told } = makeDesk()
    for (let index = 0; index <= 10_000; index += 1) desk.onEvent(drifted(`acme/${index}`))
    desk.onEvent(drifted('acme/10000'))
    expect(told).toHaveLength(10_001)
    desk.onEvent(drifted('acme/0'))
    expect(told).toHaveLength(10_002)
  })
})
