import { describe, expect, test } from 'vitest'
import { normaliseRequest } from '../core/request/normalise.ts'
import type { Provider } from '../ports/provider.ts'
import { withGatewayStand } from '../testing/gateway-stand.ts'
import { scriptedModel, scriptedProvider } from '../testing/scripted-provider.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { BacklogDesk } from './backlog-desk.ts'
import { explainRoute } from './explain-route.ts'
import { Traffic } from './traffic.ts'

/** A server of one's own for one job at a time, which says how many it has. */
function ownServer(parallelCalls?: number) {
  const server = { jobs: 0 as number | undefined, asked: 0 }
  const models = [scriptedModel({ provider: 'own', typicalSeconds: 10, qualities: [] })]
  const provider: Provider = {
    ...scriptedProvider({ id: 'own', usd: '0.001', models }),
    ...(parallelCalls === undefined ? {} : { limits: { parallelCalls } }),
    backlog: async () => {
      server.asked += 1
      return server.jobs
    },
  }
  return { server, provider }
}

describe('what a server says of its queue', () => {
  test('counts for later plans, is asked for again when old, and then forgotten', async () => {
    const clock = new VirtualClock()
    const desk = new BacklogDesk(clock)
    const { server, provider } = ownServer(1)
    server.jobs = 3
    expect(desk.jobsAt(provider)).toBe(0)
    await clock.advance(1_000)
    expect([desk.jobsAt(provider), server.asked]).toEqual([3, 1])
    server.jobs = undefined
    await clock.advance(2_000)
    expect([desk.jobsAt(provider), server.asked]).toEqual([3, 2])
    await clock.advance(30_000)
    expect(desk.jobsAt(provider)).toBe(0)
  })

  test('counts as nothing when the question fails, and is asked for again', async () => {
    const clock = new VirtualClock()
    const desk = new BacklogDesk(clock)
    let asked = 0
    const backlog = () => {
      asked += 1
      return Promise.reject(new Error('no server'))
    }
    for (const times of [1, 2]) {
      expect(desk.jobsAt({ id: 'own', backlog })).toBe(0)
      await clock.advance(3_000)
      expect(asked).toBe(times)
    }
  })

  test('is not waited for, and not asked twice at a time', async () => {
    const desk = new BacklogDesk(new VirtualClock())
    let asked = 0
    const backlog = () => {
      asked += 1
      return new Promise<undefined>(() => undefined)
    }
    expect([desk.jobsAt({ id: 'own', backlog }), desk.jobsAt({ id: 'own', backlog })]).toEqual([
      0, 0,
    ])
    expect(asked).toBe(1)
    expect(desk.jobsAt({ id: 'other' })).toBe(0)
  })
})

describe('a new call waits', () => {
  test.each([
    ['for whole turns of all places', 1, 3, 30],
    ['not while a place is free', 4, 3, 0],
    ['until a place is free', 2, 5, 20],
    ['no less than for one place where calls are held back', 0, 2, 20],
    ['for nobody where any number may be made at once', undefined, 5, 0],
  ])('%s', async (_, parallelCalls, jobs, seconds) => {
    const clock = new VirtualClock()
    const traffic = new Traffic({ clock, emit: () => undefined })
    const { server, provider } = ownServer(parallelCalls)
    const to = { provider, offer: 'own/painter', typicalSeconds: 10 }
    server.jobs = jobs
    traffic.waitSeconds(to)
    await clock.advance(100)
    expect(traffic.waitSeconds(to)).toBe(seconds)
  })

  test('behind our own calls as well, each of them counted once', async () => {
    const clock = new VirtualClock()
    const traffic = new Traffic({ clock, emit: () => undefined })
    const { server, provider } = ownServer(1)
    const to = { provider, offer: 'own/painter', typicalSeconds: 10 }
    const wait = { maxWaitMs: 60_000 }
    const passage = await traffic.enter(to, 1, wait)
    void traffic.enter(to, 1, wait)
    void traffic.enter(to, 1, wait)
    await clock.advance(100)
    expect(traffic.waitSeconds(to)).toBe(30)
    // The server tells of the one that runs there, and of one of somebody else.
    server.jobs = 2
    await clock.advance(5_000)
    traffic.waitSeconds(to)
    await clock.advance(100)
    expect(traffic.waitSeconds(to)).toBe(40)
    if ('leave' in passage) passage.leave()
  })
})

test('of two servers alike a named model goes to the one that is free', () => {
  const { server, provider } = ownServer(1)
  const model = scriptedModel({ provider: 'second', typicalSeconds: 10, qualities: [] })
  const second = scriptedProvider({ id: 'second', usd: '0.001', models: [model] })
  return withGatewayStand({ providers: [provider, second] }, async ({ ask, clock }) => {
    const maker = async (prompt: string) => {
      const made = await ask({ prompt, model: model.id, size: '32x32' })
      made.release()
      return made.provider
    }
    expect(await maker('a cup')).toBe('own')
    server.jobs = 2
    await clock.advance(3_000)
    await maker('a plate')
    await clock.advance(100)
    expect(await maker('a spoon')).toBe('second')
  })
})

test('a cheap server with a long queue is left to those who have time', () => {
  const { server, provider } = ownServer(1)
  const fast = scriptedProvider({
    ...{ id: 'fast', usd: '0.02' },
    models: [scriptedModel({ provider: 'fast', typicalSeconds: 2, qualities: [] })],
  })
  const purposes = { hurried: { deadline_s: 60 }, patient: { deadline_s: 3_600 } }
  return withGatewayStand({ providers: [provider, fast], purposes }, async ({ gateway, clock }) => {
    const caller = { keyId: 'key_someone', tenant: 'here' }
    const first = async (purpose: string) => {
      const draft = { operation: 'generate', prompt: 'a cup', size: '32x32', purpose } as const
      const { plan } = await explainRoute(normaliseRequest(draft), caller, gateway.deps)
      return plan?.steps[0]?.model.provider
    }
    expect(await first('hurried')).toBe('own')
    server.jobs = 20
    await clock.advance(3_000)
    await first('hurried')
    await clock.advance(100)
    expect(await first('hurried')).toBe('fast')
    expect(await first('patient')).toBe('own')
    server.jobs = 0
    await clock.advance(3_000)
    await first('hurried')
    await clock.advance(100)
    expect(await first('hurried')).toBe('own')
  })
})
