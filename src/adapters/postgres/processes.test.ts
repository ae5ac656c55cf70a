import { expect, test } from 'vitest'
import { addUsage, noUsage } from '../../core/usage/usage-sums.ts'
import { sampleNow } from '../../testing/sample-records.ts'
import { codeOf, playKilledStorm, startProgram, withSchema } from '../../testing/storm-processes.ts'
import { withStores } from '../../testing/with-stores.ts'
import { openDatabase } from '../database/open-database.ts'

const VARIABLE = 'KEEPRATE_TEST_DATABASE_URL'
const serverUrl = process.env[VARIABLE]

/** Commits lives of one key and model, several at a time, so that all meet in the same rows. */
const committer = `
  const { openDatabase } = await at('../adapters/database/open-database.ts')
  const { openingFacts, closingFacts } = await at('./sample-records.ts')
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

if (serverUrl === undefined) {
  test('PostgreSQL: processes that write on one series lose nothing', ({ skip }) => {
    if (process.env.CI === 'true') throw new Error(`${VARIABLE} must be set in CI`)
    skip(`${VARIABLE} is not set, so there is no PostgreSQL to test`)
  })
} else {
  test('PostgreSQL: processes that write on one series lose nothing', () =>
    withSchema(serverUrl, async (url) => {
      const codes = await Promise.all(
        ['a', 'b'].map((each) => codeOf(startProgram(committer, url, each))),
      )
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
    withSchema(serverUrl, async (url) => {
      const storm = { seed: 1, requests: 400, killedAt: 40, isShared: true }
      expect(await playKilledStorm(url, storm)).toMatchObject({ flaws: [] })
    }))
}
