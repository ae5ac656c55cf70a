import { afterEach, describe, expect, test } from 'vitest'
import type { CallOutcome } from '../ports/provider.ts'
import { clearDead, die, expectEnded, openAgain as open } from '../testing/gateway-death.ts'
import { until } from '../testing/gateway-stand.ts'
import { noisePng } from '../testing/noise-png.ts'
import {
  draws,
  failed,
  type Play,
  produced,
  type ScriptedProvider,
  scriptedModel,
  scriptedProvider,
} from '../testing/scripted-provider.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'

const CENT = 10_000_000n
const size = { width: 32, height: 32 }

/** Never answers: the process dies first. */
const never: Play = () => new Promise<CallOutcome>(() => {})

const submitsAndWaits: Play = async (_, context) => {
  await context.onSubmitted({ id: 'job-1', pollUrl: 'https://acme.example/1', facts: { a: 1 } })
  return new Promise<CallOutcome>(() => {})
}

afterEach(clearDead)

const drawn = (seed: number): CallOutcome => produced([noisePng(size, seed)])

const providers = (play: Play, resume?: () => CallOutcome): ScriptedProvider[] => [
  scriptedProvider({ play, ...(resume === undefined ? {} : { resume }) }),
  scriptedProvider({ id: 'spare', usd: '0.05' }),
]

