import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CallOutcome, WebhookReading } from '../ports/provider.ts'
import type { Journal } from '../ports/stores.ts'
import {
  type GatewayStand,
  type GatewayStandOptions,
  openGatewayStand,
  until,
} from '../testing/gateway-stand.ts'
import { noisePng } from '../testing/noise-png.ts'
import {
  deliverTo,
  noticeOf,
  onlyAttempt,
  openAddresses,
  reportedJob,
  reportingProvider,
} from '../testing/reporting-provider.ts'
import { failed, type Play, produced } from '../testing/scripted-provider.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'

const CENT = 10_000_000n
const drawn = (): CallOutcome => produced([noisePng({ width: 32, height: 32 }, 1)])
const never: Play = () => new Promise<CallOutcome>(() => {})
const submitsAndWaits: Play = async (_, context) => {
  await context.onSubmitted(reportedJob)
  return new Promise<CallOutcome>(() => {})
}
const loses: Play = async (_, { reports }) =>
  (await reports?.findJob()) === undefined ? failed('timeout_unknown') : drawn()

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'keeprate-reports-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

const openOn = (play: Play, options: Partial<GatewayStandOptions> = {}): Promise<GatewayStand> =>
  openGatewayStand({
    providers: [reportingProvider({ play, resume: drawn })],
    addresses: openAddresses,
    home,
    ...options,
  })

/** A gateway with one call under way; what it would still do is never waited for. */
async function openWithCall(
  play: Play,
  options: Partial<GatewayStandOptions> = {},
): Promise<{ readonly stand: GatewayStand; readonly attemptId: string }> {
  const stand = await openOn(play, options)
  stand.ask().catch(() => undefined)
  const { id } = await until(() => onlyAttempt(stand).catch(() => undefined))
  return { stand, attemptId: id }
}

describe('a delivery', () => {
  test.each<[string, WebhookReading, string]>([
    ['that nobody signed', { kind: 'forged' }, 'bad_signature'],
    ['whose keys cannot be had', { kind: 'unchecked' }, 'unavailable'],
    ['that says nothing of a job', { kind: 'ignored' }, 'ignored'],
    ['about another job', noticeOf({ job: { ...reportedJob, id: 'job-2' } }), 'ignored'],
  ])('%s changes nothing', async (_claim, reading, result) => {
    const { stand, attemptId } = await openWithCall(submitsAndWaits)
    await until(async () => (await onlyAttempt(stand)).state === 'submitted')
    expect(await deliverTo(stand, attemptId, reading)).toBe(result)
    expect(await onlyAttempt(stand)).toMatchObject({ state: 'submitted', job: reportedJob })
    const told = stand.events.filter(({ kind }) => kind === 'delivery-received')
    expect(told).toEqual([{ kind: 'delivery-received', provider: 'acme', result }])
    await stand.stores.close()
  })

  test('that comes again is known by its id', async () => {
    const { stand, attemptId } = await openWithCall(never)
    expect(await deliverTo(stand, attemptId, noticeOf())).toBe('job_found')
    expect(await deliverTo(stand, attemptId, noticeOf())).toBe('repeated')
    expect(await deliverTo(stand, attemptId, noticeOf({ deliveryId: 'other' }))).toBe('woken')
    await stand.stores.close()
  })

  test('about no call, or under the name of another provider, is unknown', async () => {
    const { stand, attemptId } = await openWithCall(never)
    expect(await deliverTo(stand, 'att_none', noticeOf())).toBe('unknown')
    expect(await deliverTo(stand, attemptId, noticeOf(), 'other')).toBe('unknown')
    const told = stand.events.filter((event) => event.kind === 'delivery-received')
    expect(told.map(({ provider }) => provider)).toEqual(['acme', 'unknown'])
    await stand.stores.close()
  })

  test('that the database does not take is to come again, and tells all the same', async () => {
    let isBroken = false
    const journal = (inner: Journal): Journal => ({
      commit: async (facts) => {
        const isJob = facts.some(({ kind }) => kind === 'attempt-submitted')
        if (isBroken && isJob) throw new Error('EIO')
        await inner.commit(facts)
      },
    })
    const stand = await openOn(loses, { journal })
    const asked = stand.ask()
    await until(() => stand.clock.sleeping > 1)
    const { id } = await onlyAttempt(stand)
    isBroken = true
    expect(await deliverTo(stand, id, noticeOf())).toBe('unavailable')
    expect((await asked).images).toHaveLength(1)
    await stand.close()
  })
})

describe('a delivery to another process than the one that calls', () => {
  test('is written down, and found by the one that lost its answer', async () => {
    const { stand, attemptId } = await openWithCall(loses)
    await until(() => stand.clock.sleeping > 1)
    const other = await openOn(never, { seed: 2 })
    expect(await deliverTo(other, attemptId, noticeOf())).toBe('job_found')
    expect(await deliverTo(other, attemptId, noticeOf())).toBe('late')
    await stand.clock.advance(stand.gateway.deps.limits.lookForJobMs)
    await until(async () => (await onlyAttempt(stand)).state === 'settled')
    expect(await onlyAttempt(stand)).toMatchObject({ outcome: 'produced', costNano: CENT })
    expect(await deliverTo(other, attemptId, noticeOf())).toBe('late')
    await other.close()
    await stand.close()
  })
})

describe('a call whose process died before its job was known', () => {
  /** Dies, and is followed by another gateway when its lease has run out. */
  async function dieAndFollow(outageMs = 0) {
    const { stand: dead, attemptId } = await openWithCall(never)
    await dead.stores.close()
    const laterMs = Math.max(outageMs, dead.gateway.deps.limits.leaseMs + 1)
    const clock = new VirtualClock(dead.clock.now() + laterMs)
    const stand = await openOn(never, { clock, seed: 2 })
    /** The request, once it has ended. */
    const requestNow = async () => {
      const [request] = await stand.stores.requests.list({ tenant: 'here', limit: 1 })
      return request?.state === 'running' ? undefined : request
    }
    return { stand, attemptId, requestNow }
  }

  test('is settled by its report: paid once, and its picture arrives', async () => {
    const { stand, attemptId, requestNow } = await dieAndFollow()
    expect(await deliverTo(stand, attemptId, noticeOf())).toBe('job_found')
    expect(await until(requestNow)).toMatchObject({ state: 'completed', costNano: CENT })
    expect(await onlyAttempt(stand)).toMatchObject({ outcome: 'produced', job: reportedJob })
    expect(await stand.stores.ledger.audit()).toEqual([])
    await stand.close()
  })

  test('is found after a long outage by a report that comes as late again', async () => {
    const outageMs = 1_200_000
    const { stand, attemptId, requestNow } = await dieAndFollow(outageMs)
    await until(() => stand.clock.sleeping > 1)
    await stand.clock.advance(outageMs - 1_000)
    expect(await requestNow()).toBeUndefined()
    expect(await deliverTo(stand, attemptId, noticeOf())).toBe('job_found')
    expect(await until(requestNow)).toMatchObject({ state: 'completed', costNano: CENT })
    await stand.close()
  })

  test('is booked as suspected when no report comes in time', async () => {
    const { stand, requestNow } = await dieAndFollow()
    const record = await until(async () => {
      await stand.clock.advance(1_000)
      return requestNow()
    })
    expect(record).toMatchObject({ state: 'failed', costNano: CENT })
    expect(await onlyAttempt(stand)).toMatchObject({
      outcome: 'timeout_unknown',
      costBasis: 'suspected',
    })
    await stand.close()
  })
})
