import { expect, test } from 'vitest'
import { type Batch, batchScope } from '../core/jobs/batch.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import { type GatewayStand, withGatewayStand } from '../testing/gateway-stand.ts'
import { type ScriptedBatches, scriptedBatches } from '../testing/scripted-batches.ts'
import { scriptedProvider } from '../testing/scripted-provider.ts'
import { sampleBatch } from '../testing/test-batch-store.ts'
import { sampleFile } from '../testing/test-file-store.ts'
import { type BatchParts, queueInput } from './batch-input.ts'
import type { BatchWords } from './batch-words.ts'
import { setBudget } from './budget-admin.ts'
import { ChunkDriver } from './chunk-drive.ts'

/** Half of what a picture costs by itself. */
const HALF_CENT = 5_000_000n
const HOUR = 3_600_000
const credentials = [
  { id: 'main', weight: 2 },
  { id: 'spare', weight: 1 },
]

const words: BatchWords = {
  read: async (_, body) => normaliseRequest({ operation: 'generate', prompt: '', ...body }),
  print: async () => ({}),
  printError: () => ({}),
}

/** A gateway that takes nothing from its queue, whose only provider has batches and two keys. */
async function withBatches(
  lines: number,
  use: (here: GatewayStand, service: ScriptedBatches) => Promise<void>,
): Promise<void> {
  const batches = scriptedBatches(lines)
  const half = [{ kind: 'batch_discount' as const, factor: '0.5' }]
  const provider = { ...scriptedProvider({ row: { modifiers: half } }), credentials, batches }
  await withGatewayStand({ providers: [provider], recovers: false }, (here) => use(here, batches))
}

/** Writes a batch down with what its lines ask for; nothing of it is queued yet. */
async function write(here: GatewayStand, name: string, bodies: readonly object[]) {
  const { clock, stores, images } = here
  async function* bytes(): AsyncGenerator<Uint8Array> {
    const lines = bodies.map((body, index) => ({
      ...{ custom_id: `${index}`, method: 'POST', url: '/v1/images/generations', body },
    }))
    yield new TextEncoder().encode(lines.map((line) => JSON.stringify(line)).join('\n'))
  }
  const stored = await images.putStream(bytes(), 1_000_000)
  const file = sampleFile(name, { ...stored, tenant: 'here' })
  await stores.files.create(file)
  const batch = sampleBatch(name, {
    ...{ tenant: 'here', keyId: 'key_someone', total: bodies.length },
    ...{ createdAt: clock.now(), expiresAt: clock.now() + 24 * HOUR },
  })
  await stores.batches.create(batch)
  const { deps, jobs } = here.gateway
  const parts: BatchParts = { deps, jobs, words }
  const queue = (mayGoOn = () => Promise.resolve(true)) => queueInput(file, batch, parts, mayGoOn)
  return { batch, queue }
}

const cups = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ prompt: `${index}` }))
const countOf = async ({ stores }: GatewayStand, { id }: Batch) =>
  Object.fromEntries(await stores.queue.countBatch(id))

test('chunks grow until they are full, and take turns with the credentials by weight', () =>
  withBatches(20, async (here, service) => {
    const { stores, gateway } = here
    const { batch, queue } = await write(here, 'night', cups(90))
    // The process dies after some lines; the next one goes on behind them.
    let groups = 0
    await queue(async () => {
      groups += 1
      return groups <= 1
    })
    await queue()
    expect(await countOf(here, batch)).toEqual({ running: 90 })
    const driver = new ChunkDriver(gateway.deps)
    for (let step = 0; step < 3; step += 1) {
      await driver.step(batch)
      await here.clock.advance(1_000)
    }
    const sizes = service.handedIn.map(({ calls }) => calls.length)
    expect(sizes.toSorted((a, b) => b - a)).toEqual([20, 20, 20, 20, 6, 4])
    const used = service.handedIn.map(({ credential }) => credential)
    expect(used.toSorted()).toEqual(['main', 'main', 'main', 'main', 'spare', 'spare'])
    expect(service.readWith).toEqual(used)
    expect(await countOf(here, batch)).toEqual({ completed: 90 })
    const { costNano, images } = await stores.queue.sumBatch(batch.id)
    expect([images, costNano]).toEqual([90, 90n * HALF_CENT])
    for (const { credential, calls } of service.handedIn) {
      const chunk = (await stores.chunks.ofBatch(batch.id)).find(({ lines }) =>
        lines.some(({ attemptId }) => attemptId === calls[0]?.attemptId),
      )
      const [attempt] = await stores.requests.attempts(chunk?.lines[0]?.requestId ?? '')
      expect(attempt?.call).toMatchObject({ credential, chunk: chunk?.id })
    }
    expect(await stores.ledger.audit()).toEqual([])
  }))

test('what a service made answers later requests, and such lines are not handed in', () =>
  withBatches(100, async (here, service) => {
    const first = await write(here, 'first', [{ prompt: 'a red cup', endUser: 'joe' }])
    await first.queue()
    const driver = new ChunkDriver(here.gateway.deps)
    await driver.step(first.batch)
    await driver.step(first.batch)
    expect(await countOf(here, first.batch)).toEqual({ completed: 1 })
    const again = await write(here, 'again', [
      { prompt: 'a red cup', endUser: 'ann' },
      { prompt: 'A  red cup.' },
      { prompt: 'a red cup', cache: 'refresh' },
    ])
    await again.queue()
    expect(await countOf(here, again.batch)).toEqual({ queued: 2, running: 1 })
    expect((await here.ask({ prompt: 'a red cup', endUser: 'ann' })).cache).toBe('HIT exact')
    expect((await here.ask({ prompt: 'A  red cup.' })).cache).toContain('HIT')
    expect(service.handedIn).toHaveLength(1)
  }))

test('lines that no budget has room for together wait for it in the queue', () =>
  withBatches(100, async (here) => {
    const { batch, queue } = await write(here, 'dear', cups(70))
    const scope = batchScope(batch.id)
    const limit = { scope, per: 'total', limitNano: 64n * HALF_CENT, zone: 'UTC' } as const
    await setBudget(limit, here.gateway.deps)
    await queue()
    expect(await countOf(here, batch)).toEqual({ running: 64, queued: 6 })
    const chunks = await here.stores.chunks.ofBatch(batch.id)
    expect(chunks.map(({ lines }) => lines.length)).toEqual([64])
  }))

test('a batch that nobody can ask about any more ends two days after its window, as paid', () =>
  withBatches(100, async (here, service) => {
    const { batch, queue } = await write(here, 'lost', cups(2))
    await queue()
    const silent: Partial<ScriptedBatches> = {
      submit: async () => ({ kind: 'failed', failure: unanswered }),
      find: async () => ({ kind: 'failed', failure: unanswered }),
    }
    Object.assign(service, silent)
    const driver = new ChunkDriver(here.gateway.deps)
    await driver.step(batch)
    await here.clock.advance(72 * HOUR - 2 * HOUR)
    await driver.step(batch)
    expect(await countOf(here, batch)).toEqual({ running: 2 })
    await here.clock.advance(HOUR)
    await driver.step(batch)
    expect(await countOf(here, batch)).toEqual({ failed: 2 })
    expect(await here.stores.queue.sumBatch(batch.id)).toMatchObject({ costNano: 2n * HALF_CENT })
  }))

const unanswered = { class: 'timeout_unknown', message: 'silence', billed: 'unknown' } as const
