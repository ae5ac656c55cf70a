import { rm } from 'node:fs/promises'
import { afterEach, expect, test } from 'vitest'
import { type Batch, batchScope } from '../core/jobs/batch.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import type { Instant } from '../core/time.ts'
import {
  type GatewayStand,
  openGatewayStand,
  until,
  whileTimePasses,
} from '../testing/gateway-stand.ts'
import { draws, scriptedProvider } from '../testing/scripted-provider.ts'
import { sampleFile } from '../testing/test-file-store.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import type { BatchAllowance } from './batch-budget.ts'
import { type BatchDesk, openBatchDesk } from './batch-desk.ts'
import type { BatchWords } from './batch-words.ts'

const CENT = 10_000_000n
const HOUR = 3_600_000
const caller = { keyId: 'key_someone', tenant: 'here' }

/** Lines are drafts, and answers only say that there is one. */
const words: BatchWords = {
  read: async (_, body) =>
    normaliseRequest({ operation: 'generate', prompt: '', cache: 'off', ...body }),
  print: async () => ({}),
  printError: ({ code }) => ({ code }),
}

interface BatchStand {
  readonly here: GatewayStand
  readonly desk: BatchDesk
  /** When each call came to the provider. */
  readonly calls: readonly Instant[]
}

const open: BatchStand[] = []
afterEach(async () => {
  for (const { here, desk } of open) {
    await desk.close()
    await here.close()
    await rm(here.home, { recursive: true, force: true })
  }
  open.length = 0
})

/** A gateway whose pictures cost a cent and take a while each, two at a time. */
async function stand(callMs: number): Promise<BatchStand> {
  const clock = new VirtualClock(Date.UTC(2026, 10, 20, 12, 40))
  const calls: Instant[] = []
  const draw = draws()
  const acme = scriptedProvider({
    play: async (...call) => {
      calls.push(clock.now())
      await clock.sleep(callMs)
      return draw(...call)
    },
  })
  const limits = { parallelJobs: 2, parallelJobsPerKey: 2 }
  const here = await openGatewayStand({
    ...{ providers: [acme], clock, limits },
    journal: (inner) => ({ commit: (facts) => clock.hold(inner.commit(facts)) }),
    images: (inner) => ({
      ...inner,
      put: (...picture) => clock.hold(inner.put(...picture)),
      putStream: (...upload) => clock.hold(inner.putStream(...upload)),
    }),
  })
  const desk = openBatchDesk(here.gateway, words)
  desk.start()
  const opened = { here, desk, calls }
  open.push(opened)
  return opened
}

/** Moves time on a little; what is being written is waited for, so that time does not run away. */
async function step({ here: { clock, stores } }: BatchStand, ms: number): Promise<void> {
  await clock.advance(ms)
  await stores.batches.renew({ owner: 'nobody', ids: ['batch_none'], leaseUntil: 0 })
}

/** Makes a batch of so many lines. */
async function begin(
  { here, desk }: BatchStand,
  lines: number,
  windowMs: number,
  allowance?: BatchAllowance,
): Promise<Batch> {
  const texts = Array.from({ length: lines }, (_, index) =>
    JSON.stringify({
      ...{ custom_id: `line ${index}`, method: 'POST', url: '/v1/images/generations' },
      body: { prompt: `cup ${index}` },
    }),
  )
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode(texts.join('\n'))
  }
  const stored = await here.images.putStream(bytes(), 1_000_000)
  const file = sampleFile('lines', { ...stored, tenant: caller.tenant })
  await here.stores.files.create(file)
  const terms = {
    endpoint: '/v1/images/generations',
    ...{ inputFileId: file.id, window: '24h' },
    ...{ priority: 'low' as const, baseUrl: 'http://here' },
  } as const
  return whileTimePasses(here.clock, desk.create(terms, caller, windowMs, allowance))
}

const read = async ({ here }: BatchStand, { id }: Batch): Promise<Batch> => {
  const batch = await here.stores.batches.batch(id, caller.tenant)
  if (batch === undefined) throw new Error('the batch is gone')
  return batch
}

const ended = (opened: BatchStand, batch: Batch): Promise<Batch> =>
  until(async () => {
    await step(opened, 50)
    const now = await read(opened, batch)
    return now.endedAt === undefined ? undefined : now
  })

