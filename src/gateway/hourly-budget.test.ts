import { expect, test } from 'vitest'
import { fromBudgetBody } from '../core/budgets/wire.ts'
import { dollarsFromNano } from '../core/money.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import { type GatewayStand, until, withGatewayStand } from '../testing/gateway-stand.ts'
import { scriptedProvider } from '../testing/scripted-provider.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { setBudget } from './budget-admin.ts'

const HOUR_MS = 3_600_000

/** Zones, and three hours before their clocks are changed, where they are. */
const nights = [
  ['UTC', Date.UTC(2026, 9, 24, 20)],
  ['Europe/Berlin', Date.UTC(2026, 9, 24, 22)],
  ['America/New_York', Date.UTC(2026, 10, 1, 3)],
  ['Australia/Lord_Howe', Date.UTC(2026, 3, 4, 12)],
  ['Asia/Kathmandu', Date.UTC(2026, 9, 24, 20)],
] as const

const hoursOf = (zone: string) =>
  new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, day: 'numeric', hour: 'numeric', timeZoneName: 'longOffset' },
  })

test.each(nights)(
  'requests in %s never exceed an hourly budget, and each hour of its clock has it anew',
  (zone, at) => {
    const acme = scriptedProvider()
    const clock = new VirtualClock(at)
    return withGatewayStand({ providers: [acme], clock }, async (stand) => {
      const budget = fromBudgetBody({ scope: 'total', per: 'hour', limit: '0.02', time_zone: zone })
      await setBudget(budget, stand.gateway.deps)
      const format = hoursOf(zone)
      const made = new Map<string, number>()
      // Every quarter of an hour for six hours, across the change of the clock where there is one.
      for (let quarter = 0; quarter < 24; quarter += 1) {
        const hour = format.format(clock.now())
        const isMade = await stand.ask({ prompt: `picture ${quarter}` }).then(
          () => 1,
          () => 0,
        )
        made.set(hour, (made.get(hour) ?? 0) + isMade)
        await clock.advance(HOUR_MS / 4)
      }
      // The half hour that Lord Howe repeats belongs to the hour before it.
      const whole = [...made.values()].slice(1, -1)
      expect(Math.max(...whole)).toBe(2)
      expect(whole.filter((images) => images === 2).length).toBeGreaterThanOrEqual(whole.length - 1)
      expect(await stand.stores.ledger.audit()).toEqual([])
    })
  },
)

/** Lets time pass until all that can be made was made. @returns when the rest goes on. */
async function worked({ stores, clock }: GatewayStand): Promise<number | undefined> {
  const { due } = await until(async () => {
    await clock.advance(100)
    const { counts } = await stores.queue.depth(clock.now())
    if (counts.size === 0) return { due: undefined }
    const [paused] = await stores.requests.list({ tenant: 'here', limit: 1, state: 'paused' })
    const due = paused?.place?.dueAt ?? 0
    const isIdle = !counts.has('queued') && !counts.has('running')
    return isIdle && due > clock.now() && { due }
  })
  return due
}

test.each(nights)(
  'a queue in %s spends no more than ten dollars an hour, and goes on as the hour turns',
  (zone, at) => {
    const clock = new VirtualClock(at + 2 * HOUR_MS)
    return withGatewayStand(
      { providers: [scriptedProvider({ usd: '4' })], clock },
      async (stand) => {
        const { gateway, stores } = stand
        const budget = fromBudgetBody({ scope: 'total', per: 'hour', limit: '10', time_zone: zone })
        await setBudget(budget, gateway.deps)
        const prompts = ['one', 'two', 'three', 'four', 'five']
        const ids = await gateway.jobs.enqueue(
          prompts.map((prompt) => ({
            request: normaliseRequest({ operation: 'generate', prompt, cache: 'off' }),
            ...{ caller: { keyId: 'key_someone', tenant: 'here' }, place: {} },
          })),
        )
        const turns: number[] = []
        for (let due = await worked(stand); due !== undefined; due = await worked(stand)) {
          turns.push(due)
          await clock.advance(due - clock.now())
        }
        const calls = (await Promise.all(ids.map((id) => stores.requests.attempts(id)))).flat()
        calls.sort((one, other) => one.startedAt - other.startedAt)
        const spent = new Map<string, bigint>()
        for (const { startedAt, costNano } of calls) {
          const hour = hoursOf(zone).format(startedAt)
          spent.set(hour, (spent.get(hour) ?? 0n) + costNano)
        }
        expect([...spent.values()].map(dollarsFromNano)).toEqual(['8', '8', '4'])
        // The first of each hour begins with it: within a second or two of the queue's looks.
        for (const turn of turns) {
          const late = calls.map(({ startedAt }) => startedAt - turn).filter((ms) => ms >= 0)
          expect(Math.min(...late)).toBeLessThan(60_000)
        }
        expect(await stores.ledger.audit()).toEqual([])
      },
    )
  },
)

test('a job that a budget without an end refuses is paused until somebody raises it', () =>
  withGatewayStand({ providers: [scriptedProvider({ usd: '4' })] }, async (stand) => {
    const { gateway, stores } = stand
    const total = (limit: string) =>
      setBudget(fromBudgetBody({ scope: 'total', per: 'total', limit }), gateway.deps)
    const { id: pausedBy } = await total('5')
    const asked = ['one', 'two'].map((prompt) => ({
      request: normaliseRequest({ operation: 'generate', prompt, cache: 'off' }),
      ...{ caller: { keyId: 'key_someone', tenant: 'here' }, place: {} },
    }))
    await gateway.jobs.enqueue(asked)
    expect(await worked(stand)).toBeGreaterThan(stand.clock.now())
    const listed = (state: 'paused' | 'completed') =>
      stores.requests.list({ tenant: 'here', limit: 9, state })
    expect(await listed('paused')).toMatchObject([{ place: { pausedBy, tries: 0 } }])
    await total('9')
    expect(await worked(stand)).toBeUndefined()
    expect(await listed('completed')).toHaveLength(2)
    expect(await stores.ledger.audit()).toEqual([])
  }))
