import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../src/adapters/database/open-database.ts'
import { sampleNow } from '../../src/testing/sample-records.ts'
import { playStorm, type Storm, stormBudgets } from '../../src/testing/spend-storm.ts'
import { playKilledStorm, stormFlaws, withSchema } from '../../src/testing/storm-processes.ts'

/** Requests of one storm. */
const REQUESTS = 10_000

/**
 * Storms of requests in five nested budgets that are too small, one for each seed: in one process
 * on SQLite, and in two on PostgreSQL, of which one is killed amid it.
 * @returns how many storms left something wrong.
 */
export async function playStorms(seeds: number, server: string | undefined): Promise<number> {
  let bad = 0
  const tell = (where: string, seed: number, flaws: readonly string[]): void => {
    if (flaws.length > 0) bad += 1
    console.log(`storm ${where} ${seed}: ${flaws.length === 0 ? 'good' : flaws.join('; ')}`)
  }
  for (let seed = 1; seed <= seeds; seed += 1) {
    tell('SQLite', seed, await playInOne({ seed, requests: REQUESTS }))
    if (server === undefined) continue
    // Both processes together ask as often; where the first one dies is another place each time.
    const storm = { seed: seed * 2, requests: REQUESTS / 2 }
    const killedAt = 1 + ((seed * 2_654_435_761) % (REQUESTS / 2))
    await withSchema(server, async (url) => {
      tell('PostgreSQL', seed, await playKilledStorm(url, storm, killedAt))
    })
  }
  if (server === undefined)
    console.log('no storms on PostgreSQL: KEEPRATE_TEST_DATABASE_URL is not set')
  return bad
}

async function playInOne(storm: Storm): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'keeprate-storm-'))
  const stores = await openDatabase(join(folder, 'keeprate.db'))
  try {
    for (const budget of stormBudgets) await stores.budgets.set(budget, sampleNow)
    const { spentNano } = await playStorm([stores], storm)
    const balance = await stores.ledger.balance('key_a', 'real')
    const lost =
      balance.spentNano === spentNano ? [] : [`${spentNano} spent, ${balance.spentNano} booked`]
    return [...lost, ...(await stormFlaws(stores))]
  } finally {
    await stores.close()
    await rm(folder, { recursive: true, force: true })
  }
}
