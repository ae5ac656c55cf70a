import { describe, expect, test } from 'vitest'
import { budgetIdOf } from '../core/budgets/budget.ts'
import type { BudgetPeriod } from '../core/budgets/window.ts'
import { fromBudgetBody } from '../core/budgets/wire.ts'
import { type BudgetExceeded, isBudgetExceeded } from '../core/errors/budget-exceeded.ts'
import { nanoFromDollars } from '../core/money.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import { type GatewayStand, until, withGatewayStand } from '../testing/gateway-stand.ts'
import { failed, scriptedProvider } from '../testing/scripted-provider.ts'
import { configureBudgets, dropUnconfigured, removeBudget, setBudget } from './budget-admin.ts'

const HOUR_MS = 3_600_000

const set = ({ gateway }: GatewayStand, scope: string, limit: string, per: BudgetPeriod = 'day') =>
  setBudget(fromBudgetBody({ scope, per, limit }), gateway.deps)

/** A request of its own, whose picture no other one has made. */
let count = 0
const other = () => {
  count += 1
  return { prompt: `picture ${count}` }
}

const refusalOf = async (work: Promise<unknown>): Promise<BudgetExceeded> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!isBudgetExceeded(error)) throw new Error('not refused', { cause: error })
  return error
}

const withAcme = (use: (stand: GatewayStand, calls: () => number) => Promise<void>) => {
  const acme = scriptedProvider()
  return withGatewayStand({ providers: [acme] }, (stand) => use(stand, () => acme.calls.length))
}

describe('a request that a budget has no room for', () => {
  test('is refused before anybody is called, and says when to come again', () =>
    withAcme(async (stand, calls) => {
      await set(stand, 'total', '0.025')
      expect((await stand.ask(other())).budgetLeftNano).toBe(nanoFromDollars('0.015'))
      expect((await stand.ask(other())).budgetLeftNano).toBe(nanoFromDollars('0.005'))
      const refusal = await refusalOf(stand.ask(other()))
      const resetsAt = Date.UTC(2026, 10, 21)
      const budgetLeftNano = nanoFromDollars('0.005')
      expect(refusal).toMatchObject({ code: 'insufficient_quota', resetsAt, budgetLeftNano })
      expect(refusal).toMatchObject({ retryable: false, retryAfterMs: 12 * HOUR_MS })
      expect(refusal.message).toContain('total per day of $0.025 has $0.005 left')
      expect(calls()).toBe(2)
      await stand.clock.advance(12 * HOUR_MS)
      expect((await stand.ask(other())).costNano).toBe(nanoFromDollars('0.01'))
      expect(await stand.stores.ledger.audit()).toEqual([])
    }))

  test('is answered all the same when the cache has its pictures', () =>
    withAcme(async (stand) => {
      await stand.ask()
      await set(stand, 'total', '0')
      expect((await stand.ask()).cache).toBe('HIT exact')
      expect((await refusalOf(stand.ask(other()))).code).toBe('insufficient_quota')
    }))

  test('is not told to wait when no window will ever have room', () =>
    withAcme(async (stand) => {
      await set(stand, 'total', '0.03')
      const refusal = await refusalOf(stand.ask({ ...other(), n: 4 }))
      expect([refusal.resetsAt, refusal.retryAfterMs]).toEqual([undefined, undefined])
    }))

  test('by another limit, or without it, is made at once', () =>
    withAcme(async (stand) => {
      await set(stand, 'total', '0')
      await refusalOf(stand.ask(other()))
      const { id } = await set(stand, 'total', '0.01')
      await stand.ask(other())
      await refusalOf(stand.ask(other()))
      await removeBudget(id, stand.gateway.deps)
      await stand.ask(other())
    }))
})

test('the rest of a budget is spent on a plan with fewer fallbacks', async () => {
  const [acme, zeta] = [scriptedProvider(), scriptedProvider({ id: 'zeta', usd: '0.02' })]
  await withGatewayStand({ providers: [acme, zeta] }, async (stand) => {
    await set(stand, 'total', '0.045')
    const ask = () => stand.ask({ ...other(), model: 'auto:cheapest' })
    const holds: unknown[] = []
    let last = ''
    for (let index = 0; index < 4; index += 1) {
      const record = await stand.stores.requests.request((await ask()).requestId)
      holds.push(record?.plan.hold)
      last = JSON.stringify(record?.plan)
    }
    expect(holds).toEqual(['0.03', '0.03', '0.01', '0.01'])
    expect(last).toContain('would exceed a budget')
    expect((await refusalOf(ask())).budgetLeftNano).toBe(nanoFromDollars('0.005'))
  })
})

/** A job that a budget of a cent an hour has paused, after another one took the cent. */
async function pausedJob(stand: GatewayStand) {
  const { gateway, stores, clock, ask } = stand
  const budget = await set(stand, 'total', '0.01', 'hour')
  await ask(other())
  const request = normaliseRequest({ operation: 'generate', cache: 'off', ...other() })
  const caller = { keyId: 'key_someone', tenant: 'here' }
  const [id = ''] = await gateway.jobs.enqueue([{ request, caller, place: {} }])
  const reaches = (state: string) =>
    until(async () => {
      if ((await stores.requests.request(id))?.state === state) return true
      await clock.advance(500)
      return false
    })
  await reaches('paused')
  return { budget, reaches }
}

