import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, test } from 'vitest'
import { sampleBudget, sampleClaim } from '../../testing/sample-budgets.ts'
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
import { type OpenStores, withStores } from '../../testing/with-stores.ts'
import { openDatabase } from '../database/open-database.ts'
import { openStores } from '../database/open-stores.ts'
import { openSqlite } from './open-sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'keeprate-sqlite-'))
afterAll(() => rmSync(folder, { recursive: true }))

const freshPath = () => join(folder, randomBytes(8).toString('hex'), 'keeprate.db')

/** A file of its own for each test. */
const open: OpenStores = () => openDatabase(`file:${freshPath()}`)

testJournal('SQLite', open)
testLedgerStore('SQLite', open)
testRequestStore('SQLite', open)
testJobQueue('SQLite', open)
testFileStore('SQLite', open)
testBatchStore('SQLite', open)
testChunkStore('SQLite', open)
testBudgetStore('SQLite', open)
testCacheStore('SQLite', open)
testCacheEntries('SQLite', open)
testFeedbackStore('SQLite', open)
testExperimentStore('SQLite', open)
testBeliefStore('SQLite', open)
testAnswerStore('SQLite', open)
testNoticeStore('SQLite', open)
testAlertStore('SQLite', open)
testKeyStore('SQLite', open)
testPriceStore('SQLite', open)
testSettingStore('SQLite', open)
testUsageStore('SQLite', open)

/** Does something to the file that the stores would never do. */
function tamper(path: string, statements: string): void {
  const database = new DatabaseSync(path)
  database.exec(statements)
  database.close()
}

testUsageRefill('SQLite', async () => {
  const path = freshPath()
  return {
    open: () => openDatabase(path),
    run: async (statements) => tamper(path, statements.join(';')),
  }
})

describe('SQLite: the file', () => {
  test('it is made with its folder, for its owner only', async () => {
    const path = freshPath()
    await withStores(
      () => openDatabase(path),
      async () => {
        expect(statSync(path).mode & 0o777).toBe(0o600)
        expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700)
      },
    )
  })

  test('what was written is there after it is opened again', async () => {
    const path = freshPath()
    await withStores(
      () => openDatabase(path),
      ({ journal }) => journal.commit(openingFacts('one')),
    )
    await withStores(
      () => openDatabase(path),
      async ({ journal, requests, ledger }) => {
        await journal.commit(closingFacts('one'))
        expect(await requests.request('req_one')).toMatchObject({ state: 'completed' })
        expect(await ledger.audit()).toEqual([])
      },
    )
  })

  test('one that a newer version has written is refused by name', async () => {
    const path = freshPath()
    await withStores(
      () => openDatabase(path),
      async () => {},
    )
    tamper(path, "insert into schema_migrations values ('9999-from-the-future')")
    await expect(openDatabase(path)).rejects.toThrow('9999-from-the-future')
  })

  test('one that is no database is refused with the reason', async () => {
    const path = freshPath()
    await withStores(
      () => openDatabase(path),
      async () => {},
    )
    tamper(path, 'pragma journal_mode = delete')
    writeFileSync(
      path,
      'this is a diary, not a database, and it is longer than a header '.repeat(99),
    )
    await expect(openDatabase(path)).rejects.toThrow('not a database')
  })

  test('while another holds the write lock, writes fail closed and reads go on', async () => {
    const path = freshPath()
    const engine = openSqlite(path, { busyTimeoutMs: 1 })
    await withStores(
      () => openStores(engine),
      async ({ journal, requests, ledger }) => {
        await journal.commit(openingFacts('one'))
        const other = new DatabaseSync(path)
        other.exec('begin immediate')
        await expect(journal.commit(openingFacts('two'))).rejects.toMatchObject({
          code: 'ledger_unavailable',
          isOutcomeUnknown: false,
        })
        expect(await requests.request('req_one')).toBeDefined()
        other.exec('rollback')
        other.close()
        await journal.commit(openingFacts('two'))
        expect(await ledger.audit()).toEqual([])
      },
    )
  })

  test('claims read the index of running requests, or that of waiting jobs', async () => {
    const path = freshPath()
    await withStores(
      () => openDatabase(path),
      async ({ requests }) => {
        const now = sampleNow
        await requests.claimUnfinished({ owner: 'a', now, leaseUntil: now, limit: 1 })
        const database = new DatabaseSync(path)
        const planOf = (conditions: string) =>
          JSON.stringify(
            database
              .prepare(`explain query plan select id from requests where ${conditions}`)
              .all(),
          )
        const running = planOf("requests.state = 'running' order by created_at, id limit 1")
        const waiting = planOf(
          `requests.state in ('queued', 'paused') and priority = 1 and due_at <= 9
           order by due_at, id limit 1`,
        )
        database.close()
        expect(running).toContain('requests_running')
        expect(waiting).toContain('requests_waiting (priority=? AND due_at<?)')
      },
    )
  })
})

describe('SQLite: the audit tells of', () => {
  const faults: Readonly<Record<string, readonly [string, string]>> = {
    'a balance that was changed': ['update balances set spent_nano = spent_nano + 1', 'key_a'],
    'a balance that is missing': ['delete from balances', 'key_a'],
    'an entry that was changed': [
      "update ledger_entries set amount_nano = 1 where kind = 'settle'",
      'hld_one',
    ],
    'an entry that was removed': ["delete from ledger_entries where kind = 'hold'", 'hld_one'],
    'a close that was removed': ["delete from ledger_entries where kind = 'release'", 'hld_one'],
    'a hold that was removed': ['delete from holds', 'hld_one'],
    'a hold that was opened again': ['update holds set closed_at = null', 'hld_one'],
    'an attempt that was changed': ['update attempts set cost_nano = cost_nano - 1', 'att_one'],
    'an attempt that was removed': ['delete from attempts', 'att_one'],
    'usage that was changed': [
      'update usage_totals set book_nano = book_nano + 1 where span = 900000',
      '1 book_nano',
    ],
    'usage that is missing': ['delete from usage_totals', '-1 requests'],
    'usage of another purpose': ["update usage_series set purpose = 'x'", '-1 requests'],
    'what a budget has taken that was changed': [
      'update budget_windows set held_nano = held_nano + 3',
      'bud_day (real) from 2026-11-01T00:00:00.000Z is off by 0 spent and 3 held',
    ],
    'a window of a budget that is missing': ['delete from budget_windows', 'bud_day'],
    'a claim that was changed': ['update hold_claims set spent_nano = 1', 'hld_one counts 1'],
    'a claim that is missing': ['delete from hold_claims', 'bud_day'],
    'a day of usage that was changed': [
      'update usage_totals set images = 7 where span = 86400000',
      'differs from its quarters by 6 images',
    ],
  }
  for (const [fault, [statement, finding]] of Object.entries(faults)) {
    test(fault, async () => {
      const path = freshPath()
      await withStores(
        () => openDatabase(path),
        async ({ journal, ledger, budgets }) => {
          const limitNano = 45_000_000n
          await budgets.set(sampleBudget('day', { limitNano }), sampleNow)
          const claims = [sampleClaim('day', limitNano)]
          const opening = openingFacts('one').map((fact) =>
            fact.kind === 'hold-opened' ? { ...fact, claims } : fact,
          )
          await journal.commit([...opening, ...closingFacts('one')])
          tamper(path, statement)
          const findings = await ledger.audit()
          expect(findings.join('\n')).toContain(finding)
        },
      )
    })
  }
})
