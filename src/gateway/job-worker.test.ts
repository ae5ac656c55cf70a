import { rm } from 'node:fs/promises'
import { afterEach, expect, test } from 'vitest'
import type { QueuePlace } from '../core/jobs/queue-place.ts'
import type { Fact, RequestRecord } from '../core/jobs/request-record.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import type { RequestDraft } from '../core/request/request-draft.ts'
import type { CallOutcome } from '../ports/provider.ts'
import { die } from '../testing/gateway-death.ts'
import {
  type GatewayStand,
  type GatewayStandOptions,
  openGatewayStand,
  until,
} from '../testing/gateway-stand.ts'
import { heldPlay } from '../testing/held-play.ts'
import { sampleBudget } from '../testing/sample-budgets.ts'
import {
  draws,
  failed,
  type Play,
  produced,
  scriptedProvider,
} from '../testing/scripted-provider.ts'

const CENT = 10_000_000n
const HOUR = 3_600_000

const open = new Set<GatewayStand>()
afterEach(async () => {
  for (const stand of open) await stand.close()
  for (const { home } of open) await rm(home, { recursive: true, force: true })
  open.clear()
})

async function stand(options: GatewayStandOptions): Promise<GatewayStand> {
  const opened = await openGatewayStand(options)
  open.add(opened)
  return opened
}

/** Puts requests into the queue: for one picture each, that no cache has. */
const enqueue = (
  { gateway }: GatewayStand,
  drafts: readonly Partial<RequestDraft>[],
  place: Partial<Pick<QueuePlace, 'priority' | 'dueAt' | 'batch'>> = {},
  keyId = 'key_someone',
) =>
  gateway.jobs.enqueue(
    drafts.map((draft) => ({
      request: normaliseRequest({
        ...{ operation: 'generate', prompt: 'a cup', cache: 'off' },
        ...draft,
      }),
      caller: { keyId, tenant: 'here' },
      place,
    })),
  )

/** Its end, however much time has to pass until then. */
const ended = ({ stores, clock }: GatewayStand, id: string): Promise<RequestRecord> =>
  until(async () => {
    await clock.advance(500)
    const record = await stores.requests.request(id)
    return record !== undefined && ['completed', 'failed', 'cancelled'].includes(record.state)
      ? record
      : undefined
  })

async function expectBooks({ stores }: GatewayStand, spentNano: bigint): Promise<void> {
  expect(await stores.ledger.audit()).toEqual([])
  const balance = await stores.ledger.balance('key_someone', 'real')
  expect(balance).toEqual({ spentNano, heldNano: 0n })
}

test('a job that is queued is made, and paid once', async () => {
  const acme = scriptedProvider()
  const here = await stand({ providers: [acme] })
  const [id = ''] = await enqueue(here, [{}])
  const record = await ended(here, id)
  expect(record).toMatchObject({ state: 'completed', costNano: CENT, made: { images: 1 } })
  expect(record.plan).toMatchObject({ hold: '0.01' })
  expect(record.summary).toMatchObject({ route: 'direct', tries: 1 })
  expect(acme.calls).toHaveLength(1)
  await expectBooks(here, CENT)
})

test('a job is not begun before its time', async () => {
  const acme = scriptedProvider()
  const here = await stand({ providers: [acme] })
  const [id = ''] = await enqueue(here, [{}], { dueAt: here.clock.now() + HOUR })
  await here.clock.advance(HOUR - 1_000)
  expect((await here.stores.requests.request(id))?.state).toBe('queued')
  await here.clock.advance(2_000)
  expect((await ended(here, id)).state).toBe('completed')
})

test('one key does not take all the room, and a high priority goes first', async () => {
  const { play, open: letGo } = heldPlay()
  const acme = scriptedProvider({ play })
  const limits = { parallelJobs: 4, parallelJobsPerKey: 3 }
  const here = await stand({ providers: [acme], limits })
  const mine = await enqueue(
    here,
    Array.from({ length: 6 }, () => ({})),
  )
  await until(() => acme.calls.length === 3)
  const [low = ''] = await enqueue(here, [{ prompt: 'low' }], { priority: 'low' }, 'key_other')
  await until(() => acme.calls.length === 4)
  const [high = ''] = await enqueue(here, [{ prompt: 'high' }], { priority: 'high' }, 'key_other')
  letGo()
  for (const id of [...mine, low, high]) await ended(here, id)
  const prompts = acme.calls.map(({ prompt }) => prompt)
  expect(prompts.slice(0, 4)).toEqual(['a cup', 'a cup', 'a cup', 'low'])
  expect(prompts[4]).toBe('high')
  expect(prompts).toHaveLength(8)
})

test('a job whose provider is down is tried again until it is up, under one record', async () => {
  const acme = scriptedProvider({
    play: (call, context, index) =>
      index < 2 ? failed('overloaded') : draws()(call, context, index),
  })
  const here = await stand({ providers: [acme] })
  const [id = ''] = await enqueue(here, [{}])
  const record = await ended(here, id)
  expect(record).toMatchObject({ state: 'completed', costNano: CENT, summary: { tries: 3 } })
  expect(await here.stores.requests.attempts(id)).toHaveLength(3)
  await expectBooks(here, CENT)
})

test('a job that fails for as long as it may is a dead letter', async () => {
  const here = await stand({ providers: [scriptedProvider({ play: () => failed('overloaded') })] })
  const [id = ''] = await enqueue(here, [{}])
  expect(await ended(here, id)).toMatchObject({
    state: 'failed',
    error: { code: 'no_provider_available' },
    summary: { dead_letter: true },
  })
  const dead = await here.gateway.jobs.list({ tenant: 'here', limit: 9, state: 'dead' })
  expect(dead.map((job) => job.id)).toEqual([id])
  await expectBooks(here, 0n)
})

