import { expect, test } from 'vitest'
import { openDatabase } from '../../src/adapters/database/open-database.ts'
import { nanoFromDollars } from '../../src/core/money.ts'
import { cuttingProxy } from '../../src/testing/cutting-proxy.ts'
import { receiptOf, startBilledStand } from './billed-stand.ts'
import { type Answer, jsonOf } from './exchange.ts'
import { expectGood } from './fault-checks.ts'
import { databaseKinds, makeDatabase, until } from './stand.ts'

/** A picture of FLUX.2 [klein] then takes a second or more: the database goes in the meantime. */
const SPEED = '2'
const LOAD = 8

const asked = (prompt: string) => ({ model: 'bfl/flux-2-klein-4b', prompt, size: '1024x1024' })

test('a database that is lost under load: nothing unrecorded, nothing paid lost', async ({
  skip,
}) => {
  if (!databaseKinds().includes('PostgreSQL')) skip('there is no PostgreSQL to test with')
  const database = await makeDatabase('PostgreSQL')
  const way = await cuttingProxy(database.url ?? '')
  const stand = await startBilledStand({ database: { ...database, url: way.url }, speed: SPEED })
  try {
    const paid = Array.from({ length: LOAD }, (_, index) => stand.generate(asked(`boat ${index}`)))
    await until(async () => ((await stand.callsSent()) >= LOAD ? true : undefined))
    await way.stop()
    const refused = await Promise.all(
      Array.from({ length: LOAD }, (_, index) => stand.generate(asked(`barge ${index}`))),
    )
    for (const answer of refused) expectRefused(answer)
    expect((await stand.get('/readyz')).status).toBe(503)
    // Whoever had been served by then has a picture, written down or not.
    const answers = await Promise.all(paid)
    for (const answer of answers) await expectGood(answer, 1)
    expect(await stand.callsSent()).toBe(LOAD)

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
    const books = await openDatabase(database.url ?? '')
    try {
      const spentNano = await stand.billedNano()
      const balance = await books.ledger.balance('key_admin', 'real')
      expect(balance).toEqual({ spentNano, heldNano: 0n })
      expect(spentNano).toBe(BigInt(LOAD + 1) * nanoFromDollars('0.014'))
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

/** No provider was called, and to ask again is what helps. */
function expectRefused(answer: Answer): void {
  expect(jsonOf(answer)).toMatchObject({ error: { code: 'ledger_unavailable' } })
  expect(answer.status).toBe(503)
  expect(answer.headers).toMatchObject({ 'x-should-retry': 'true' })
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
}