describe('a gateway that died', () => {
  test('while a job was polled: it is polled on, paid once and published', async () => {
    const dead = await die({ providers: providers(submitsAndWaits) }, 'attempt-submitted')
    const after = providers(never, () => drawn(7))
    const stand = await open({ ...dead, providers: after, seed: 2 })
    const record = await expectEnded(stand, 'completed')
    expect(record.costNano).toBe(CENT)
    expect(after[0]?.resumed).toMatchObject([{ id: 'job-1', facts: { a: 1 } }])
    expect(after.map(({ calls }) => calls.length)).toEqual([0, 0])
    const [image] = await stand.stores.requests.images(record.id)
    expect(image?.state).toBe('published')
    expect(await stand.images.size(image?.digest ?? '')).toBe(image?.byteLength)
    const entries = await stand.stores.ledger.entries(record.id)
    expect(entries.map(({ kind }) => kind)).toEqual(['hold', 'settle', 'release'])
    await stand.close()
  })

  test('while a job was polled that fails: the failure is told, the hold released', async () => {
    const dead = await die({ providers: providers(submitsAndWaits) }, 'attempt-submitted')
    const after = providers(never, () => failed('overloaded'))
    const stand = await open({ ...dead, providers: after, seed: 2 })
    const record = await expectEnded(stand, 'failed')
    expect(record).toMatchObject({ costNano: 0n, error: { code: 'no_provider_available' } })
    expect(after[1]?.calls).toHaveLength(0)
    await stand.close()
  })

  test('after it announced a call: the cost is suspected, nothing is sent', async () => {
    const dead = await die({ providers: providers(never) }, 'attempt-started')
    const after = providers(draws())
    const stand = await open({ ...dead, providers: after, seed: 2 })
    const record = await expectEnded(stand, 'failed')
    expect(record.costNano).toBe(CENT)
    const [attempt] = await stand.stores.requests.attempts(record.id)
    expect(attempt).toMatchObject({ outcome: 'timeout_unknown', costBasis: 'suspected' })
    expect(after.map(({ calls }) => calls.length)).toEqual([0, 0])
    const entries = await stand.stores.ledger.entries(record.id)
    expect(entries.map(({ kind }) => kind)).toEqual(['hold', 'settle', 'expire'])
    await stand.close()
  })

  const lasts = ['attempt-started', 'hold-closed'] as const
  test.each(lasts)('at a classifier, after %s: what it may have cost is booked', async (last) => {
    const tool = { account: 'classifier/x', ceilingNano: 9n, isSimulated: false, timeoutMs: 1 }
    const classify = async () => ({ ok: false, reason: '', costNano: 9n }) as const
    const stood = { providers: providers(draws()), classifier: { ...tool, classify } }
    const dead = await die(stood, last)
    const stand = await open({ ...dead, providers: providers(never), seed: 2 })
    expect((await expectEnded(stand, 'failed')).costNano).toBe(9n)
    await stand.close()
  })

  test.each(['attempt-settled', 'image-judged'] as const)(
    'after %s: what was paid is judged and published, without a second charge',
    async (lastKind) => {
      const dead = await die({ providers: providers(draws()) }, lastKind, { n: 2 })
      const after = providers(never)
      const stand = await open({ ...dead, providers: after, seed: 2 })
      const record = await expectEnded(stand, 'completed')
      expect(record.costNano).toBe(2n * CENT)
      const images = await stand.stores.requests.images(record.id)
      expect(images.map(({ state }) => state)).toEqual(['published', 'published'])
      expect(after[0]?.calls).toHaveLength(0)
      await stand.close()
    },
  )

  test('after it had settled a bad picture: the receipt says what it was', async () => {
    const bad: Play = () => produced([Buffer.from('no picture')])
    const dead = await die({ providers: [scriptedProvider({ play: bad })] }, 'attempt-settled')
    const stand = await open({ ...dead, providers: providers(never), seed: 2 })
    const record = await expectEnded(stand, 'failed')
    expect(record.error?.message).toContain('not_an_image')
    const [image] = await stand.stores.requests.images(record.id)
    expect(image?.state).toBe('refused')
    await stand.close()
  })

  test('after it had settled a failure: the receipt names it', async () => {
    const play: Play = () => failed('content_policy_output')
    const dead = await die({ providers: providers(play) }, 'attempt-settled')
    const stand = await open({ ...dead, providers: providers(never), seed: 2 })
    const record = await expectEnded(stand, 'failed')
    expect(record.error?.code).toBe('content_policy_violation')
    await stand.close()
  })

  test('with several calls under way: each goes on as far as it had come', async () => {
    const models = [scriptedModel({ provider: 'acme', maxImagesPerCall: 1 })]
    const mixed: Play = (call, context, index) =>
      index === 0 ? never(call, context, index) : submitsAndWaits(call, context, index)
    const before = scriptedProvider({ models, play: mixed })
    const dead = await die({ providers: [before] }, 'attempt-submitted', { n: 2 })
    const after = scriptedProvider({ models, resume: () => drawn(8) })
    const stand = await open({ ...dead, providers: [after], seed: 2 })
    const record = await expectEnded(stand, 'completed')
    expect(record.costNano).toBe(2n * CENT)
    const attempts = await stand.stores.requests.attempts(record.id)
    expect(attempts.map(({ costBasis }) => costBasis)).toEqual(['suspected', 'book'])
    await stand.close()
  })

  test('is not taken for dead before its lease has run out', async () => {
    const dead = await die({ providers: providers(submitsAndWaits) }, 'attempt-submitted')
    const after = providers(never, () => drawn(9))
    const clock = new VirtualClock(dead.clock.now() - 2_000)
    const stand = await open({ ...dead, clock, providers: after, seed: 2 })
    expect(after[0]?.resumed).toHaveLength(0)
    await clock.advance(stand.gateway.deps.limits.leaseMs)
    await expectEnded(stand, 'completed')
    await stand.close()
  })
})

