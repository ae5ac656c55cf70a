import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Stores } from '../../ports/stores.ts'
import { cuttingProxy } from '../../testing/cutting-proxy.ts'
import { closingFacts, openingFacts, sampleNow } from '../../testing/sample-records.ts'
import { testAlertStore } from '../../testing/test-alert-store.ts'
import { testAnswerStore } from '../../testing/test-answer-store.ts'
import { testBatchStore } from '../../testing/test-batch-store.ts'
import { testBeliefStore } from '../../testing/test-belief-store.ts'
import { testBudgetStore } from '../../testing/test-budget-store.ts'
import { testCacheEntries } from '../../testing/test-cache-entries.ts'
import { testCacheStore } from '../../testing/test-cache-store.ts'
import { testChunkStore } from '../../testing/test-chunk-store.ts'
import { testExperimentStore } from '../../testing/test-experiment-store.ts'
import { testFeedbackStore } from '../../testing/test-feedback-store.ts'
import { testFileStore } from '../../testing/test-file-store.ts'
import { testJobQueue } from '../../testing/test-job-queue.ts'
import { testJournal } from '../../testing/test-journal.ts'
import { testKeyStore } from '../../testing/test-key-store.ts'
import { testLedgerStore } from '../../testing/test-ledger-store.ts'
import { testNoticeStore } from '../../testing/test-notice-store.ts'
import { testPriceStore } from '../../testing/test-price-store.ts'
import { testRequestStore } from '../../testing/test-request-store.ts'
import { testSettingStore } from '../../testing/test-setting-store.ts'
import { testUsageRefill } from '../../testing/test-usage-refill.ts'
import { testUsageStore } from '../../testing/test-usage-store.ts'
import { openDatabase } from '../database/open-database.ts'

const VARIABLE = 'KEEPRATE_TEST_DATABASE_URL'
const serverUrl = process.env[VARIABLE]

if (serverUrl === undefined) {
  test('PostgreSQL keeps the contracts of all stores', ({ skip }) => {
    if (process.env.CI === 'true') throw new Error(`${VARIABLE} must be set in CI`)
    skip(`${VARIABLE} is not set, so there is no PostgreSQL to test`)
  })
} else {
  testPostgres(serverUrl)
}

function testPostgres(url: string): void {
  // One schema for the file, emptied for each test: making one costs ten times as much.
  let schema: Awaited<ReturnType<typeof createSchema>>
  beforeAll(async () => {
    schema = await createSchema(url)
  })
  afterAll(() => schema.drop())
  const open = async (): Promise<Stores> => {
    const stores = await openDatabase(schema.url)
    await asAdministrator(schema.url, (client) => client.query(EMPTY_ALL))
    return stores
  }
  testJournal('PostgreSQL', open)
  testLedgerStore('PostgreSQL', open)
  testRequestStore('PostgreSQL', open)
  testJobQueue('PostgreSQL', open)
  testFileStore('PostgreSQL', open)
  testBatchStore('PostgreSQL', open)
  testChunkStore('PostgreSQL', open)
  testBudgetStore('PostgreSQL', open)
  testCacheStore('PostgreSQL', open)
  testCacheEntries('PostgreSQL', open)
  testFeedbackStore('PostgreSQL', open)
  testExperimentStore('PostgreSQL', open)
  testBeliefStore('PostgreSQL', open)
  testAnswerStore('PostgreSQL', open)
  testNoticeStore('PostgreSQL', open)
  testAlertStore('PostgreSQL', open)
  testKeyStore('PostgreSQL', open)
  testPriceStore('PostgreSQL', open)
  testSettingStore('PostgreSQL', open)
  testUsageStore('PostgreSQL', open)
  testUsageRefill('PostgreSQL', async () => {
    const emptied = await open()
    await emptied.close()
    return {
      open: () => openDatabase(schema.url),
      run: (statements) =>
        asAdministrator(schema.url, (client) => client.query(statements.join(';'))),
    }
  })
  describe('PostgreSQL: replicas', () => replicas(url))
  describe('PostgreSQL: losses', () => losses(url))
}

/** Removes all rows; what is referred to goes last. */
const EMPTY_ALL = [
  'price_feeds',
  'price_sources',
  'price_changes',
  'bill_tallies',
  'verdicts',
  'destinations',
  'notices',
  'deliveries',
  'alerts',
  'belief_counts',
  'belief_generations',
  'sightings',
  'exploration_spend',
  'route_orders',
  ...['experiments', 'experiment_requests'],
  'sharpness_counts',
  'cache_entries',
  'similar_prompts',
  'cache_lookups',
  'renditions',
  'sent_bytes',
  'stored_days',
  'known_uploads',
  'owed_answers',
  'idempotency_keys',
  'files',
  'batches',
  'batch_chunks',
  'images',
  'attempts',
  'holds',
  'requests',
  'ledger_entries',
  'balances',
  'hold_claims',
  'budget_windows',
  'budgets',
  ...['usage_totals', 'usage_series'],
  'virtual_keys',
  'settings',
]
  .map((table) => `delete from ${table}`)
  .join(';')

/** A schema of its own, which the address makes the default for whoever connects by it. */
async function createSchema(url: string) {
  const name = `keeprate_test_${randomBytes(8).toString('hex')}`
  const own = new URL(url)
  own.searchParams.set('options', `-c search_path=${name}`)
  await asAdministrator(url, (client) => client.query(`create schema ${name}`))
  return {
    name,
    url: own.href,
    drop: () => asAdministrator(url, (client) => client.query(`drop schema ${name} cascade`)),
  }
}

