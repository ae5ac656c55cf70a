import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../src/adapters/database/open-database.ts'
import { sampleNow } from '../../src/testing/sample-records.ts'
import { playStorm, type Storm, stormBudgets } from '../../src/testing/spend-storm.ts'
import {
  playKilledStorm,
  type StormEnd,
  stormEnd,
  withSchema,
} from '../../src/testing/storm-processes.ts'

/** Requests of each process in one storm. */
const REQUESTS = 10_000

/**
 * Storms of requests in five nested budgets that are too small. For each seed: in one process on
 * SQLite; in one that is killed amid it and the next one; and in two on PostgreSQL, of which one is
 * killed.
 * @returns how many storms left something wrong.
 */
export async function playStorms(
  { first, count }: { readonly first: number; readonly count: number },
  server: string | undefined,
): Promise<number> {
  let bad = 0
  const tell = (where: string, seed: number, { flaws, spentNano }: StormEnd): void => {
    if (flaws.length > 0) bad += 1
    const verdict = flaws.length === 0 ? 'good' : flaws.join('; ')
    console.log(`storm ${where} ${seed}: ${spentNano} spent, ${verdict}`)
  }
  for (let seed = first; seed < first + count; seed += 1) {
    const storm = { seed: seed * 2, requests: REQUESTS }
    // Where the first process dies is another place each time.
    const killedAt = 1 + ((seed * 2_654_435_761) % REQUESTS)
    await withFile(async (path) => {
      tell('SQLite', seed, await playInOne(path, storm))
    })
    await withFile(async (path) => {
      const killed = { ...storm, killedAt, isShared: false }
      tell(`SQLite killed at ${killedAt}`, seed, await playKilledStorm(path, killed))
    })
    if (server === undefined) continue
    await withSchema(server, async (url) => {
      const killed = { ...storm, killedAt, isShared: true }
      tell(`PostgreSQL killed at ${killedAt}`, seed, await playKilledStorm(url, killed))
    })
  }
  if (server === undefined)
    console.log('no storms on PostgreSQL: KEEPRATE_TEST_DATABASE_URL is not set')
  return bad
}

async function withFile(use: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'keeprate-storm-'))
  try {
    await use(join(folder, 'keeprate.db'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function playInOne(path: string, storm: Storm): Promise<StormEnd> {
  const stores = await openDatabase(path)
  try {
    for (const budget of stormBudgets(storm)) await stores.budgets.set(budget, sampleNow)
    const { spentNano } = await playStorm([stores], storm)
    const end = await stormEnd(storm, stores)
    const isWhole = end.spentNano === spentNano
    const lost = isWhole ? [] : [`${spentNano} spent, ${end.spentNano} booked`]
    return { ...end, flaws: [...lost, ...end.flaws] }
  } finally {
    await stores.close()
  }
}
