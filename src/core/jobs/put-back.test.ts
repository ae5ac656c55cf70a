import { expect, test } from 'vitest'
import { afterDeath, type Obstacle, retryLimits, whenAgain } from './put-back.ts'
import type { QueuePlace } from './queue-place.ts'

const now = 1_000_000
const last = retryLimits.maxTries - 1
const at = (chance = 1) => ({ now, chance })
const broke = (code: Obstacle['code'], more: Partial<Obstacle> = {}): Obstacle => ({
  ...{ code, retryable: true, retryAfterMs: undefined },
  ...more,
})

test.each([
  ['a provider that is down is tried again, later each time', broke('no_provider_available'), 2],
  ['a wait that it names is kept', broke('rate_limit_exceeded', { retryAfterMs: 99_000 }), 0],
])('%s', (_claim, error, tries) => {
  const back = whenAgain(error, { tries }, at())
  const waitMs = error.retryAfterMs ?? retryLimits.pauseMs * 4
  expect(back).toEqual({ state: 'queued', dueAt: now + waitMs, tries: tries + 1 })
})

test('jobs that met the same obstacle come back at different times, none at once', () => {
  const due = [0, 0.5, 1].map((chance) => {
    return whenAgain(broke('no_provider_available'), { tries: 0 }, at(chance))?.dueAt
  })
  expect(due).toEqual([now + 2_500, now + 3_750, now + 5_000])
})

test('a pause grows no further than its limit', () => {
  const back = whenAgain(broke('no_provider_available'), { tries: last - 1 }, at())
  expect(back?.dueAt).toBeLessThanOrEqual(now + retryLimits.maxPauseMs)
})

test('what cannot pass ends a job at once, and the last try ends it in any case', () => {
  const lasting = broke('content_policy_violation', { retryable: false })
  expect(whenAgain(lasting, { tries: 0 }, at())).toBeUndefined()
  expect(whenAgain(broke('no_provider_available'), { tries: last }, at())).toBeUndefined()
})

test.each(['overloaded', 'ledger_unavailable'] as const)(
  'our own %s is no try: the job waits as often as it takes',
  (code) => {
    const back = whenAgain(broke(code), { tries: last }, at())
    expect(back).toEqual({ state: 'queued', dueAt: now + retryLimits.pauseMs, tries: last })
  },
)

test('an empty budget pauses a job until its window turns, as often as it takes', () => {
  const resetsAt = now + 3_600_000
  const spent = broke('insufficient_quota', { retryable: false, resetsAt })
  const paused = { state: 'paused', dueAt: resetsAt, tries: last }
  expect(whenAgain(spent, { tries: last }, at())).toEqual(paused)
  const waits = { ...spent, resetsAt: undefined, retryAfterMs: 60_000 }
  expect(whenAgain(waits, { tries: 0 }, at())?.dueAt).toBe(now + 60_000)
  const never = { ...spent, resetsAt: undefined }
  expect(whenAgain(never, { tries: 0 }, at())).toBeUndefined()
  const total = { ...never, mayFitLater: true, budgetId: 'bud_total' }
  const looks = { state: 'paused', dueAt: now + retryLimits.budgetLookMs, pausedBy: 'bud_total' }
  expect(whenAgain(total, { tries: last }, at())).toEqual({ ...looks, tries: last })
})

test('a job that kills its process does not do so for ever', () => {
  const place: QueuePlace = { priority: 'low', dueAt: 0, tries: 0, fence: 1 }
  expect(afterDeath(place, now)).toEqual({ state: 'queued', dueAt: now, tries: 1 })
  expect(afterDeath({ ...place, tries: last }, now)).toBeUndefined()
})