async function asAdministrator(
  url: string,
  work: (client: pg.Client) => Promise<unknown>,
): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

function replicas(url: string): void {
  const replicasOf = async (count: number, use: (stores: readonly Stores[]) => Promise<void>) => {
    const schema = await createSchema(url)
    const all = await Promise.all(Array.from({ length: count }, () => openDatabase(schema.url)))
    try {
      await use(all)
    } finally {
      await Promise.all(all.map((stores) => stores.close()))
      await schema.drop()
    }
  }

  test('replicas that start at once on an empty database all open', () =>
    replicasOf(4, async (all) => {
      const values = await Promise.all(
        all.map(({ settings }, index) => settings.getOrCreate('secret', `value-${index}`)),
      )
      expect(new Set(values).size).toBe(1)
    }))

  test('replicas that write on the same keys keep the totals right', () =>
    replicasOf(3, async (all) => {
      const lives = all.flatMap(({ journal }, replica) =>
        Array.from({ length: 40 }, async (_, index) => {
          await journal.commit(openingFacts(`${replica}_${index}`))
          await journal.commit(closingFacts(`${replica}_${index}`))
        }),
      )
      await Promise.all(lives)
      const ledger = all[0]!.ledger
      expect(await ledger.balance('key_a', 'real')).toEqual({
        spentNano: 120n * 30_000_000n,
        heldNano: 0n,
      })
      expect(await ledger.audit()).toEqual([])
    }))

  test('one attempt that all replicas settle at once is booked once', () =>
    replicasOf(3, async (all) => {
      await all[0]!.journal.commit(openingFacts('one'))
      const outcomes = await Promise.allSettled(
        all.map(({ journal }) => journal.commit(closingFacts('one'))),
      )
      const fulfilled = outcomes.filter(({ status }) => status === 'fulfilled')
      expect(fulfilled).toHaveLength(1)
      expect(await all[1]!.ledger.audit()).toEqual([])
    }))

  test('replicas that claim at once never get the same request', () =>
    replicasOf(3, async (all) => {
      const names = Array.from({ length: 60 }, (_, index) => `n${index}`)
      await Promise.all(names.map((name) => all[0]!.journal.commit(openingFacts(name))))
      const now = sampleNow + 100_000
      const claims = await Promise.all(
        all.flatMap(({ requests }, index) =>
          Array.from({ length: 5 }, () =>
            requests.claimUnfinished({
              owner: `replica-${index}`,
              now,
              leaseUntil: now + 1_000,
              limit: 4,
            }),
          ),
        ),
      )
      const ids = claims.flat().map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids.length).toBeGreaterThan(0)
    }))
}

function losses(url: string): void {
  test('after all connections are cut the next commit passes', async () => {
    const schema = await createSchema(url)
    const stores = await openDatabase(`${schema.url}&application_name=${schema.name}`)
    try {
      await stores.journal.commit(openingFacts('one'))
      const cut = 'select pg_terminate_backend(pid, 5000) from pg_stat_activity'
      await asAdministrator(url, (client) =>
        client.query(`${cut} where application_name = $1`, [schema.name]),
      )
      // The loss may show itself in one answer; it never ends the process or lasts.
      await stores.check().catch((error) => {
        expect(error).toMatchObject({ code: 'ledger_unavailable' })
      })
      await stores.journal.commit(closingFacts('one'))
      expect(await stores.ledger.audit()).toEqual([])
    } finally {
      await stores.close()
      await schema.drop()
    }
  })

  test('a connection lost during a confirmation leaves the outcome open, and says so', async () => {
    const schema = await createSchema(url)
    const proxy = await cuttingProxy(schema.url)
    const stores = await openDatabase(proxy.url)
    try {
      proxy.cutAfter('commit')
      await expect(stores.journal.commit(openingFacts('one'))).rejects.toMatchObject({
        code: 'ledger_unavailable',
        isOutcomeUnknown: true,
      })
      // Here the server got the word before the cut, so writing it again contradicts.
      await expect(stores.journal.commit(openingFacts('one'))).rejects.toMatchObject({
        contradiction: expect.any(String),
      })
    } finally {
      await stores.close()
      await proxy.close()
      await schema.drop()
    }
  })

  test('a connection lost before the confirmation has written nothing', async () => {
    const schema = await createSchema(url)
    const proxy = await cuttingProxy(schema.url)
    const stores = await openDatabase(proxy.url)
    try {
      proxy.cutAfter('insert into "attempts"')
      await expect(stores.journal.commit(openingFacts('one'))).rejects.toMatchObject({
        code: 'ledger_unavailable',
        isOutcomeUnknown: false,
      })
      expect(await stores.requests.request('req_one')).toBeUndefined()
      await stores.journal.commit(openingFacts('one'))
    } finally {
      await stores.close()
      await proxy.close()
      await schema.drop()
    }
  })

  test('a database that cannot be reached says so when it is opened', async () => {
    const proxy = await cuttingProxy(url)
    await proxy.close()
    await expect(openDatabase(proxy.url)).rejects.toThrow(
      'The database cannot be opened: connect ECONNREFUSED',
    )
  })
}
