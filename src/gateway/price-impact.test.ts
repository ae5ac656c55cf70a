import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Attempt, RequestRecord } from '../core/jobs/request-record.ts'
import { toStoredRequest } from '../core/jobs/stored-request.ts'
import { anySelector } from '../core/pricebook/feed/feed-entry.ts'
import type { PriceChange } from '../core/pricebook/feed/price-change.ts'
import { makeLayeredBook } from '../core/pricebook/price-book.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import type { RequestDraft } from '../core/request/request-draft.ts'
import type { HistoryStore } from '../ports/history-store.ts'
import { sampleRow } from '../testing/sample-prices.ts'
import { sampleRequest, sampleSettledAttempt } from '../testing/sample-records.ts'
import { scriptedProvider } from '../testing/scripted-provider.ts'
import type { Snapshot } from './dependencies.ts'
import { impactsOf } from './price-impact.ts'

const NOON = Date.UTC(2026, 10, 20, 12)
const CHEAP = 'cheap/painter'

/** Two offers at these prices; none = the offer has no price. */
function snapshotOf(prices: { readonly cheap?: string; readonly dear?: string }): Snapshot {
  const providers = ['cheap', 'dear'].map((id) => scriptedProvider({ id }))
  const rows = Object.entries(prices).map(([id, usd]) =>
    sampleRow(usd, { offer: `${id}/painter`, operation: 'generate' }),
  )
  const sha256 = (data: string | Uint8Array): string => hash('sha256', data, 'hex')
  return {
    book: makeLayeredBook({ live: [{ name: 'all', rows }] }, [], sha256),
    catalog: { models: providers.flatMap(({ models }) => models), aliases: [] },
    providers: new Map(providers.map((provider) => [provider.id, provider])),
  }
}

const changeOf = (changes: Partial<PriceChange> = {}): PriceChange =>
  ({
    ...{ id: 'chg_1', subject: 'price', kind: 'raised', state: 'applied', offer: CHEAP },
    ...{ operation: 'generate', selector: anySelector, old: null, new: null, rows: [] },
    ...{ factor: null, source: 'ours', foundAt: NOON, effectiveFrom: '2026-11-20', reasons: [] },
    ...changes,
  }) as PriceChange

const callOf = (changes: Partial<Attempt> = {}): Attempt =>
  sampleSettledAttempt('one', {
    ...{ offer: CHEAP, call: {}, usage: { images: 1, width: 32, height: 32 } },
    ...changes,
  })

const askedFor = (draft: Partial<RequestDraft> = {}): RequestRecord => {
  const request = normaliseRequest({ operation: 'generate', prompt: 'a cup', ...draft })
  return sampleRequest('one', { request: toStoredRequest(request) })
}

/** A history that finds these calls and requests, of `count` calls in all. */
const historyOf = (found: {
  readonly calls?: readonly Attempt[]
  readonly count?: number
  readonly requests?: readonly RequestRecord[]
}): HistoryStore => ({
  callsTo: async ({ offer }) => (found.calls ?? []).filter((call) => call.offer === offer),
  countCallsTo: async () => found.count ?? found.calls?.length ?? 0,
  requests: async () => found.requests ?? [],
})

const raised = {
  before: snapshotOf({ cheap: '0.01', dear: '0.012' }),
  after: snapshotOf({ cheap: '0.015', dear: '0.012' }),
  now: NOON,
}
const impactOf = async (history: HistoryStore, comparison = raised, change = changeOf()) =>
  (await impactsOf([change], comparison, history)).get(change.id)

describe('dollars a month', () => {
  test('are scaled up to all calls when not all of them are priced anew', async () => {
    const history = historyOf({ calls: [callOf(), callOf()], count: 3_000 })
    expect(await impactOf(history)).toMatchObject({
      ...{ calls: 3_000, sampled: 2, monthlyNano: 15_000_000_000n },
    })
  })

  test('are negative when it becomes cheaper', async () => {
    const cut = { ...raised, before: raised.after, after: raised.before }
    const history = historyOf({ calls: [callOf({ usage: { images: 2 } })] })
    expect(await impactOf(history, cut)).toMatchObject({ monthlyNano: -10_000_000n })
  })

  test('are nothing for calls that made nothing, and for an offer nobody calls', async () => {
    const without = callOf()
    const { usage: _, ...unknown } = without
    const calls = [callOf({ usage: { images: 0 } }), unknown]
    expect(await impactOf(historyOf({ calls }))).toMatchObject({ sampled: 2, monthlyNano: 0n })
    expect(await impactOf(historyOf({}))).toMatchObject({ calls: 0, sampled: 0, monthlyNano: 0n })
  })

  test('are nothing where one of the two books has no price', async () => {
    const gone = { ...raised, after: snapshotOf({ dear: '0.012' }) }
    const change = changeOf({ kind: 'disappeared' })
    expect(await impactOf(historyOf({ calls: [callOf()] }), gone, change)).toMatchObject({
      monthlyNano: 0n,
    })
  })
})

describe('purposes that go elsewhere', () => {
  test('are named with how many of their requests do', async () => {
    const requests = [
      askedFor({ purpose: 'hero' }),
      askedFor({ purpose: 'hero', model: CHEAP }),
      askedFor(),
      askedFor({ purpose: 'logo', model: 'dear/painter' }),
    ]
    expect((await impactOf(historyOf({ requests })))?.reroutes).toEqual([
      { purpose: 'hero', from: CHEAP, to: 'dear/painter', requests: 2, moved: 1 },
      { purpose: '(none)', from: CHEAP, to: 'dear/painter', requests: 1, moved: 1 },
    ])
  })

  test('go to nobody when no other offer can serve them', async () => {
    const gone = { ...raised, after: snapshotOf({}) }
    const change = changeOf({ kind: 'disappeared' })
    const found = await impactOf(historyOf({ requests: [askedFor()] }), gone, change)
    expect(found?.reroutes).toMatchObject([{ from: CHEAP, to: null }])
  })

  test('are those of the offer that changed, not of another change at the same time', async () => {
    const requests = [askedFor()]
    const change = changeOf({ offer: 'other/painter' })
    expect((await impactOf(historyOf({ requests }), raised, change))?.reroutes).toEqual([])
  })

  test('are found by ten requests each; one that cannot be read goes nowhere', async () => {
    const unreadable = sampleRequest('old', { request: { prompt: 7 } })
    const requests = [unreadable, ...Array.from({ length: 30 }, () => askedFor())]
    expect((await impactOf(historyOf({ requests })))?.reroutes).toMatchObject([
      { requests: 10, moved: 9 },
    ])
  })
})

describe('an effect', () => {
  test.each<[string, Partial<PriceChange>]>([
    ['waits', { state: 'quarantined' }],
    ['is a first price', { kind: 'appeared' }],
    ['is an announcement', { subject: 'lifecycle', kind: 'deprecated' } as Partial<PriceChange>],
  ])('is not told of a change that %s', async (_, changes) => {
    const history = historyOf({ calls: [callOf()], requests: [askedFor()] })
    expect(await impactsOf([changeOf(changes)], raised, history)).toEqual(new Map())
  })

  test('is worked out for at most fifty changes at one time', async () => {
    const changes = Array.from({ length: 60 }, (_, index) => changeOf({ id: `chg_${index}` }))
    expect((await impactsOf(changes, raised, historyOf({}))).size).toBe(50)
  })
})