/** Lines of one of its files. */
async function linesOf(
  { here }: BatchStand,
  id: string | undefined,
): Promise<readonly { readonly custom_id: string; readonly error: null | { code: string } }[]> {
  if (id === undefined) return []
  const file = await here.stores.files.file(id, caller.tenant)
  if (file === undefined) throw new Error('the file is gone')
  const pieces: Uint8Array[] = []
  for await (const piece of here.images.read(file.digest, { start: 0, end: file.byteLength - 1 })) {
    pieces.push(piece)
  }
  const text = Buffer.concat(pieces).toString()
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

test('a batch spends no more in a clock hour than it may, and goes on by itself', async () => {
  const opened = await stand(100)
  const { here, calls } = opened
  const allowance = { per: 'hour', limitNano: 5n * CENT + CENT / 2n } as const
  const batch = await begin(opened, 12, 24 * HOUR, allowance)
  const sums = () => here.stores.queue.sumBatch(batch.id)
  const isPaused = async (made: number) => {
    await step(opened, 100)
    const counts = await here.stores.queue.countBatch(batch.id)
    return counts.get('paused') === 12 - made && counts.get('completed') === made
  }
  await until(() => isPaused(5))
  const turn = Date.UTC(2026, 10, 20, 13)
  expect(await sums()).toMatchObject({ costNano: 5n * CENT, pausedUntil: turn })
  await whileTimePasses(here.clock, here.ask({ cache: 'off', prompt: 'no line of it' }))
  await here.clock.advance(turn - here.clock.now())
  await until(() => isPaused(10))
  expect(await sums()).toMatchObject({ costNano: 10n * CENT, pausedUntil: turn + HOUR })
  await here.clock.advance(turn + HOUR - here.clock.now())
  expect(await ended(opened, batch)).toMatchObject({ state: 'completed', total: 12 })
  const hours = Map.groupBy(calls, (at) => Math.floor(at / HOUR))
  expect([...hours.values()].map(({ length }) => length)).toEqual([6, 5, 2])
  expect(await sums()).toMatchObject({ costNano: 12n * CENT, pausedUntil: undefined })
  const budgets = await here.stores.budgets.list()
  expect(budgets.filter(({ scope }) => scope === batchScope(batch.id))).toEqual([])
})

test.each(['cancelled', 'expired'] as const)(
  'when a batch is %s nothing is sent later than a second after, and each line is told once',
  async (state) => {
    const opened = await stand(300)
    const { here, desk, calls } = opened
    const batch = await begin(opened, 60, state === 'expired' ? 3_100 : 24 * HOUR)
    const at = batch.createdAt + 3_100
    await until(async () => {
      await step(opened, 50)
      return here.clock.now() >= at
    })
    expect(calls.length).toBeGreaterThan(2)
    if (state === 'cancelled') await whileTimePasses(here.clock, desk.cancel(batch))
    const last = await ended(opened, batch)
    expect(last.state).toBe(state)
    expect(Math.max(...calls)).toBeLessThanOrEqual(at + 1_000)
    const made = await linesOf(opened, last.outputFileId)
    const unmade = await linesOf(opened, last.errorFileId)
    expect(made).toHaveLength(calls.length)
    const names = [...made, ...unmade].map(({ custom_id }) => custom_id)
    expect([names.length, new Set(names).size]).toEqual([60, 60])
    expect(new Set(unmade.map(({ error }) => error?.code))).toEqual(new Set([`batch_${state}`]))
  },
)

test('files whose time is over go with their bytes, unless others have the same', async () => {
  const { here } = await stand(1)
  async function* bytes(text: string): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode(text)
  }
  const [alone, shared] = await Promise.all(
    ['{"a":1}', '{"b":2}'].map((text) => here.images.putStream(bytes(text), 99)),
  )
  const expiresAt = here.clock.now() + HOUR
  await here.stores.files.create(sampleFile('alone', { ...alone!, expiresAt }))
  await here.stores.files.create(sampleFile('shared', { ...shared!, expiresAt }))
  await here.stores.files.create(sampleFile('kept', { ...shared! }))
  await here.clock.advance(HOUR - 1_000)
  expect(await here.stores.files.expired({ now: expiresAt, limit: 9 })).toHaveLength(2)
  await until(async () => {
    await here.clock.advance(60_000)
    return (await here.stores.files.expired({ now: expiresAt, limit: 9 })).length === 0
  })
  expect(await here.images.size(alone!.digest)).toBeUndefined()
  expect(await here.images.size(shared!.digest)).toBe(7)
  expect(await here.stores.files.list({ tenant: 'tenant-a', limit: 9 })).toHaveLength(1)
})
