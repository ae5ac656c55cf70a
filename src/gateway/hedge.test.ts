import { describe, expect, test } from 'vitest'
import type { CancelOutcome, Provider, ProviderJob } from '../ports/provider.ts'
import { type GatewayStand, until, withGatewayStand } from '../testing/gateway-stand.ts'
import { draws, failed, type Play, scriptedProvider } from '../testing/scripted-provider.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import type { GatewayEvent } from './events.ts'

const SILENCE_MS = 5_000
const rules = { hedge: { isDefault: true, after: SILENCE_MS, maxCostShare: 0.5 } } as const

/** Answers after so long. */
const slow =
  (clock: VirtualClock, durationMs: number, play: Play = draws()): Play =>
  async (...call) => {
    await clock.sleep(durationMs)
    return play(...call)
  }

/** Takes a job, and makes its picture after so long unless polling is stopped. */
const polled =
  (clock: VirtualClock, durationMs: number, play: Play = draws(400)): Play =>
  async (call, context, index) => {
    await context.onSubmitted({ id: `job-${index}`, pollUrl: '/', facts: {} })
    await clock.sleep(durationMs, context.signal)
    return play(call, context, index)
  }

/** A provider whose jobs can be given up, with this to say about it. */
function cancellable(id: string, play: Play, answer: CancelOutcome) {
  const cancelled: ProviderJob[] = []
  let jobs = 0
  const counting: Play = async (call, context, index) => {
    const onSubmitted: typeof context.onSubmitted = async (job) => {
      await context.onSubmitted(job)
      jobs += 1
    }
    return play(call, { ...context, onSubmitted }, index)
  }
  const provider: Provider = {
    ...scriptedProvider({ id, usd: '0.05', play: counting }),
    cancel: async (job) => {
      cancelled.push(job)
      return answer
    },
  }
  return { provider, cancelled, submitted: () => jobs }
}

/** Lets a call be sent, be silent for so long, and what follows happen. */
async function silence(clock: VirtualClock, calls: readonly unknown[], durationMs: number) {
  await until(() => calls.length > 0)
  await clock.advance(durationMs)
}

const outcomesOf = (events: readonly GatewayEvent[]): readonly string[] =>
  events.flatMap((event) => (event.kind === 'hedge-ended' ? [event.outcome] : []))

const hasEnded =
  ({ events }: Pick<GatewayStand, 'events'>) =>
  () =>
    events.some(({ kind }) => kind === 'request-ended')

