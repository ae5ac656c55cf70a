import { afterEach, describe, expect, test, vi } from 'vitest'
import { describeChange } from '../core/alerts/describe-change.ts'
import { withGatewayStand } from '../testing/gateway-stand.ts'
import { sampleRow } from '../testing/sample-prices.ts'
import { scriptedProvider } from '../testing/scripted-provider.ts'
import { scriptedSource, watchOf } from '../testing/watch-stand.ts'

const cheap = () => scriptedProvider({ id: 'cheap', usd: '0.010' })
const dear = () => scriptedProvider({ id: 'dear', usd: '0.012' })
const rowOf = (usd: string, from = '2026-11-20') =>
  sampleRow(usd, { offer: 'cheap/painter', valid_from: from })
const never = new AbortController()
const { signal } = never

afterEach(() => expect(never.signal.aborted).toBe(false))

describe('a price that is raised in a feed', () => {
  test('changes the very next decision, and is told with its effect and the new route', () =>
    withGatewayStand({ providers: [cheap(), dear()] }, async (stand) => {
      for (let index = 0; index < 4; index += 1) {
        const result = await stand.ask({ prompt: `cup ${index}`, purpose: 'thumbnail' })
        expect(result.provider).toBe('cheap')
        result.release()
      }
      const source = scriptedSource([rowOf('0.015')])
      const watch = watchOf(stand, [source])
      const changes = await watch.look(source, { signal })
      expect(changes).toHaveLength(1)
      const next = await stand.ask({ prompt: 'another cup', purpose: 'thumbnail' })
      next.release()
      expect(next.provider).toBe('dear')
      const [recorded] = await stand.stores.prices.changes({ limit: 10 })
      expect(recorded).toMatchObject({
        change: { kind: 'raised', state: 'applied', offer: 'cheap/painter', source: 'ours' },
        impact: {
          calls: 4,
          sampled: 4,
          monthlyNano: 20_000_000n,
          reroutes: [{ purpose: 'thumbnail', from: 'cheap/painter', to: 'dear/painter', moved: 4 }],
        },
      })
      const told = stand.events.filter(({ kind }) => kind === 'price-changed')
      expect(told).toEqual([{ kind: 'price-changed', recorded }])
      if (recorded === undefined) throw new Error('nothing was recorded')
      expect(describeChange(recorded)).toBe(
        'cheap/painter (generate): raised +50 % from 2026-11-20; about +$0.02 a month on 4 calls ' +
          'in 30 days; thumbnail goes to dear/painter instead of cheap/painter.',
      )
    }))

  test('is in the receipt of the next request, with its version and reason', () =>
    withGatewayStand({ providers: [cheap(), dear()] }, async (stand) => {
      const before = await stand.ask()
      before.release()
      const source = scriptedSource([rowOf('0.015')])
      await watchOf(stand, [source]).look(source, { signal })
      const after = await stand.ask({ prompt: 'another' })
      after.release()
      expect(after.priceVersion).not.toBe(before.priceVersion)
      const record = await stand.stores.requests.request(after.requestId)
      expect(JSON.stringify(record?.plan)).toContain('"expected_cost":"0.015"')
    }))

  test('does not reach a request that runs', () =>
    withGatewayStand({ providers: [cheap()] }, async (stand) => {
      const { snapshot } = stand.prices
      const seen = snapshot()
      const source = scriptedSource([rowOf('0.015')])
      await watchOf(stand, [source]).look(source, { signal })
      expect(seen.book.version).not.toBe(snapshot().book.version)
    }))
})

describe('a price that is hardly one', () => {
  test.each(['0.1', '0.00001'])('waits: %s instead of .010', (usd) =>
    withGatewayStand({ providers: [cheap(), dear()] }, async (stand) => {
      const source = scriptedSource([rowOf(usd)])
      const watch = watchOf(stand, [source])
      const changes = await watch.look(source, { signal })
      expect(changes?.map(({ change }) => change.state)).toEqual(['quarantined'])
      const next = await stand.ask()
      next.release()
      expect([next.provider, next.costNano]).toEqual(['cheap', 10_000_000n])
    }),
  )

  test('acts when a person confirms it, and only then', () =>
    withGatewayStand({ providers: [cheap(), dear()] }, async (stand) => {
      const source = scriptedSource([rowOf('0.1')])
      const watch = watchOf(stand, [source])
      await watch.look(source, { signal })
      const [item] = (await stand.stores.prices.feed()).state.quarantine
      expect(item).toMatchObject({ state: 'held', reasons: [{ code: 'unit_error' }] })
      expect(await watch.decide({ id: 'qrn_none', verdict: 'approved', by: 'me' })).toBeUndefined()
      const id = item?.id ?? ''
      const changes = await watch.decide({ id, verdict: 'approved', by: 'me' })
      expect(changes?.map(({ change }) => [change.kind, change.state])).toEqual([
        ['raised', 'applied'],
      ])
      const next = await stand.ask()
      next.release()
      expect(next.provider).toBe('dear')
    }))

  test('never acts once a person refused it', () =>
    withGatewayStand({ providers: [cheap(), dear()] }, async (stand) => {
      const source = scriptedSource([rowOf('0.1')])
      const watch = watchOf(stand, [source])
      await watch.look(source, { signal })
      const [item] = (await stand.stores.prices.feed()).state.quarantine
      await watch.decide({ id: item?.id ?? '', verdict: 'refused', by: 'me' })
      await stand.clock.advance(600_000)
      await watch.turn(signal)
      const next = await stand.ask()
      next.release()
      expect(next.provider).toBe('cheap')
      expect(source.looks).toBe(2)
    }))
})