test('a job waits for the window that has room for it, and is made then', () =>
  withAcme(async (stand, calls) => {
    const { reaches } = await pausedJob(stand)
    expect(calls()).toBe(1)
    await stand.clock.advance(HOUR_MS)
    await reaches('completed')
    expect(calls()).toBe(2)
    expect(await stand.stores.ledger.audit()).toEqual([])
  }))

const wanted = (limit: string) => [fromBudgetBody({ scope: 'total', per: 'hour', limit })]
test.each<readonly [string, (stand: GatewayStand, id: string) => Promise<unknown>]>([
  ['its budget is raised', (stand) => set(stand, 'total', '0.02', 'hour')],
  ['its budget is removed', ({ gateway }, id) => removeBudget(id, gateway.deps)],
  ['the settings raise it', ({ gateway }) => configureBudgets(wanted('0.02'), gateway.deps)],
  [
    'the settings have it no more',
    async ({ gateway }) => {
      await configureBudgets(wanted('0.01'), gateway.deps)
      await dropUnconfigured([], gateway.deps)
    },
  ],
])('a paused job goes on before its window turns when %s', (_, change) =>
  withAcme(async (stand, calls) => {
    const { budget, reaches } = await pausedJob(stand)
    const turnsAt = Math.ceil(stand.clock.now() / HOUR_MS) * HOUR_MS
    await change(stand, budget.id)
    await reaches('completed')
    expect(stand.clock.now()).toBeLessThan(turnsAt)
    expect(calls()).toBe(2)
    expect(await stand.stores.ledger.audit()).toEqual([])
  }),
)

describe('budgets count', () => {
  test('who asks and for what, each by itself', () =>
    withAcme(async (stand) => {
      const [limit, key] = ['0.01', { keyId: 'key_b' }]
      const asks: Readonly<Record<string, () => Promise<unknown>>> = {
        'key:key_b': () => stand.ask(other(), key),
        'tenant:there': () => stand.ask(other(), { tenant: 'there' }),
        'tag:campaign=spring': () => stand.ask({ ...other(), tags: { campaign: 'spring' } }),
        'purpose:hero': () => stand.ask({ ...other(), purpose: 'hero' }),
      }
      for (const [scope, ask] of Object.entries(asks)) {
        await set(stand, scope, limit)
        await ask()
        expect((await refusalOf(ask())).message).toContain(scope)
      }
      await stand.ask(other())
    }))

  test('of a provider its own calls, and put its share of the plan aside', async () => {
    const acme = scriptedProvider({ usd: '0.01', play: () => failed('overloaded') })
    const zeta = scriptedProvider({ id: 'zeta', usd: '0.02' })
    await withGatewayStand({ providers: [acme, zeta] }, async (stand) => {
      await set(stand, 'provider:acme', '0.01')
      await set(stand, 'provider:zeta', '0.05')
      for (const left of ['0.03', '0.01']) {
        await stand.ask({ ...other(), model: 'auto:cheapest' })
        const { budgets } = stand.stores
        const keys = ['acme', 'zeta'].map((id) => ({
          budgetId: budgetIdOf({ scope: `provider:${id}`, per: 'day', zone: 'UTC' }, (text) =>
            stand.gateway.deps.sha256(text),
          ),
          ...{ book: 'real' as const, from: Date.UTC(2026, 10, 20) },
        }))
        const spent = (await budgets.windows(keys)).map(({ spentNano }) => spentNano)
        const zetaNano = nanoFromDollars('0.05') - nanoFromDollars(left)
        expect(spent.toSorted()).toEqual([0n, zetaNano].toSorted())
      }
      const refusal = await refusalOf(stand.ask({ ...other(), model: 'zeta/painter' }))
      expect(refusal.message).toContain('provider:zeta')
    })
  })

  test('tell each share of a window once, and make money dear when it goes too fast', () =>
    withAcme(async (stand) => {
      const { gateway, clock, events, ask } = stand
      await set(stand, 'total', '0.1')
      for (let index = 0; index < 10; index += 1) await ask(other())
      await refusalOf(ask(other()))
      await refusalOf(ask(other()))
      const told = () =>
        events.flatMap((event) => (event.kind === 'budget-threshold' ? [event.percent] : []))
      await until(() => told().length === 3)
      expect(told()).toEqual([50, 80, 100])
      const spender = { tenant: 'here', keyId: 'key_someone', tags: {} }
      expect(gateway.deps.budgets.moneyPriceFor(spender, 'real')).toBeGreaterThan(0.2)
      expect(gateway.deps.budgets.moneyPriceFor(spender, 'simulated')).toBe(0)
      await clock.advance(24 * HOUR_MS)
      expect(gateway.deps.budgets.moneyPriceFor(spender, 'real')).toBe(0)
      for (let index = 0; index < 5; index += 1) await ask(other())
      await until(() => told().length > 3)
      expect(told()).toEqual([50, 80, 100, 50])
    }))
})
