import { expect, test } from 'vitest'
import { type Alert, type AlertKind, alertKinds, isNews, openKeyOf } from '../core/alerts/alert.ts'
import { defaultAlertRules } from '../core/alerts/alert-rules.ts'
import { modelShutdown } from '../core/alerts/conditions/model-shutdown.ts'
import { findAlarms } from '../core/alerts/find-alarms.ts'
import { type AlertTruths, isOver } from '../core/alerts/is-over.ts'
import type { QualitySums } from '../core/alerts/quality-sums.ts'
import { nanoFromDollars } from '../core/money.ts'
import type { RecordedChange } from '../core/pricebook/feed/recorded-change.ts'
import { openZone } from '../core/usage/zone.ts'
import { withGatewayStand } from '../testing/gateway-stand.ts'
import { sampleModel } from '../testing/sample-models.ts'
import { sampleRow } from '../testing/sample-prices.ts'
import { sampleSettledAttempt } from '../testing/sample-records.ts'
import { scriptedProvider } from '../testing/scripted-provider.ts'
import { AlertBook } from './alert-book.ts'
import { AlertDesk } from './alert-desk.ts'
import { CostWatch } from './cost-watch.ts'
import type { GatewayEvent } from './events.ts'
import { LatencyDesk } from './latency-desk.ts'

const NOON = Date.UTC(2026, 10, 20, 12)

/** Lets one thing happen in a replica, as it would be seen there. */
type Play = (desk: AlertDesk) => void

const hears =
  (...events: readonly GatewayEvent[]): Play =>
  (desk) => {
    for (const event of events) desk.onEvent(event)
  }

const change = (state: 'applied' | 'quarantined'): GatewayEvent => ({
  kind: 'price-changed',
  recorded: {
    change: {
      ...{ id: `chg_${state}`, subject: 'price', kind: 'raised', offer: 'acme/painter', state },
      ...{ operation: 'generate', selector: {}, old: sampleRow('0.01'), new: sampleRow('0.02') },
      ...{ factor: null, source: 'ours', reasons: [], effectiveFrom: '2026-11-20', foundAt: NOON },
    } as unknown as RecordedChange['change'],
    ...{ impact: null, recordedAt: NOON },
  },
})

const settled = (changes: object, images: number): GatewayEvent => ({
  ...{ kind: 'attempt-settled', attempt: sampleSettledAttempt('one', changes), images },
  ...{ isSimulated: false, providerMs: 10, bookNano: 1n },
})

const budget = (percent: number): GatewayEvent => ({
  ...{ kind: 'budget-threshold', budget: 'total per day', percent, resetsAt: NOON + 1 },
  ...{ spentNano: BigInt(percent), limitNano: 100n },
})

const place = { provider: 'acme', credential: 'default' } as const
const down: GatewayEvent = { kind: 'provider-down', ...place, cause: 'failures', until: NOON }

const slow = { offer: 'acme/painter', p95Ms: 9_000, limitMs: 8_000, calls: 20 } as const

/** Slow calls of an offer, measured where calls are. */
const slowCalls: Play = (desk) => {
  const measured = new LatencyDesk((event) => desk.onEvent(event), slow.limitMs)
  for (let call = 0; call < slow.calls; call += 1) measured.take(slow.offer, slow.p95Ms, NOON)
}

/** A usual week, and a day that is not. */
const day = (changes: Partial<QualitySums>): Play => {
  const usual: QualitySums = {
    ...{ provider: 'acme', purpose: 'hero', spentNano: nanoFromDollars('1'), images: 100 },
    ...{ judged: 100, accepted: 80, delivered: 100, cached: 50 },
  }
  const days = [...Array(7).fill([usual]), [{ ...usual, ...changes }]]
  const rules = { ...defaultAlertRules, costPerAccepted: { all: 30_000_000n, purposes: {} } }
  return (desk) => {
    for (const finding of findAlarms(days, rules)) desk.notify({ ...finding, at: NOON })
  }
}

