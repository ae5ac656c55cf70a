import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BilledStand, receiptOf, startBilledStand } from './billed-stand.ts'
import { expectBooked, expectEnd, expectGood, faultyBody } from './fault-checks.ts'
import { endOf, finiteFaults, isFinal } from './fault-ends.ts'

/** The provider of the first step of `auto:fast` for a small picture. */
const FIRST = 'bfl'

/** The faults that it can have, and how they end. */
const faults = finiteFaults.flatMap((fault) => {
  const end = endOf(fault, FIRST)
  return end === undefined ? [] : [{ fault, end }]
})

let stand: BilledStand
beforeAll(async () => {
  stand = await startBilledStand()
})
afterAll(() => stand.clear())

describe('auto goes on to another provider when the first one fails by', () => {
  test.each(faults)('$fault', async ({ fault, end }) => {
    const before = await stand.billedNano()
    const answer = await stand.generate(faultyBody('auto:fast', `${fault}@${FIRST}`))
    const billed = (await stand.billedNano()) - before
    if (isFinal(end)) await expectEnd(answer, end, 1)
    else await expectGood(answer, 1)
    await expectBooked(stand, answer, { billed, fault })
    const providers = (await receiptOf(stand, answer)).attempts.map(({ offer }) => offer)
    expect(providers[0]).toMatch(new RegExp(`^${FIRST}/`))
    for (const offer of providers.slice(1)) expect(offer).not.toMatch(new RegExp(`^${FIRST}/`))
  })
})

test('one that never answers is overtaken by the next, when the caller asks for that', async () => {
  const limit = { 'x-keeprate-deadline-ms': '30000' }
  const body = { ...faultyBody('auto:fast', `hang@${FIRST}`), keeprate: { hedge: 'auto' } }
  const answer = await stand.generate(body, limit)
  await expectGood(answer, 1)
  expect(answer.headers).toMatchObject({ 'x-keeprate-route': 'hedge:2' })
  expect(answer.headers['x-keeprate-warnings']).toContain('hedged')
  const { status, attempts } = await receiptOf(stand, answer)
  expect(status).toBe('running')
  expect(attempts.map(({ status: state }) => state).sort()).toEqual(['settled', 'submitting'])
  expect(attempts.find(({ offer }) => offer.startsWith(FIRST))?.status).toBe('submitting')
})
