import { expect, test } from 'vitest'
import type { DeadEnd } from '../sandbox/dead-ends.ts'
import { readScenario } from './read-scenario.ts'
import { emulatedIds, runScenario } from './run-scenario.ts'

const outage = `
scenario: a short outage
providers: [bfl, together, openai]
load: { rps: 1, for_s: 40 }
faults:
  - { fault: bad-gateway, provider: together, after_s: 10, for_s: 20 }
goals: { success: 1, calls_per_request: 1.01 }
`

test('a rehearsal serves all through an outage, and is the same again', async () => {
  const scenario = readScenario(outage, 'outage.yaml', emulatedIds)
  const report = await runScenario(scenario)
  expect(report).toMatchObject({ requests: 40, success: 1, held: '0', ledger_findings: [] })
  const dead = report.providers.find(({ provider }) => provider === 'together')
  expect(dead?.failed).toBeGreaterThan(0)
  expect(dead?.wasted_per_minute).toBeLessThanOrEqual(10)
  expect(report.calls).toBe(40 + (dead?.failed ?? 0))
  expect(report.missed).toEqual([`${report.calls_per_request} calls a request`])
  expect(await runScenario(scenario)).toEqual(report)
})

const nightBatch = `
scenario: a night in short
providers: [bfl, together, openai]
load: { rps: 0.5, for_s: 60 }
batch: { lines: 60, after_s: 5 }
faults:
  - { fault: bad-gateway, provider: together, after_s: 15, for_s: 20 }
goals: { success: 1, lines_made: 1, calls_per_request: 1.25 }
`

test('a batch is made whole through an outage and takes nothing from callers', async () => {
  const report = await runScenario(readScenario(nightBatch, 'night.yaml', emulatedIds))
  expect(report).toMatchObject({ success: 1, batch: { lines: 60, made: 60 }, missed: [] })
  expect(Object.keys(report.failures)).toEqual(['overloaded'])
})

const closedWay = (fault: DeadEnd, rps: number): string => `
scenario: nothing leads to the cheapest
providers: [bfl, together, openai]
load: { rps: ${rps}, requests: 60 }
faults:
  - { fault: ${fault}, provider: together }
goals: { success: 1, calls_per_request: 1.5, wasted_per_minute: 10 }
`

/** One that fails at once and one that fails late; no name and no handshake fail as the first. */
const ends: readonly (readonly [DeadEnd, number])[] = [
  ['connect-refused', 1],
  ['connect-hang', 1],
  ['connect-hang', 2],
]

test.each(ends)('%s of the cheapest at %d/s is felt by nobody, for nothing', async (fault, rps) => {
  const report = await runScenario(readScenario(closedWay(fault, rps), 'way.yaml', emulatedIds))
  expect(report).toMatchObject({ requests: 60, errors: {}, held: '0', ledger_findings: [] })
  expect(report.missed).toEqual([])
  const dead = report.providers.find(({ provider }) => provider === 'together')
  expect(dead).toMatchObject({ calls: dead?.failed, spend: '0' })
  expect(dead?.failed).toBeGreaterThan(0)
  expect(dead?.breaker_openings).toBeGreaterThan(0)
  expect(report.calls).toBe(60 + (dead?.failed ?? 0))
})
