import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BilledStand, receiptOf, startBilledStand } from './billed-stand.ts'
import { type Answer, jsonOf } from './exchange.ts'
import { expectBooked, expectEnd, expectGood, faultyBody } from './fault-checks.ts'
import {
  endOf,
  everyFlow,
  type FiniteFault,
  finiteFaults,
  type ProviderId,
  pinned,
} from './fault-ends.ts'
import { type Database, databaseKinds, makeDatabase, runProgram, until } from './stand.ts'

const providers = Object.keys(everyFlow) as ProviderId[]

/** Enough to see that the other database books the same: one of each way to be charged. */
const few: readonly FiniteFault[] = [
  ...(['moderate-input', 'moderate-output', 'truncated', 'wrong-count'] as const),
  ...(['cost-differs', 'reset-in-body', 'job-vanishes', 'same-image'] as const),
]

describe.each(databaseKinds())('on %s', (kind) => {
  let database: Database
  let stand: BilledStand
  beforeAll(async () => {
    database = await makeDatabase(kind)
    stand = await startBilledStand({ database, models: everyFlow })
  })
  afterAll(async () => {
    await stand.clear()
    await database.drop()
  })

  /** One provider fails, and everything about it is as it must be. */
  async function meet(fault: FiniteFault, provider: ProviderId): Promise<void> {
    const end = endOf(fault, provider)
    if (end === undefined || (end === 'good' && !(provider in pinned))) return
    const n = fault === 'wrong-count' ? 2 : 1
    const body = faultyBody(everyFlow[provider], fault, n)
    const before = await stand.billedNano(provider)
    const answer = await stand.generate(body)
    const billed = (await stand.billedNano(provider)) - before
    await expectEnd(answer, end, n)
    await expectBooked(stand, answer, { billed, fault })
    // What is in the cache is what was good, and nothing else.
    const cached = await stand.generate(body, { 'x-keeprate-cache': 'only' })
    if (answer.status === 200 && end !== 'fewer') await expectGood(cached, n)
    else expect(jsonOf(cached)).toMatchObject({ error: { code: 'cache_miss' } })
  }

  describe('one provider gives a good picture or the right error, booked as billed, at', () => {
    test.each(kind === 'SQLite' ? finiteFaults : few)('%s', async (fault) => {
      const meetings = providers.map(async (provider) => {
        await meet(fault, provider).catch((error) => {
          throw new Error(`at ${provider}`, { cause: error })
        })
      })
      await Promise.all(meetings)
    })
  })

  /** The receipt of a request once its work has ended. */
  const endedReceipt = (answer: Answer) =>
    until(async () => {
      const receipt = await receiptOf(stand, answer)
      return receipt.status === 'running' ? undefined : receipt
    })

  describe('a caller who cannot wait is answered in time, and the work is recorded:', () => {
    const limit = { 'x-keeprate-deadline-ms': '1000' }
    const hanging: Answer[] = []

    test('every provider hangs', async () => {
      const meetHang = async (provider: ProviderId): Promise<void> => {
        const answer = await stand.generate(faultyBody(everyFlow[provider], 'hang'), limit)
        expect([provider, answer.status]).toEqual([provider, 504])
        expect(jsonOf(answer)).toMatchObject({ error: { code: 'deadline_exceeded' } })
        expect(answer.headers['x-should-retry']).toBe('false')
        expect(await receiptOf(stand, answer)).toMatchObject({
          status: 'running',
          attempts: [{ status: 'submitting' }],
        })
        hanging.push(answer)
      }
      await Promise.all(providers.map(meetHang))
    })

    test('a stream hangs', async () => {
      const body = { ...faultyBody(everyFlow.openai, 'hang'), stream: true, partial_images: 1 }
      const answer = await stand.generate(body, limit)
      expect(answer.status).toBe(504)
      expect(jsonOf(answer)).toMatchObject({ error: { code: 'deadline_exceeded' } })
      hanging.push(answer)
    })

    test('a job that is stuck is polled on after its caller was answered', async () => {
      const short = { 'x-keeprate-deadline-ms': '200' }
      const answer = await stand.generate(faultyBody(everyFlow.bfl, 'job-stuck'), short)
      expect(answer.status).toBe(504)
      expect(await endedReceipt(answer)).toMatchObject({
        status: 'failed',
        attempts: [{ outcome: 'timeout_unknown', cost_basis: 'suspected' }],
      })
    })

    test('when the provider dies, what hung is booked as suspected', async () => {
      await stand.sandbox.stop()
      for (const answer of hanging) {
        const suspected = [{ outcome: 'timeout_unknown', cost_basis: 'suspected' }]
        expect((await endedReceipt(answer)).attempts).toMatchObject(suspected)
      }
      const unreached = await stand.generate(faultyBody(everyFlow.openai, 'hang'))
      expect(unreached.headers).toMatchObject({ 'x-keeprate-cost': '0', 'x-should-retry': 'true' })
      expect(await ledgerFindings(stand, database)).toEqual(['balances'])
    })
  })
})

/** What `keeprate doctor` says of the ledger. */
async function ledgerFindings({ gateway }: BilledStand, { url }: Database): Promise<unknown> {
  const { output } = await runProgram(['doctor', '--json'], {
    KEEPRATE_HOME: gateway.home,
    ...(url === undefined ? {} : { KEEPRATE_DATABASE_URL: url }),
  })
  const findings = JSON.parse(output) as readonly { what: string; detail: string }[]
  return findings.filter(({ what }) => what === 'ledger').map(({ detail }) => detail)
}
