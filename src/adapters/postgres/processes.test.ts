import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import pg from 'pg'
import { expect, test } from 'vitest'
import { addUsage, noUsage } from '../../core/usage/usage-sums.ts'
import { sampleNow } from '../../testing/sample-records.ts'
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

async function endOf(url: string, name: string): Promise<number | null> {
  const words = ['--input-type=module', '--eval', committer, url, name]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'inherit', 'inherit'] })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

if (serverUrl === undefined) {
  test('PostgreSQL: processes that write on one series lose nothing', ({ skip }) => {
    if (process.env.CI === 'true') throw new Error(`${VARIABLE} must be set in CI`)
    skip(`${VARIABLE} is not set, so there is no PostgreSQL to test`)
  })
} else {
  test('PostgreSQL: processes that write on one series lose nothing', async () => {
    const name = `keeprate_test_${randomBytes(8).toString('hex')}`
    const own = new URL(serverUrl)
    own.searchParams.set('options', `-c search_path=${name}`)
    const administrator = new pg.Client({ connectionString: serverUrl })
    await administrator.connect()
    try {
      await administrator.query(`create schema ${name}`)
      const codes = await Promise.all(['a', 'b'].map((each) => endOf(own.href, each)))
      expect(codes).toEqual([0, 0])
      await withStores(
        () => openDatabase(own.href),
        async ({ usage, ledger }) => {
          const range = { from: sampleNow, to: sampleNow + 86_400_000 }
          const rows = await usage.sums({ ...range, book: 'real' })
          const sums = rows.map((row) => row.sums).reduce(addUsage, noUsage)
          const expected = { requests: 400n, attempts: 400n, bookNano: 400n * 30_000_000n }
          expect(sums).toMatchObject(expected)
          expect(await ledger.audit()).toEqual([])
        },
      )
    } finally {
      await administrator.query(`drop schema if exists ${name} cascade`)
      await administrator.end()
    }
  })
}