describe('a silent offer', () => {
  test('is beaten by the next one; both are paid, and the late picture is kept', async () => {
    const clock = new VirtualClock()
    const first = scriptedProvider({ id: 'first', play: slow(clock, 60_000) })
    const second = scriptedProvider({ id: 'second', usd: '0.012', play: draws(500) })
    const third = scriptedProvider({ id: 'third', usd: '0.05' })
    const providers = [first, second, third]
    await withGatewayStand({ providers, clock, rules }, async (stand) => {
      const asked = stand.ask()
      await silence(clock, first.calls, SILENCE_MS - 1)
      expect(second.calls).toHaveLength(0)
      await clock.advance(1)
      const result = await asked
      expect(result).toMatchObject({ provider: 'second', route: 'hedge:2', attempts: 1 })
      expect(result.costNano).toBe(12_000_000n)
      expect(result.warnings).toMatchObject([{ code: 'hedged' }])
      expect(third.calls).toHaveLength(0)
      // The money stays put aside until everything is settled.
      const before = await stand.stores.requests.request(result.requestId)
      expect(before?.state).toBe('running')
      await clock.advance(60_000)
      await until(hasEnded(stand))
      const after = await stand.stores.requests.request(result.requestId)
      expect(after).toMatchObject({ state: 'completed', costNano: 22_000_000n })
      expect(after?.summary).toMatchObject({ provider: 'second', route: 'hedge:2', attempts: 2 })
      const attempts = await stand.stores.requests.attempts(result.requestId)
      expect(attempts.map(({ offer, outcome, call }) => [offer, outcome, call.hedge])).toEqual([
        ['first/painter', 'produced', undefined],
        ['second/painter', 'produced', true],
      ])
      expect(await stand.stores.ledger.audit()).toEqual([])
      expect(outcomesOf(stand.events)).toEqual(['won'])
      // Two different pictures answer the next request for two without a call.
      const again = await stand.ask({ n: 2, cache: 'only' })
      expect(again.images.map(({ record }) => record.provider).toSorted()).toEqual([
        'first',
        'second',
      ])
    })
  })

  test('that answers after all is the answer; the second call is cancelled and free', async () => {
    const clock = new VirtualClock()
    const first = scriptedProvider({ id: 'first', play: slow(clock, SILENCE_MS + 2_000) })
    const second = cancellable('second', polled(clock, 60_000), 'stopped')
    const providers = [first, second.provider]
    await withGatewayStand({ providers, clock, rules }, async (stand) => {
      const asked = stand.ask()
      await silence(clock, first.calls, SILENCE_MS)
      await until(() => second.submitted() === 1)
      await clock.advance(2_000)
      expect(await asked).toMatchObject({ provider: 'first', route: 'direct' })
      await until(hasEnded(stand))
      expect(second.cancelled.map(({ id }) => id)).toEqual(['job-0'])
      const [, hedge] = await stand.stores.requests.attempts((await asked).requestId)
      expect(hedge).toMatchObject({ costNano: 0n, costBasis: 'not_billed' })
      expect(outcomesOf(stand.events)).toEqual(['lost'])
      expect(await stand.stores.ledger.audit()).toEqual([])
      expect(stand.events.map(({ kind }) => kind)).not.toContain('provider-down')
    })
  })

  test.each([
    ['stopped_charged', 'cancelled'],
    ['signalled', 'produced'],
    ['too_late', 'produced'],
    ['unknown', 'produced'],
  ] as const)('a cancel that is %s is paid: %s', async (answer, outcome) => {
    const clock = new VirtualClock()
    const first = scriptedProvider({ id: 'first', play: slow(clock, SILENCE_MS + 2_000) })
    const second = cancellable('second', polled(clock, 20_000), answer)
    const providers = [first, second.provider]
    await withGatewayStand({ providers, clock, rules }, async (stand) => {
      const asked = stand.ask()
      await silence(clock, first.calls, SILENCE_MS)
      await until(() => second.submitted() === 1)
      await clock.advance(2_000)
      const { requestId } = await asked
      await clock.advance(20_000)
      await until(hasEnded(stand))
      const [, hedge] = await stand.stores.requests.attempts(requestId)
      expect(hedge).toMatchObject({ outcome, costNano: 50_000_000n })
      expect(await stand.stores.ledger.audit()).toEqual([])
    })
  })

  test('that fails leaves the answer to the second call', async () => {
    const clock = new VirtualClock()
    const broken = slow(clock, SILENCE_MS + 1_000, () => failed('overloaded'))
    const first = scriptedProvider({ id: 'first', play: broken })
    const second = scriptedProvider({ id: 'second', usd: '0.012', play: slow(clock, 3_000) })
    const third = scriptedProvider({ id: 'third', usd: '0.05' })
    const providers = [first, second, third]
    await withGatewayStand({ providers, clock, rules }, async ({ ask, events, stores }) => {
      const asked = ask()
      await silence(clock, first.calls, SILENCE_MS)
      await silence(clock, second.calls, 3_000)
      expect(await asked).toMatchObject({ attempts: 2, route: 'hedge:2', warnings: [] })
      expect(outcomesOf(events)).toEqual(['won'])
      expect(third.calls).toHaveLength(0)
      expect(await stores.ledger.audit()).toEqual([])
    })
  })

  test('that fails as the second one does is followed by the rest of the plan', async () => {
    const clock = new VirtualClock()
    const broken = slow(clock, SILENCE_MS + 1_000, () => failed('overloaded'))
    const first = scriptedProvider({ id: 'first', play: broken })
    const second = scriptedProvider({ id: 'second', usd: '0.012', play: () => failed('empty') })
    const third = scriptedProvider({ id: 'third', usd: '0.05' })
    const providers = [first, second, third]
    await withGatewayStand({ providers, clock, rules }, async ({ ask, events }) => {
      const asked = ask()
      await silence(clock, first.calls, SILENCE_MS)
      await silence(clock, second.calls, 1_000)
      expect(await asked).toMatchObject({ attempts: 3, route: 'fallback:3' })
      expect(second.calls).toHaveLength(1)
      expect(outcomesOf(events)).toEqual(['failed'])
    })
  })

  test('that refuses the content ends the request, whoever else was asked', async () => {
    const clock = new VirtualClock()
    const strict = slow(clock, SILENCE_MS + 1_000, () => failed('content_policy_input'))
    const first = scriptedProvider({ id: 'first', play: strict })
    const second = cancellable('second', polled(clock, 9_000), 'too_late')
    await withGatewayStand({ providers: [first, second.provider], clock, rules }, async (stand) => {
      const asked = expect(stand.ask()).rejects.toMatchObject({ code: 'content_policy_violation' })
      await silence(clock, first.calls, SILENCE_MS)
      await until(() => second.submitted() === 1)
      await clock.advance(1_000)
      await asked
      await clock.advance(9_000)
      await until(hasEnded(stand))
      expect(await stand.stores.ledger.audit()).toEqual([])
      await expect(stand.ask({ cache: 'only' })).rejects.toMatchObject({ code: 'cache_miss' })
    })
  })
})
