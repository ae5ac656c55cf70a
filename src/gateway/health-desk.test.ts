import { describe, expect, test } from 'vitest'
import { defaultBreakerRule } from '../core/breaker/breaker.ts'
import { type FailureClass, failure, failureClasses } from '../core/errors/provider-failure.ts'
import type { GatewayEvent } from './events.ts'
import { type CallTarget, HealthDesk } from './health-desk.ts'
import { LatencyDesk } from './latency-desk.ts'

const painter: CallTarget = {
  ...{ provider: 'acme', offer: 'acme/painter', credential: 'main', typicalSeconds: 5 },
}
const sculptor: CallTarget = { ...painter, offer: 'acme/sculptor' }

function openDesk() {
  const events: GatewayEvent[] = []
  const time = { now: 1_000_000 }
  const emit = (event: GatewayEvent) => events.push(event)
  const latencies = new LatencyDesk(emit)
  const desk = new HealthDesk(defaultBreakerRule, { now: () => time.now, emit, latencies })
  const call = (target: CallTarget, failed?: FailureClass, durationMs = 5_000) =>
    desk.begin(target).end({
      durationMs,
      ...(failed === undefined ? {} : { failure: failure(failed, 'so it was') }),
    })
  return { desk, events, time, call, latencies }
}

const isRefused = (desk: HealthDesk, target: CallTarget): boolean =>
  desk.admission(target).kind === 'refused'

describe('an outage', () => {
  test('of all models closes the provider after five failures, whichever models they met', () => {
    const { desk, call, events } = openDesk()
    for (const target of [painter, sculptor, painter, sculptor]) call(target, 'overloaded')
    expect(isRefused(desk, painter)).toBe(false)
    call(painter, 'timeout_unknown')
    expect([isRefused(desk, painter), isRefused(desk, sculptor)]).toEqual([true, true])
    expect(events).toMatchObject([{ kind: 'provider-down', provider: 'acme', cause: 'failures' }])
  })

  test('of one model leaves the others alone', () => {
    const { desk, call } = openDesk()
    for (let index = 0; index < 5; index += 1) call(painter, 'empty')
    expect([isRefused(desk, painter), isRefused(desk, sculptor)]).toEqual([true, false])
  })

  test('is told once, and its end once', () => {
    const { desk, call, events, time } = openDesk()
    for (let index = 0; index < 8; index += 1) call(painter, 'empty')
    time.now += defaultBreakerRule.pauseMs
    expect(desk.admission(painter).kind).toBe('probe')
    call(painter)
    expect(events.map(({ kind }) => kind)).toEqual(['provider-down', 'provider-up'])
  })
})

test('while a probe is under way nobody else is let through', () => {
  const { desk, call, time } = openDesk()
  for (let index = 0; index < 5; index += 1) call(painter, 'overloaded')
  time.now += defaultBreakerRule.pauseMs
  const probe = desk.begin(painter)
  expect([isRefused(desk, painter), isRefused(desk, sculptor)]).toEqual([true, true])
  probe.end({ durationMs: 5_000 })
  expect(isRefused(desk, sculptor)).toBe(false)
})

test('a refused key closes its own line at once, and no other', () => {
  const { desk, call } = openDesk()
  call(painter, 'auth')
  expect(isRefused(desk, sculptor)).toBe(true)
  expect(isRefused(desk, { ...painter, credential: 'spare' })).toBe(false)
})

test('what callers do wrong never counts against a provider', () => {
  const callers = ['invalid_request', 'content_policy_input', 'content_policy_output'] as const
  for (const failed of [...callers, 'rate_limited' as const]) {
    const { desk, call } = openDesk()
    for (let index = 0; index < 50; index += 1) call(painter, failed)
    expect([failed, isRefused(desk, painter)]).toEqual([failed, false])
  }
})

test('every class of failure has been thought about', () => {
  for (const failed of failureClasses) {
    const { desk, call } = openDesk()
    call(painter, failed)
    expect(desk.shown().length).toBe(2)
  }
})

test('a model that is gone is not asked again for ten minutes', () => {
  const { desk, call, time } = openDesk()
  call(painter, 'model_gone')
  expect([isRefused(desk, painter), isRefused(desk, sculptor)]).toEqual([true, false])
  time.now += defaultBreakerRule.refusalPauseMs - 1
  expect(isRefused(desk, painter)).toBe(true)
})

test('answers ten times later than usual close the offer', () => {
  const { desk, call, latencies } = openDesk()
  for (let index = 0; index < 25; index += 1) call(painter, undefined, 4_000)
  expect(latencies.shareMs('acme/painter', 0.95)).toBe(4_000)
  for (let index = 0; index < 5; index += 1) call(painter, undefined, 41_000)
  expect([isRefused(desk, painter), isRefused(desk, sculptor)]).toEqual([true, false])
})

test('a duration is known after twenty calls, not before', () => {
  const { call, latencies } = openDesk()
  for (let index = 0; index < 19; index += 1) call(painter)
  expect(latencies.shareMs('acme/painter', 0.5)).toBeUndefined()
  call(painter)
  expect(latencies.shareMs('acme/painter', 0.5)).toBe(5_000)
})

test('what we gave up ourselves says nothing', () => {
  const { desk } = openDesk()
  for (let index = 0; index < 50; index += 1) {
    desk.begin(painter).end({ durationMs: 1, isAbandoned: true })
  }
  expect(isRefused(desk, painter)).toBe(false)
})

test('who slows down little by little is found slow, though the measure goes along', () => {
  const { desk, call } = openDesk()
  for (let index = 0; index < 40; index += 1) call(painter)
  for (let durationMs = 5_000; durationMs < 80_000; durationMs += 500) {
    call(painter, undefined, durationMs)
  }
  expect(isRefused(desk, painter)).toBe(true)
  expect(isRefused(desk, sculptor)).toBe(false)
})

test('calls from before an outage that end well only now do not hide it', () => {
  const { desk, call, time } = openDesk()
  const old = Array.from({ length: 10 }, () => desk.begin(painter))
  time.now += 1_000
  for (let index = 0; index < 5; index += 1) {
    call(painter, 'overloaded')
    old[index]?.end({ durationMs: 2_000 })
  }
  expect(isRefused(desk, painter)).toBe(true)
})

test('who does not answer at all is found slow before the first answer, and counted once', () => {
  const { desk, events, time } = openDesk()
  const silent = Array.from({ length: 5 }, () => desk.begin(painter))
  time.now += 50_000
  expect(isRefused(desk, painter)).toBe(false)
  time.now += 1
  expect(desk.admission(painter)).toMatchObject({ kind: 'refused', cause: 'slow' })
  expect([isRefused(desk, sculptor), events.length]).toEqual([false, 1])
  const [until] = desk.shown().flatMap((breaker) => breaker.until ?? [])
  for (const call of silent) call.end({ durationMs: 60_000 })
  expect(desk.shown().flatMap((breaker) => breaker.until ?? [])).toEqual([until])
})