test('what can never be made fails at once, also what could be when it was queued', async () => {
  const acme = scriptedProvider({ play: () => failed('content_policy_input') })
  const here = await stand({ providers: [acme] })
  const [refused = '', gone = ''] = await enqueue(here, [{}, { model: 'nobody/nothing' }])
  expect(await ended(here, refused)).toMatchObject({
    state: 'failed',
    error: { code: 'content_policy_violation' },
  })
  expect(await ended(here, gone)).toMatchObject({
    state: 'failed',
    error: { code: 'model_not_found' },
  })
  await expectBooks(here, 0n)
})

test('what was paid and is no picture is not bought again', async () => {
  const bad: Play = () => produced([new Uint8Array([1, 2, 3])])
  const acme = scriptedProvider({ play: bad })
  const here = await stand({ providers: [acme] })
  const [id = ''] = await enqueue(here, [{}])
  expect(await ended(here, id)).toMatchObject({ state: 'failed', costNano: CENT })
  expect(acme.calls).toHaveLength(1)
  await expectBooks(here, CENT)
})

test('a job whose budget is spent is paused until its window turns', async () => {
  const acme = scriptedProvider()
  const here = await stand({ providers: [acme] })
  const limits = { limitNano: CENT + CENT / 2n, softNano: undefined }
  const budget = sampleBudget('hour', { scope: 'total', per: 'hour', ...limits })
  await here.stores.budgets.set(budget, here.clock.now())
  here.gateway.deps.budgets.forget()
  const [first = ''] = await enqueue(here, [{}])
  await ended(here, first)
  const [id = ''] = await enqueue(here, [{}])
  const paused = await until(async () => {
    const record = await here.stores.requests.request(id)
    return record?.state === 'paused' ? record : undefined
  })
  const turn = Math.ceil(here.clock.now() / HOUR) * HOUR
  expect(paused.place).toMatchObject({ dueAt: turn, tries: 0 })
  expect(acme.calls).toHaveLength(1)
  await here.clock.advance(turn - here.clock.now() - 1_000)
  expect(acme.calls).toHaveLength(1)
  await here.clock.advance(2_000)
  expect((await ended(here, id)).state).toBe('completed')
  await expectBooks(here, 2n * CENT)
})

/** A process that dies once a kind of fact is written; the next one starts on its folder. */
async function restart(
  options: GatewayStandOptions,
  lastKind: Fact['kind'],
  begin: (here: GatewayStand) => unknown,
): Promise<GatewayStand> {
  const dead = await die(options, lastKind, begin)
  return stand({ ...options, ...dead, seed: 2 })
}

const lastJob = async ({ stores }: GatewayStand): Promise<string> =>
  until(async () => (await stores.requests.list({ tenant: 'here', limit: 1 }))[0]?.id)

test('a process that dies before it sends leaves a job that the next one makes', async () => {
  const acme = scriptedProvider()
  const here = await restart({ providers: [acme] }, 'hold-opened', (dead) => enqueue(dead, [{}]))
  const record = await ended(here, await lastJob(here))
  expect(record).toMatchObject({ state: 'completed', costNano: CENT, summary: { tries: 2 } })
  expect(acme.calls).toHaveLength(1)
  await expectBooks(here, CENT)
})

test('so does one whose caller was promised an answer for later', async () => {
  const acme = scriptedProvider()
  const ask = ({ gateway }: GatewayStand) => {
    const request = normaliseRequest({ operation: 'generate', prompt: 'a cup' })
    const caller = { keyId: 'key_someone', tenant: 'here' }
    gateway.submit(request, caller, { onAccepted: () => undefined })
  }
  const here = await restart({ providers: [acme] }, 'request-accepted', ask)
  expect((await ended(here, await lastJob(here))).state).toBe('completed')
  expect(acme.calls).toHaveLength(1)
  await expectBooks(here, CENT)
})

test('a call that may have been paid is booked, and its offer is not asked again', async () => {
  const never: Play = () => new Promise<CallOutcome>(() => {})
  const first = scriptedProvider({ id: 'acme', play: never })
  const other = scriptedProvider({ id: 'bolt', usd: '0.02' })
  const providers = [first, other]
  const here = await restart({ providers }, 'attempt-started', (dead) =>
    enqueue(dead, [{ model: 'auto:cheapest' }]),
  )
  const record = await ended(here, await lastJob(here))
  expect(record).toMatchObject({ state: 'completed', costNano: 3n * CENT })
  expect([first.calls.length, other.calls.length]).toEqual([1, 1])
  await expectBooks(here, 3n * CENT)
})

test('what is cancelled while it waits costs nothing and says what that saved', async () => {
  const { play, open: letGo } = heldPlay()
  const acme = scriptedProvider({ play })
  const here = await stand({ providers: [acme], limits: { parallelJobs: 1 } })
  const group = { group: 'page' }
  const [running = ''] = await enqueue(here, [group])
  await until(() => acme.calls.length === 1)
  const waiting = await enqueue(here, [group, group])
  const [other = ''] = await enqueue(here, [{ group: 'b' }])
  const later = await enqueue(here, [group], { dueAt: here.clock.now() + HOUR })
  expect(await here.gateway.jobs.cancelAll({ tenant: 'here', group: 'page' })).toBe(4)
  letGo()
  for (const id of [...waiting, ...later]) {
    expect(await ended(here, id)).toMatchObject({
      ...{ state: 'cancelled', costNano: 0n },
      summary: { cancelled: { images: 1, saved: '0.01' } },
    })
  }
  expect((await ended(here, other)).state).toBe('completed')
  await ended(here, running)
  expect(acme.calls).toHaveLength(2)
})
