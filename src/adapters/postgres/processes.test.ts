import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import pg from 'pg'
import { expect, test } from 'vitest'
import { addUsage, noUsage } from '../../core/usage/usage-sums.ts'
import { sampleNow } from '../../testing/sample-records.ts'
import { clearUp, stormBudgets, stormWindows } from '../../testing/spend-storm.ts'
import { withStores } from '../../testing/with-stores.ts'
import { openDatabase } from '../database/open-database.ts'

const VARIABLE = 'KEEPRATE_TEST_DATABASE_URL'
const serverUrl = process.env[VARIABLE]

/** Commits lives of one key and model, several at a time, so that all meet in the same rows. */
const committer = `
  const at = (path) => import(new URL(path, ${JSON.stringify(import.meta.url)}))
  const { openDatabase } = await at('../database/open-database.ts')
  const { openingFacts, closingFacts } = await at('../../testing/sample-records.ts')
  const [url, name] = process.argv.slice(1)
  const stores = await openDatabase(url)
  await Promise.all(Array.from({ length: 8 }, async (_, lane) => {
    for (let index = 0; index < 25; index += 1) {
      const each = name + '_' + lane + '_' + index
      await stores.journal.commit(openingFacts(each))
      await stores.journal.commit(closingFacts(each))
    }
  }))
  await stores.close()
`

/** Asks for money out of budgets that are too small, and says when some of it has ended. */
const spender = `
  const at = (path) => import(new URL(path, ${JSON.stringify(import.meta.url)}))
  const { openDatabase } = await at('../database/open-database.ts')
  const { playStorm } = await at('../../testing/spend-storm.ts')
  const [url, seed, stays] = process.argv.slice(1)
  const stores = await openDatabase(url)
  const storm = { seed: Number(seed), requests: 400 }
  await playStorm([stores], storm, (ended) => ended === 40 && console.log('some'))
  // One that is to be killed must not get away by being fast.
  if (stays) setInterval(() => undefined, 60_000)
  else await stores.close()
`

const start = (program: string, ...given: readonly string[]): ChildProcess =>
  spawn(process.execPath, ['--input-type=module', '--eval', program, ...given], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })

async function codeOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

/** Lends a schema of its own to a test. */
async function withSchema(server: string, use: (url: string) => Promise<void>): Promise<void> {
  const name = `keeprate_test_${randomBytes(8).toString('hex')}`
  const own = new URL(server)
  own.searchParams.set('options', `-c search_path=${name}`)
  const administrator = new pg.Client({ connectionString: server })
  await administrator.connect()
  try {
    await administrator.query(`create schema ${name}`)
    await use(own.href)
  } finally {
    await administrator.query(`drop schema if exists ${name} cascade`)
    await administrator.end()
  }
}

if (serverUrl === undefined) {
  test('PostgreSQL: processes that write on one series lose nothing', ({ skip }) => {
    if (process.env.CI === 'true') throw new Error(`${VARIABLE} must be set in CI`)
    skip(`${VARIABLE} is not set, so there is no PostgreSQL to test`)
  })
} else {
  test('PostgreSQL: processes that write on one series lose nothing', () =>
    withSchema(serverUrl, async (url) => {
      const codes = await Promise.all(['a', 'b'].map((each) => codeOf(start(committer, url, each))))
      expect(codes).toEqual([0, 0])
      await withStores(
        () => openDatabase(url),
        async ({ usage, ledger }) => {
          const range = { from: sampleNow, to: sampleNow + 86_400_000 }
          const rows = await usage.sums({ ...range, book: 'real' })
          const sums = rows.map((row) => row.sums).reduce(addUsage, noUsage)
          const expected = { requests: 400n, attempts: 400n, bookNano: 400n * 30_000_000n }
          expect(sums).toMatchObject(expected)
          expect(await ledger.audit()).toEqual([])
        },
      )
    }))

  test('PostgreSQL: two processes overspend no budget, though one is killed amid it', () =>
    withSchema(serverUrl, (url) =>
      withStores(
        () => openDatabase(url),
        async (stores) => {
          for (const budget of stormBudgets) await stores.budgets.set(budget, sampleNow)
          const doomed = start(spender, url, '1', 'stays')
          const lucky = start(spender, url, '2')
          doomed.stdout?.once('data', () => doomed.kill('SIGKILL'))
          expect(await Promise.all([doomed, lucky].map(codeOf))).toEqual([null, 0])
          await clearUp(stores, { seed: 1, requests: 400 })
          expect(await stormWindows(stores)).toEqual([])
          expect(await stores.ledger.audit()).toEqual([])
          const { heldNano } = await stores.ledger.balance('key_a', 'real')
          expect(heldNano).toBe(0n)
        },
      ),
    ))
}
