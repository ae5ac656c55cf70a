import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import pg from 'pg'
import { openDatabase } from '../adapters/database/open-database.ts'
import type { Stores } from '../ports/stores.ts'
import { sampleNow } from './sample-records.ts'
import { clearUp, type Storm, stormBudgets, stormWindows } from './spend-storm.ts'

/** Runs a program text in a process of its own, with `at` to import files beside this one. */
export const startProgram = (program: string, ...given: readonly string[]): ChildProcess => {
  const at = `const at = (path) => import(new URL(path, ${JSON.stringify(import.meta.url)}))\n`
  return spawn(process.execPath, ['--input-type=module', '--eval', at + program, ...given], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** How a process ended: null when it was killed. */
export async function codeOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

/** Lends a schema of its own on a PostgreSQL server. */
export async function withSchema(server: string, use: (url: string) => Promise<void>) {
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

/** Asks for money out of budgets that are too small, and says when so many have ended. */
const spender = `
  const { openDatabase } = await at('../adapters/database/open-database.ts')
  const { playStorm } = await at('./spend-storm.ts')
  const [url, seed, requests, toldAt, stays] = process.argv.slice(1)
  const stores = await openDatabase(url)
  const storm = { seed: Number(seed), requests: Number(requests) }
  await playStorm([stores], storm, (ended) => ended === Number(toldAt) && console.log('some'))
  // One that is to be killed must not get away by being fast.
  if (stays) setInterval(() => undefined, 60_000)
  else await stores.close()
`

/**
 * Two processes ask for money at once, out of one database; the first is killed when some of its
 * requests have ended.
 * @returns what is wrong afterwards; empty when nothing is.
 */
export async function playKilledStorm(
  url: string,
  { seed, requests }: Storm,
  killedAt: number,
): Promise<readonly string[]> {
  const stores = await openDatabase(url)
  try {
    for (const budget of stormBudgets) await stores.budgets.set(budget, sampleNow)
    const start = (own: number, ...stays: readonly string[]) =>
      startProgram(spender, url, String(own), String(requests), String(killedAt), ...stays)
    const [doomed, lucky] = [start(seed, 'stays'), start(seed + 1)]
    doomed.stdout?.once('data', () => doomed.kill('SIGKILL'))
    const codes = await Promise.all([doomed, lucky].map(codeOf))
    await clearUp(stores, { seed, requests })
    const ends = codes.join() === ',0' ? [] : [`the processes ended with ${codes.join(' and ')}`]
    return [...ends, ...(await stormFlaws(stores))]
  } finally {
    await stores.close()
  }
}

/** What a storm must not leave behind: overspent windows, open holds, sums that differ. */
export async function stormFlaws(stores: Stores): Promise<readonly string[]> {
  const { heldNano } = await stores.ledger.balance('key_a', 'real')
  return [
    ...(await stormWindows(stores)),
    ...(await stores.ledger.audit()),
    ...(heldNano === 0n ? [] : [`${heldNano} are still held`]),
  ]
}