const dearCall: Play = (desk) => {
  const watch = new CostWatch((event) => desk.onEvent(event), defaultAlertRules.costAnomaly)
  for (const cents of [...Array(40).fill(4n), 40n]) {
    watch.take(sampleSettledAttempt('one', { costNano: cents * 10_000_000n }), 1)
  }
}

const ending: Play = (desk) => {
  const lifecycle = { shutdownAt: '2026-11-26' }
  const model = { ...sampleModel({ id: 'painter', provider: 'acme' }), lifecycle }
  const found = modelShutdown([model], new Set(['acme/painter']), NOON, defaultAlertRules)
  for (const finding of found) desk.notify({ ...finding, at: NOON })
}

const over: Play = (desk) => {
  const ends = 'cache_hit_drop\nhero'
  const text = 'hero: cache hit drop is over.'
  const recovered = { kind: 'recovered', severity: 'info', subject: 'hero' } as const
  desk.notify({ ...recovered, at: NOON, text, data: {}, ends })
}

const suspected = { outcome: 'timeout_unknown', costBasis: 'suspected', costNano: 1n } as const

/** What must have rung before the end of it can. */
const before: { readonly [Kind in AlertKind]?: Play } = {
  provider_up: hears(down),
  latency_recovered: slowCalls,
  recovered: day({ cached: 5 }),
}

/** Everything that can ring, with what makes it ring. A kind without a play does not compile. */
const plays: { readonly [Kind in AlertKind]: Play } = {
  price_changed: hears(change('applied')),
  price_held: hears(change('quarantined')),
  feed_stale: hears({
    ...{ kind: 'feed-failed', source: 'ours', error: 'no JSON', failures: 4, isStale: true },
  }),
  billing_drift: hears({
    ...{ kind: 'bills-drifted', offer: 'acme/painter', direction: 'dearer', bills: 2 },
    ...{ billedNano: 15n, expectedNano: 10n },
  }),
  zero_cost: hears(settled({ costNano: 0n }, 1)),
  unknown_outcome: hears(settled(suspected, 0)),
  provider_down: hears(down),
  provider_up: hears({ kind: 'provider-up', ...place }),
  latency_exceeded: slowCalls,
  latency_recovered: hears({ kind: 'latency-recovered', ...slow, p95Ms: 1_000 }),
  cost_per_accepted: day({ spentNano: nanoFromDollars('4') }),
  cost_drift: day({ spentNano: nanoFromDollars('2') }),
  acceptance_drop: day({ accepted: 40 }),
  cache_hit_drop: day({ cached: 5 }),
  cost_anomaly: dearCall,
  model_shutdown: ending,
  budget_threshold: hears(budget(80)),
  budget_exceeded: hears(budget(100)),
  webhook_disabled: hears({
    kind: 'webhook-disabled',
    destination: {
      ...{ id: 'whk_one', tenant: 'here', kind: 'webhook', url: 'https://a.example' },
      ...{ events: ['*'], source: 'api', generation: 1, createdAt: NOON },
      ...{ disabledAt: NOON, disabledReason: 'failing' },
    },
  }),
  recovered: over,
}

test('each kind of alert is told once, however often and in whichever replica it is seen', () =>
  withGatewayStand({ providers: [scriptedProvider()] }, async ({ stores, gateway }) => {
    const { clock, random, log } = gateway.deps
    for (const kind of alertKinds) {
      const told: Alert[] = []
      const notify = (alert: Alert) => void told.push(alert)
      const notifier = { notify, close: async () => undefined }
      const replicas = [1, 2].map(() => {
        const book = new AlertBook({ store: stores.alerts, notifier, clock, random, log })
        return { book, desk: new AlertDesk(book, () => NOON) }
      })
      for (const play of [before[kind], plays[kind], plays[kind]]) {
        for (const { desk, book } of replicas) {
          play?.(desk)
          await book.close()
        }
      }
      const kinds = told.map((alert) => alert.kind).filter((each) => each === kind)
      expect([kind, kinds.length]).toEqual([kind, 1])
      // Each kind is played by itself: what is open of others must not hide it.
      for (const open of await stores.alerts.open(alertKinds)) {
        await stores.alerts.resolve(openKeyOf(open), NOON + 1)
      }
    }
  }))

