import { describe, expect, test } from 'vitest'
import type { CallOutcome, JobReports } from '../ports/provider.ts'
import {
  type GatewayStand,
  until,
  whileTimePasses,
  withGatewayStand,
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
import { failed, type Play, produced, scriptedProvider } from '../testing/scripted-provider.ts'
import { defaultLimits } from './limits.ts'

const { reportedPollMs, lostAnswerMs, missedReports } = defaultLimits
/** What a provider's own flow pauses. */
const POLL_MS = 500

let seed = 0
const drawn = (): CallOutcome => {
  seed += 1
  return produced([noisePng({ width: 32, height: 32 }, seed)])
}

const reportsOf = (context: Parameters<Play>[1]): JobReports => {
  if (context.reports === undefined) throw new Error('nothing is reported')
  return context.reports
}

/** Submits and pauses so often before it looks, then has its picture. */
const polls =
  (pauses = 1): Play =>
  async (_, context) => {
    await context.onSubmitted(reportedJob)
    for (let made = 0; made < pauses; made += 1) await reportsOf(context).pause(POLL_MS)
    return drawn()
  }

/** Submits, is not answered, and looks for its job. */
const loses: Play = async (_, context) => {
  const job = await reportsOf(context).findJob(context.signal)
  return job === undefined ? failed('timeout_unknown') : drawn()
}

const withReports = (play: Play, use: (stand: GatewayStand) => Promise<void>) =>
  withGatewayStand({ providers: [reportingProvider({ play })], addresses: openAddresses }, use)

/** Milliseconds until a request is answered, to the pause of a poll. */
async function timeOf(stand: GatewayStand, prompt: string): Promise<number> {
  const startedMs = stand.clock.monotonicMs()
  let isOver = false
  const asked = stand.ask({ prompt }).finally(() => {
    isOver = true
  })
  while (!isOver) await stand.clock.advance(stand.clock.sleeping > 1 ? POLL_MS : 0)
  await asked
  return stand.clock.monotonicMs() - startedMs
}

const isSubmitted = async (stand: GatewayStand) =>
  (await stand.stores.requests.list({ tenant: 'here', limit: 1 })).length === 1 &&
  (await onlyAttempt(stand)).state === 'submitted'

describe('the pause between two polls', () => {
  test('is over as soon as the end is reported', () =>
    withReports(polls(), async (stand) => {
      const asked = stand.ask()
      await until(() => isSubmitted(stand))
      const { id } = await onlyAttempt(stand)
      expect(await deliverTo(stand, id, noticeOf())).toBe('woken')
      expect((await asked).images).toHaveLength(1)
      expect(stand.clock.monotonicMs()).toBe(0)
    }))

  test('is a long one as long as the end may be reported', () =>
    withReports(polls(), async (stand) => {
      expect(await timeOf(stand, 'a cup')).toBe(reportedPollMs)
    }))

  test('is the usual one after an end that a poll does not see yet', () =>
    withReports(polls(3), async (stand) => {
      const asked = stand.ask()
      await until(() => isSubmitted(stand))
      const { id } = await onlyAttempt(stand)
      await deliverTo(stand, id, noticeOf())
      await until(() => stand.clock.sleeping > 1)
      await stand.clock.advance(2 * POLL_MS)
      expect((await asked).images).toHaveLength(1)
    }))

  test('stays long after a report that the job has begun', () =>
    withReports(polls(), async (stand) => {
      const asked = stand.ask()
      await until(() => isSubmitted(stand))
      const { id } = await onlyAttempt(stand)
      expect(await deliverTo(stand, id, noticeOf({ isEnd: false }))).toBe('ignored')
      await stand.clock.advance(reportedPollMs - 1)
      expect((await onlyAttempt(stand)).state).toBe('submitted')
      await stand.clock.advance(1)
      expect((await asked).images).toHaveLength(1)
    }))

  test('is the usual one when reports do not arrive, until one does', () =>
    withReports(polls(), async (stand) => {
      for (let missed = 0; missed < missedReports; missed += 1) {
        expect(await timeOf(stand, `cup ${missed}`)).toBe(reportedPollMs)
      }
      expect(await timeOf(stand, 'one more cup')).toBe(POLL_MS)
      const warnings = stand.logged.filter(({ level }) => level === 'warn')
      expect(warnings).toMatchObject([{ fields: { provider: 'acme' } }])
      const { id } = await onlyAttempt(stand)
      expect(await deliverTo(stand, id, noticeOf())).toBe('late')
      expect(await timeOf(stand, 'the last cup')).toBe(reportedPollMs)
    }))
})

describe('a job whose submit was not answered', () => {
  test('is found by a report, and written down before anybody goes on with it', () =>
    withReports(loses, async (stand) => {
      const asked = stand.ask()
      const { id } = await until(() => onlyAttempt(stand).catch(() => undefined))
      expect(await deliverTo(stand, id, noticeOf({ isEnd: false }))).toBe('job_found')
      expect((await asked).images).toHaveLength(1)
      const facts = stand.trace.filter((line) => line.startsWith('written attempt'))
      expect(facts).toEqual(['written attempt-submitted', 'written attempt-settled'])
      expect(await onlyAttempt(stand)).toMatchObject({ job: reportedJob, costBasis: 'book' })
    }))

  test('is given up when nobody names it in time', () =>
    withReports(loses, async (stand) => {
      const asked = whileTimePasses(stand.clock, stand.ask(), POLL_MS)
      await expect(asked).rejects.toMatchObject({ code: 'no_provider_available' })
      expect(stand.clock.monotonicMs()).toBeGreaterThanOrEqual(lostAnswerMs)
      expect(await onlyAttempt(stand)).toMatchObject({ outcome: 'timeout_unknown' })
    }))
})

test('a report that comes before the answer to the submit is no trouble', async () => {
  const answer = Promise.withResolvers<void>()
  const early: Play = async (call, context, index) => {
    await answer.promise
    return polls()(call, context, index)
  }
  await withReports(early, async (stand) => {
    const asked = stand.ask()
    const { id } = await until(() => onlyAttempt(stand).catch(() => undefined))
    expect(await deliverTo(stand, id, noticeOf())).toBe('job_found')
    answer.resolve()
    expect((await asked).images).toHaveLength(1)
    expect(stand.clock.monotonicMs()).toBe(0)
    expect(stand.logged.filter(({ level }) => level === 'error')).toEqual([])
    expect(stand.events.filter(({ kind }) => kind === 'write-failed')).toEqual([])
  })
})

test('a provider that reports nothing is given no address, and no reports', async () => {
  const seen: boolean[] = []
  const play: Play = async ({ webhook }, { reports }) => {
    seen.push(webhook === undefined && reports === undefined)
    return drawn()
  }
  const providers = [scriptedProvider({ play })]
  await withGatewayStand({ providers, addresses: openAddresses }, (stand) => stand.ask().then())
  await withGatewayStand({ providers: [reportingProvider({ play })] }, (stand) =>
    stand.ask().then(),
  )
  expect(seen).toEqual([true, true])
})
