import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashText } from '../../src/sandbox/seeded.ts'
import {
  type BilledStand,
  receiptOf,
  startBilledStand,
  startReportedStand,
} from './billed-stand.ts'
import { type Answer, jsonOf } from './exchange.ts'
import { expectBooked, expectEnd, expectGood, faultyBody, unstreamed } from './fault-checks.ts'
import {
  type Cell,
  cellsOf,
  everyFlow,
  type FiniteFault,
  type Flow,
  finiteFaults,
  flows,
  type ProviderId,
  unheardCalls,
} from './fault-ends.ts'
import { writeFaultTable } from './fault-table.ts'
import { type Database, databaseKinds, makeDatabase, runProgram, until } from './stand.ts'

const providers = Object.keys(everyFlow) as ProviderId[]
const reporting = [...flows.values()].filter(({ way }) => way === 'webhook')

/** One of each way to be charged. */
const charged: readonly FiniteFault[] = [
  ...(['moderate-input', 'moderate-output', 'truncated', 'wrong-count'] as const),
  ...(['cost-differs', 'reset-in-body', 'job-vanishes', 'same-image'] as const),
]
/** Whether everything is played everywhere, as `npm run torture` does. */
const isWhole = process.env.KEEPRATE_TORTURE === 'true'
const seed = process.env.KEEPRATE_TEST_SEED ?? '1'
/** Enough to see that the other database books the same: those, and some more by the seed. */
const sample = finiteFaults.filter(
  (fault) => charged.includes(fault) || hashText(`${seed} ${fault}`) % 8 === 0,
)

describe.each(databaseKinds())('on %s', (kind) => {
  const databases: Database[] = []
  const met: Cell[] = []
  let stand: BilledStand
  /** Its providers report the ends of jobs. */
  let told: BilledStand
  beforeAll(async () => {
    const [first, second] = await Promise.all([makeDatabase(kind), makeDatabase(kind)])
    databases.push(first, second)
    const models = Object.fromEntries(reporting.map(({ provider, model }) => [provider, model]))
    stand = await startBilledStand({ database: first, models: everyFlow })
    told = await startReportedStand({ database: second, models })
  })
  afterAll(async () => {
    await Promise.all([stand.clear(), told.clear()])
    await Promise.all(databases.map((database) => database.drop()))
    await writeFaultTable(kind, met)
  })

  const standFor = ({ way }: Flow): BilledStand => (way === 'webhook' ? told : stand)

  /** One provider fails, and everything about it is as it must be. */
  async function meet(cell: Cell): Promise<void> {
    const { name, flow, fault, end, n } = cell
    const { provider, model, way } = flow
    const asked = standFor(flow)
    const extra = way === 'stream' ? { stream: true, partial_images: 1 } : {}
    const common = faultyBody(model, fault, n)
    // No two flows share a cached picture.
    const body = { ...common, prompt: `${common.prompt} by ${name}`, ...extra }
    const before = await asked.billedNano(provider)
    const answer = unstreamed(await asked.generate(body))
    const billed = (await asked.billedNano(provider)) - before
    await expectEnd(answer, end, n)
    await expectBooked(asked, answer, { billed, fault })
    // What is in the cache is what was good, and nothing else.
    const cached = unstreamed(await asked.generate(body, { 'x-keeprate-cache': 'only' }))
    if (answer.status === 200 && end !== 'fewer') await expectGood(cached, n)
    else expect(jsonOf(cached)).toMatchObject({ error: { code: 'cache_miss' } })
    met.push(cell)
  }

  describe('one provider gives a good picture or the right error, booked as billed, at', () => {
    test.each(kind === 'SQLite' || isWhole ? finiteFaults : sample)('%s', async (fault) => {
      // One after the other at one provider, whose bill is looked at before and after.
      const lines = Map.groupBy(
        cellsOf(fault),
        ({ flow }) => `${flow.provider} ${standFor(flow) === told}`,
      )
      const meetings = [...lines.values()].map(async (cells) => {
        for (const cell of cells) {
          await meet(cell).catch((error) => {
            throw new Error(`at ${cell.name}`, { cause: error })
          })
        }
      })
      await Promise.all(meetings)
    })
  })

  /** The receipt of a request once its work has ended. */
  const endedReceipt = (answer: Answer, from = stand) =>
    until(async () => {
      const receipt = await receiptOf(from, answer)
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

    const waitForNothing = async (): Promise<void> => {
      const meetings = unheardCalls.map(async ({ model, fault }) => {
        const answer = await told.generate(faultyBody(model, fault), limit)
        expect(answer.status).toBe(504)
        const { attempts, status } = await endedReceipt(answer, told)
        expect(status).toBe('failed')
        const outcome = expect.stringMatching(/^(timeout_unknown|overloaded|bad_image)$/)
        expect(attempts).toMatchObject([{ outcome }])
      })
      await Promise.all(meetings)
    }
    // Minutes of real time that are the same on each database: once is enough but for torture.
    if (kind === 'SQLite' || isWhole) {
      test('a report is waited for that never comes', waitForNothing)
    }

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
      expect(await ledgerFindings(stand, databases[0])).toEqual(['balances'])
    })
  })
})

/** What `keeprate doctor` says of the ledger. */
async function ledgerFindings({ gateway }: BilledStand, database?: Database): Promise<unknown> {
  const { output } = await runProgram(['doctor', '--json'], {
    KEEPRATE_HOME: gateway.home,
    ...(database?.url === undefined ? {} : { KEEPRATE_DATABASE_URL: database.url }),
  })
  const findings = JSON.parse(output) as readonly { what: string; detail: string }[]
  return findings.filter(({ what }) => what === 'ledger').map(({ detail }) => detail)
}