const DAY_MS = 86_400_000

/** A world in which everything goes on that can be alarming, at noon. */
const alarming: AlertTruths = {
  now: NOON,
  isFound: () => true,
  budgets: [
    {
      ...{ id: 'bud_total', scope: 'total', per: 'day', zone: 'UTC', limitNano: 100n },
      ...{ isConfigured: false, createdAt: NOON },
    },
  ],
  disabled: new Set(['whk_one']),
  failing: new Set(['ours']),
  held: new Set(['acme/painter']),
}

/** What ends an alert of a kind. Unlisted ones end when their like is not seen for a day. */
const ends: { readonly [Kind in AlertKind]?: Partial<AlertTruths> } = {
  feed_stale: { failing: new Set() },
  price_held: { held: new Set() },
  webhook_disabled: { disabled: new Set() },
  model_shutdown: { isFound: () => false },
  budget_threshold: { now: NOON + 1 },
  budget_exceeded: { budgets: [] },
}

test('each kind of alert is open until what it tells of is over, and news never are', () =>
  withGatewayStand({ providers: [scriptedProvider()] }, async ({ stores, gateway }) => {
    const { clock, random, log } = gateway.deps
    const notifier = { notify: () => undefined, close: async () => undefined }
    const book = new AlertBook({ store: stores.alerts, notifier, clock, random, log })
    const desk = new AlertDesk(book, () => NOON)
    for (const kind of alertKinds.filter((each) => !isNews({ kind: each }))) {
      plays[kind](desk)
      await book.close()
      const [open] = await stores.alerts.open([kind])
      if (open === undefined) throw new Error(`${kind} is not open`)
      const later = { ...alarming, isFound: () => false, now: NOON + DAY_MS }
      expect([kind, isOver(open, alarming)]).toEqual([kind, false])
      const over = ends[kind] === undefined ? later : { ...alarming, ...ends[kind] }
      expect([kind, isOver(open, over)]).toEqual([kind, true])
    }
    const kinds = (await stores.alerts.list({ limit: 100 })).map(({ kind }) => kind)
    expect(kinds.some((kind) => isNews({ kind }))).toBe(false)
    for (const kind of ['price_changed', 'provider_up'] as const) plays[kind](desk)
    await book.close()
    expect(await stores.alerts.open(['price_changed', 'provider_up'])).toEqual([])
    expect(await stores.alerts.open(['provider_down'])).toEqual([])
  }))

test('quiet hours hold back what is not critical, until they are over', () =>
  withGatewayStand({ providers: [scriptedProvider()] }, async ({ stores, gateway, clock }) => {
    const { random, log } = gateway.deps
    const told: Alert[] = []
    const notifier = { notify: (alert: Alert) => void told.push(alert), close: async () => {} }
    const zone = openZone('UTC')
    if (zone === undefined) throw new TypeError('no zone')
    const from = Math.floor((clock.now() % DAY_MS) / 60_000)
    const quiet = { fromMinute: from, toMinute: from + 60, zone }
    const parts = { store: stores.alerts, notifier, clock, random, log, quiet }
    const book = new AlertBook(parts)
    const desk = new AlertDesk(book, () => clock.now())
    for (const kind of alertKinds) if (before[kind] === undefined) plays[kind](desk)
    await book.close()
    const loud = told.map(({ severity }) => severity)
    expect([loud.length > 0, new Set(loud)]).toEqual([true, new Set(['critical'])])
    const quietly = told.length
    await clock.advance(61 * 60_000)
    await book.tellHeld()
    const kinds = new Set(told.map(({ kind }) => kind))
    expect(told.length).toBeGreaterThan(quietly)
    for (const kind of alertKinds) {
      if (before[kind] === undefined) expect([kind, kinds.has(kind)]).toEqual([kind, true])
    }
  }))
