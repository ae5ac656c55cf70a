import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { openDatabase } from '../../src/adapters/database/open-database.ts'
import { nanoFromDollars } from '../../src/core/money.ts'
import { cuttingProxy } from '../../src/testing/cutting-proxy.ts'
import { receiptOf, startBilledStand } from './billed-stand.ts'
import { type Answer, exchange, jsonOf } from './exchange.ts'
import { expectGood } from './fault-checks.ts'
import { databaseKinds, makeDatabase, until } from './stand.ts'

/** A picture of FLUX.2 [klein] then takes a second or more: the database goes in the meantime. */
const SPEED = '2'
const LOAD = 8

const asked = (prompt: string) => ({ model: 'bfl/flux-2-klein-4b', prompt, size: '1024x1024' })

/** The warning of an answer whose record waits for the database. */
const LATE = expect.stringContaining('not_stored_yet')

/** Answered with signed links. */
const linked = (prompt: string) => ({ ...asked(prompt), response_format: 'url' })

const linksOf = (answer: Answer): readonly string[] =>
  (jsonOf(answer).data as readonly { readonly url: string }[]).map(({ url }) => {
    const { pathname, search } = new URL(url)
    return pathname + search
  })

test('a database that is lost under load: nothing unrecorded, nothing paid lost', async ({
  skip,
}) => {
  if (!databaseKinds().includes('PostgreSQL')) skip('there is no PostgreSQL to test with')
  const database = await makeDatabase('PostgreSQL')
  const way = await cuttingProxy(database.url ?? '')
  const stand = await startBilledStand({ database: { ...database, url: way.url }, speed: SPEED })
  try {
    await expectGood(await stand.generate(asked('a boat seen before')), 1)
    const paid = Array.from({ length: LOAD }, (_, index) => stand.generate(asked(`boat ${index}`)))
    const shown = stand.generate(linked('a boat that is looked at'))
    await until(async () => ((await stand.callsSent()) > LOAD + 1 ? true : undefined))
    await way.stop()
    const refused = await Promise.all(
      Array.from({ length: LOAD }, (_, index) => stand.generate(asked(`barge ${index}`))),
    )
    for (const answer of refused) expectRefused(answer)
    expectRefused(await stand.generate(asked('a boat seen before')))
    expect((await stand.get('/readyz')).status).toBe(503)
    // Whoever had been served by then has a picture, written down or not.
    const answers = await Promise.all(paid)
    for (const answer of answers) await expectGood(answer, 1)
    // To look at a picture costs nothing, and its bytes are not in the database.
    const [seen = ''] = linksOf(await shown)
    expect(await exchange(stand.gateway.url, { path: seen })).toMatchObject({ status: 200 })
    expect(await stand.callsSent()).toBe(LOAD + 2)

    await way.start()
    const back = performance.now()
    await until(async () => ((await stand.get('/readyz')).status === 200 ? true : undefined))
    expect(performance.now() - back).toBeLessThan(5_000)
    for (const answer of answers) {
      const receipt = await until(async () => {
        const found = await receiptOf(stand, answer)
        return found.status === 'completed' ? found : undefined
      })
      expect(receipt.attempts).toMatchObject([{ status: 'settled', outcome: 'produced' }])
    }
    await expectGood(await stand.generate(asked('a barge at last')), 1)
    const cached = await stand.generate(asked('a boat seen before'))
    await expectGood(cached, 1)
    expect(cached.headers).toMatchObject({ 'x-keeprate-cost': '0' })
    const books = await openDatabase(database.url ?? '')
    try {
      const spentNano = await stand.billedNano()
      const balance = await books.ledger.balance('key_admin', 'real')
      expect(balance).toEqual({ spentNano, heldNano: 0n })
      expect(spentNano).toBe(BigInt(LOAD + 3) * nanoFromDollars('0.014'))
      expect(await books.ledger.audit()).toEqual([])
    } finally {
      await books.close()
    }
  } finally {
    await stand.clear()
    await way.close().catch(() => undefined)
    await database.drop()
  }
})

test('a SQLite file that another has locked: nothing is bought, pictures are shown', async () => {
  const stand = await startBilledStand({ speed: '2000' })
  // It waits for what the gateway writes just then.
  const locker = new DatabaseSync(join(stand.gateway.home, 'keeprate.db'), { timeout: 10_000 })
  try {
    const [seen = ''] = linksOf(await stand.generate(linked('a boat')))
    const before = await stand.callsSent()
    locker.exec('begin immediate')
    expectRefused(await stand.generate(asked('a barge')))
    // What is in the cache needs no money: it is given, and written down later.
    const cached = await stand.generate(asked('a boat'))
    await expectGood(cached, 1)
    expect(cached.headers).toMatchObject({ 'x-keeprate-cost': '0', 'x-keeprate-warnings': LATE })
    expect(await exchange(stand.gateway.url, { path: seen })).toMatchObject({ status: 200 })
    expect(await stand.callsSent()).toBe(before)
    locker.exec('rollback')
    await expectGood(await stand.generate(asked('a barge')), 1)
    expect(await stand.callsSent()).toBe(before + 1)
    const receipt = await until(async () => {
      const found = await receiptOf(stand, cached)
      return found.status === 'completed' ? found : undefined
    })
    expect(receipt).toMatchObject({ cost: '0', attempts: [] })
  } finally {
    locker.close()
    await stand.clear()
  }
})

/** No provider was called, and to ask again is what helps. */
function expectRefused(answer: Answer): void {
  expect(jsonOf(answer)).toMatchObject({ error: { code: 'ledger_unavailable' } })
  expect(answer.status).toBe(503)
  expect(answer.headers).toMatchObject({ 'x-should-retry': 'true' })
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
}