describe('what a process cannot take up', () => {
  test.each([
    ['whose provider it does not have', [scriptedProvider({ id: 'other' })]],
    ['of the other book', [scriptedProvider({ isSimulated: true, resume: () => drawn(1) })]],
  ])('a request %s is left to one that can', async (_, wrong) => {
    const dead = await die({ providers: providers(submitsAndWaits) }, 'attempt-submitted')
    const unable = await open({ ...dead, providers: wrong, seed: 2 })
    const { stores, clock, gateway } = unable
    const [before] = await stores.requests.list({ tenant: 'here', limit: 1 })
    await until(async () => (await stores.requests.request(before?.id ?? ''))?.leaseUntil)
    await unable.close()
    expect(wrong[0]?.resumed).toEqual([])
    const later = new VirtualClock(clock.now() + gateway.deps.limits.offerAgainMs + 1)
    const after = providers(never, () => drawn(3))
    const able = await open({ home: dead.home, clock: later, providers: after, seed: 3 })
    await expectEnded(able, 'completed')
    await able.close()
  })

  test('a process that takes nothing up leaves it as it is', async () => {
    const dead = await die({ providers: providers(submitsAndWaits) }, 'attempt-submitted')
    const looking = await open({ ...dead, providers: providers(never), seed: 2, recovers: false })
    await looking.close()
    const after = providers(never, () => drawn(4))
    const stand = await open({ ...dead, providers: after, seed: 3 })
    await expectEnded(stand, 'completed')
    await stand.close()
  })

  test('a store that cannot be read now is asked again later', async () => {
    const dead = await die({ providers: providers(draws()) }, 'attempt-settled')
    let isBroken = true
    const stand = await open({
      ...dead,
      providers: providers(never),
      seed: 2,
      images: (store) => ({
        ...store,
        get: async (digest) => {
          if (isBroken) throw new Error('EIO')
          return store.get(digest)
        },
      }),
    })
    await until(() => stand.logged.some(({ message }) => message === 'request not recovered'))
    isBroken = false
    await until(async () => {
      const [request] = await stand.stores.requests.list({ tenant: 'here', limit: 1 })
      return request?.leaseOwner === undefined
    })
    // More than once: a turn of the background work that is under way does not see time pass.
    await until(async () => {
      await stand.clock.advance(stand.gateway.deps.limits.offerAgainMs + 10_000)
      const [request] = await stand.stores.requests.list({ tenant: 'here', limit: 1 })
      return request?.state !== 'running'
    })
    await expectEnded(stand, 'completed')
    await stand.close()
  })
})

test('a lease of our own that ran out does not start the same work twice', async () => {
  const clock = new VirtualClock()
  const release = Promise.withResolvers<CallOutcome>()
  const acme = scriptedProvider({ play: () => release.promise })
  const stand = await open({ providers: [acme], clock })
  const asked = stand.ask()
  await until(() => acme.calls.length === 1)
  // As after a pause in which no renewal could be written.
  const [request] = await stand.stores.requests.list({ tenant: 'here', limit: 1 })
  const lease = { id: request?.id ?? '', owner: request?.leaseOwner ?? '', from: 0 }
  await stand.stores.requests.giveBack(lease)
  await clock.advance(stand.gateway.deps.limits.leaseMs)
  release.resolve(drawn(1))
  expect((await asked).images).toHaveLength(1)
  expect(stand.logged.filter(({ level }) => level !== 'info')).toEqual([])
  const entries = await stand.stores.ledger.entries(request?.id ?? '')
  expect(entries.map(({ kind }) => kind)).toEqual(['hold', 'settle', 'release'])
  await stand.close()
})

describe('closing', () => {
  test('waits for what runs, refuses what comes, and can be asked twice', async () => {
    const release = Promise.withResolvers<CallOutcome>()
    const acme = scriptedProvider({ play: () => release.promise })
    const stand = await open({ providers: [acme] })
    const asked = stand.ask()
    await until(() => acme.calls.length === 1)
    const closed = stand.gateway.close()
    expect(stand.gateway.isAccepting).toBe(false)
    await expect(stand.ask({ prompt: 'a bowl' })).rejects.toMatchObject({ code: 'overloaded' })
    release.resolve(drawn(1))
    expect((await asked).images).toHaveLength(1)
    await Promise.all([closed, stand.gateway.close()])
    await stand.stores.close()
  })
})
