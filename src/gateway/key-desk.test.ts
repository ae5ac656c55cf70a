import { describe, expect, test } from 'vitest'
import { fromBudgetBody } from '../core/budgets/wire.ts'
import type { VirtualKey } from '../core/ledger/virtual-key.ts'
import { type GatewayStand, until, withGatewayStand } from '../testing/gateway-stand.ts'
import { draws, scriptedModel, scriptedProvider } from '../testing/scripted-provider.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { setBudget } from './budget-admin.ts'
import { KeyDesk } from './key-desk.ts'

const noKeys = { byId: async () => undefined }

describe('a key that is limited', () => {
  const caller = { keyId: 'key_a', limits: { requestsPerMinute: 3, imagesPerMinute: 6 } }

  test('makes its requests of a minute at once, and more as time passes', async () => {
    const clock = new VirtualClock()
    const desk = new KeyDesk(noKeys, clock)
    const standings = [1, 1, 1].map((images) => desk.admit(caller, images))
    expect(await Promise.all(standings)).toEqual([
      { limit: 3, remaining: 2, resetMs: 20_000 },
      { limit: 3, remaining: 1, resetMs: 40_000 },
      { limit: 3, remaining: 0, resetMs: 60_000 },
    ])
    const refusal = { code: 'rate_limit_exceeded', retryAfterMs: 20_000, retryable: true }
    await expect(desk.admit(caller, 1)).rejects.toMatchObject(refusal)
    await clock.advance(19_999)
    await expect(desk.admit(caller, 1)).rejects.toMatchObject({ retryAfterMs: 1 })
    await clock.advance(1)
    await desk.admit(caller, 1)
  })

  test('is counted in pictures as well, and what is refused counts nothing', async () => {
    const desk = new KeyDesk(noKeys, new VirtualClock())
    await desk.admit(caller, 5)
    await expect(desk.admit(caller, 2)).rejects.toMatchObject({ retryAfterMs: 10_000 })
    expect((await desk.admit(caller, 1))?.remaining).toBe(1)
    const never = { code: 'invalid_request', param: 'n' }
    await expect(desk.admit(caller, 7)).rejects.toMatchObject(never)
    await desk.admit({ ...caller, keyId: 'key_b' }, 6)
    for (let index = 0; index < 9; index += 1) await desk.admit({ keyId: 'key_free' }, 10)
  })

  test('makes so many pictures at a time, until one of its requests has ended', async () => {
    let letGo = () => {}
    const gate = new Promise<void>((resolve) => {
      letGo = resolve
    })
    const play = draws()
    const acme = scriptedProvider({ play: (...call) => gate.then(() => play(...call)) })
    await withGatewayStand({ providers: [acme] }, async ({ ask }) => {
      const limited = { limits: { parallelImages: 2 } }
      const first = ask({ n: 2 }, limited)
      await until(() => acme.calls.length > 0)
      const refusal = { code: 'rate_limit_exceeded', retryAfterMs: 1_000 }
      await expect(async () => ask({}, limited)).rejects.toMatchObject(refusal)
      await expect(async () => ask({ n: 3 }, limited)).rejects.toMatchObject({ param: 'n' })
      letGo()
      await first
      // The places are free once all its work has ended, which is just after the answer.
      await new Promise(setImmediate)
      await ask({ prompt: 'another' }, limited)
    })
  })
})

describe('a key of the database', () => {
  const models = ['painter', 'drafter'].map((id) => scriptedModel({ id, provider: 'acme' }))

  const withKey = (rights: Partial<VirtualKey>, use: (stand: GatewayStand) => Promise<void>) =>
    withGatewayStand({ providers: [scriptedProvider({ models })] }, async (stand) => {
      await stand.stores.keys.create({
        ...{ id: 'key_someone', name: 'someone', tenant: 'here', digest: 'd', prefix: 'sk' },
        ...{ lastFour: 'wxyz', scopes: ['images:write'], createdAt: stand.clock.now() },
        ...rights,
      })
      await use(stand)
    })

  test('is refused models that it does not have, and auto gives it those that it has', () =>
    withKey({ models: ['acme/draft*'] }, async ({ ask }) => {
      const refusal = { code: 'permission_denied', param: 'model' }
      await expect(ask({ model: 'painter' })).rejects.toMatchObject(refusal)
      expect((await ask({ model: 'auto' })).model).toBe('drafter')
      expect((await ask({ model: 'drafter' })).model).toBe('drafter')
    }))

  test('is refused purposes that it does not have, and none when it has some', () =>
    withKey({ purposes: ['hero', 'thumb*'] }, async ({ ask }) => {
      const refusal = { code: 'permission_denied', param: 'purpose' }
      await expect(ask({ purpose: 'print' })).rejects.toMatchObject(refusal)
      await expect(ask({})).rejects.toMatchObject(refusal)
      await ask({ purpose: 'thumbnail' })
    }))

  test('spends the budget of its team, and of another one once it has changed over', () =>
    withKey({ team: 'design' }, async ({ ask, gateway, stores, clock }) => {
      await setBudget(fromBudgetBody({ scope: 'team:design', per: 'day', limit: 0 }), gateway.deps)
      await expect(ask()).rejects.toMatchObject({ code: 'insufficient_quota' })
      const rights = { name: 'someone', scopes: ['images:write'], team: 'sales' } as const
      await stores.keys.update('key_someone', rights)
      await clock.advance(500)
      await ask()
    }))
})