test('a change that cannot be recorded does not hold; the next look finds it again', () =>
  withGatewayStand({ providers: [cheap(), dear()] }, async (stand) => {
    const made = await stand.ask()
    made.release()
    const source = scriptedSource([rowOf('0.015')])
    const watch = watchOf(stand, [source])
    const before = stand.prices.snapshot().book.version
    const disk = vi.spyOn(stand.stores.prices, 'advance')
    disk.mockRejectedValueOnce(new Error('the disk is full'))
    expect(await watch.look(source, { signal })).toBeUndefined()
    expect(stand.prices.snapshot().book.version).toBe(before)
    expect(stand.events.filter(({ kind }) => kind === 'price-changed')).toEqual([])
    await stand.clock.advance(600_000)
    const [recorded] = (await watch.look(source, { signal })) ?? []
    expect(recorded?.impact).toMatchObject({ calls: 1, reroutes: [{ to: 'dear/painter' }] })
  }))

describe('looks', () => {
  test('come when they are due, not before, and later after failures', () =>
    withGatewayStand({ providers: [cheap()] }, async (stand) => {
      const source = scriptedSource([rowOf('0.010')])
      const watch = watchOf(stand, [source])
      await watch.turn(signal)
      await watch.turn(signal)
      expect(source.looks).toBe(1)
      source.next = new Error('down')
      await stand.clock.advance(70_000)
      await watch.turn(signal)
      const [status] = await stand.stores.prices.sources()
      expect(status).toMatchObject({ id: 'ours', failures: 1, error: 'down' })
      const waitMs = (status?.dueAt ?? 0) - stand.clock.now()
      expect(waitMs).toBeGreaterThan(100_000)
    }))

  test('that fail for long are told as stale; prices stay', () =>
    withGatewayStand({ providers: [cheap(), dear()] }, async (stand) => {
      const source = scriptedSource([rowOf('0.015')])
      const watch = watchOf(stand, [source])
      await watch.turn(signal)
      source.next = new Error('down')
      for (let index = 0; index < 20; index += 1) {
        await stand.clock.advance(60_000)
        await watch.turn(signal)
      }
      const failures = stand.events.filter((event) => event.kind === 'feed-failed')
      expect(failures.map(({ isStale }) => isStale)).toContain(false)
      expect(failures.at(-1)).toMatchObject({ isStale: true, error: 'down', source: 'ours' })
      const next = await stand.ask()
      next.release()
      expect(next.provider).toBe('dear')
    }))
})

describe('several replicas', () => {
  test('look once, and all have the new prices', () =>
    withGatewayStand({ providers: [cheap(), dear()] }, (stand) =>
      withGatewayStand(
        { providers: [cheap(), dear()], home: stand.home, seed: 2 },
        async (other) => {
          const source = scriptedSource([rowOf('0.015')])
          const watches = [watchOf(stand, [source]), watchOf(other, [source])]
          await Promise.all(watches.map((watch) => watch.turn(signal)))
          await Promise.all(watches.map((watch) => watch.turn(signal)))
          expect(source.looks).toBe(1)
          const versions = [stand, other].map(({ prices }) => prices.snapshot().book.version)
          expect(new Set(versions).size).toBe(1)
          expect(await stand.stores.prices.changes({ limit: 10 })).toHaveLength(1)
        },
      ),
    ))

  test('put the prices in force at their start that are known from before', () =>
    withGatewayStand({ providers: [cheap(), dear()] }, async (stand) => {
      const source = scriptedSource([rowOf('0.015')])
      await watchOf(stand, [source]).turn(signal)
      await withGatewayStand(
        { providers: [cheap(), dear()], home: stand.home, seed: 2 },
        async (later) => {
          await watchOf(later).follow()
          const next = await later.ask()
          next.release()
          expect(next.provider).toBe('dear')
        },
      )
    }))
})

test('an announced shutdown is refused from its day on', () =>
  withGatewayStand({ providers: [cheap()] }, async (stand) => {
    const watch = watchOf(stand)
    const evidence = { source: 'openai-models', key: 'painter', url: 'https://example.com' }
    await watch.apply({
      kind: 'reading',
      source: { id: 'openai-models', kind: 'openai-models', trust: 'vendor' },
      reading: {
        entries: [
          {
            what: 'lifecycle',
            offer: 'cheap/painter',
            lifecycle: { shutdownAt: '2026-11-20' },
            evidence: { ...evidence, readAt: '2026-11-20' },
          },
        ],
        skipped: [],
      },
    })
    await expect(stand.ask({ model: 'painter' })).rejects.toThrow('shut down on 2026-11-20')
  }))
