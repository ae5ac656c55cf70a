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
  // What is put aside when it dies may leave the other nothing, so something is spent before.
  const isSome = (ended, spentNano) => ended >= Number(toldAt) && spentNano > 0n
  const tell = (...so) => isSome(...so) && console.log('some')
  await playStorm([stores], storm, tell)
  // The other may have been first everywhere.
  console.log('some')
  // One that is to be killed must not get away by being fast.
  if (stays) setInterval(() => undefined, 60_000)
  else await stores.close()
`

/** A storm of which a process is killed. */
export interface KilledStorm extends Storm {
  /** When so many of the first process's requests have ended. */
  readonly killedAt: number
  /** Whether the second process asks at the same time, or when what the first left is settled. */
  readonly isShared: boolean
}

/** What a storm left. */
export interface StormEnd {
  readonly flaws: readonly string[]
  readonly spentNano: bigint
}

/** Two processes ask for money out of one database; the first is killed amid it. */
export async function playKilledStorm(url: string, storm: KilledStorm): Promise<StormEnd> {
  const { seed, requests, killedAt, isShared } = storm
  await withDatabase(url, async ({ budgets }) => {
    for (const budget of stormBudgets(storm)) await budgets.set(budget, sampleNow)
  })
  const start = (own: number, ...stays: readonly string[]) =>
    startProgram(spender, url, String(own), String(requests), String(killedAt), ...stays)
  const doomed = start(seed, 'stays')
  doomed.stdout?.once('data', () => doomed.kill('SIGKILL'))
  const death = codeOf(doomed)
  if (!isShared) {
    await death
    await withDatabase(url, (stores) => clearUp(stores, storm))
  }
  const codes = await Promise.all([death, codeOf(start(seed + 1))])
  return withDatabase(url, async (stores) => {
    await clearUp(stores, storm)
    const end = await stormEnd(storm, stores)
    const isAsMeant = codes.join() === ',0'
    const ends = isAsMeant ? [] : [`the processes ended with ${codes.join(' and ')}`]
    return { ...end, flaws: [...ends, ...end.flaws] }
  })
}

async function withDatabase<T>(url: string, use: (stores: Stores) => Promise<T>): Promise<T> {
  const stores = await openDatabase(url)
  try {
    return await use(stores)
  } finally {
    await stores.close()
  }
}

/** Looks for what no storm may leave behind: overspent windows, open holds, sums that differ. */
export async function stormEnd(storm: Storm, stores: Stores): Promise<StormEnd> {
  const { heldNano, spentNano } = await stores.ledger.balance('key_a', 'real')
  const flaws = [
    ...(await stormWindows(storm, stores)),
    ...(await stores.ledger.audit()),
    ...(heldNano === 0n ? [] : [`${heldNano} are still held`]),
    ...(spentNano > 0n ? [] : ['nothing was spent']),
  ]
  return { flaws, spentNano }
}
