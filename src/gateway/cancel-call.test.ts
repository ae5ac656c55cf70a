import { describe, expect, test } from 'vitest'
import { failure } from '../core/errors/provider-failure.ts'
import type { CallContext, CallOutcome, CancelOutcome, Provider } from '../ports/provider.ts'
import { produced } from '../testing/scripted-provider.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { callOrCancel } from './cancel-call.ts'

const job = { id: 'job-1', pollUrl: '/1', facts: {} }
const picture = produced([new Uint8Array([1])])
const gone = (billed: boolean | 'unknown'): CallOutcome => ({
  kind: 'failed',
  failure: failure('timeout_unknown', 'the job is gone', { billed }),
})

/** A call that is under way, and whose end and cancelling the test decides. */
function underWay(
  cancel: (() => Promise<CancelOutcome>) | undefined,
  { isCharged = false, isInterruptible = false, isSubmitted = true } = {},
) {
  const clock = new VirtualClock()
  const stop = new AbortController()
  const own = Promise.withResolvers<CallOutcome>()
  const asked: string[] = []
  let context: CallContext | undefined
  const provider: Pick<Provider, 'cancel' | 'isInterruptible'> = {
    isInterruptible,
    ...(cancel === undefined
      ? {}
      : {
          cancel: ({ id }, { credential }) => {
            asked.push(`${id} with ${credential}`)
            return cancel()
          },
        }),
  }
  const outcome = callOrCancel(
    {
      provider,
      context: { credential: 'second', onSubmitted: async () => undefined },
      stop: stop.signal,
      isCharged,
      start: async (given) => {
        context = given
        if (isSubmitted) await given.onSubmitted(job)
        return own.promise
      },
    },
    clock,
  )
  return {
    clock,
    asked,
    outcome,
    stop: () => stop.abort(),
    end: own.resolve,
    signal: () => context?.signal,
    submit: () => context?.onSubmitted(job),
  }
}

describe('a call that is given up', () => {
  test('before it began is free, and is not asked for any more', async () => {
    const call = underWay(async () => 'stopped')
    call.stop()
    expect(await call.outcome).toMatchObject({ failure: { class: 'cancelled', billed: false } })
    expect(call.asked).toEqual(['job-1 with second'])
    expect(call.signal()?.aborted).toBe(true)
  })

  test('while it runs may say in its last word what was charged', async () => {
    const call = underWay(async () => 'stopped_charged')
    call.stop()
    await call.clock.advance(1_000)
    call.end({ ...gone(true), usage: { predictSeconds: 2 } })
    expect(await call.outcome).toMatchObject({
      failure: { class: 'cancelled', billed: true },
      usage: { predictSeconds: 2 },
    })
  })

  test('while it runs and says nothing more is charged as a whole', async () => {
    const call = underWay(async () => 'stopped_charged')
    call.stop()
    await call.clock.advance(10_000)
    expect(await call.outcome).toMatchObject({ failure: { class: 'cancelled', billed: true } })
  })

  test.each([
    ['is charged where the price says so', true, true],
    ['is doubtful where the price does not', false, 'unknown'],
  ])('and only told to stop %s', async (_claim, isCharged, billed) => {
    const call = underWay(async () => 'signalled', { isCharged })
    call.stop()
    await call.clock.advance(60_000)
    call.end(gone('unknown'))
    expect(await call.outcome).toMatchObject({ failure: { class: 'cancelled', billed } })
  })

  test.each<CancelOutcome>(['stopped_charged', 'signalled', 'too_late', 'unknown'])(
    'and has its picture all the same gives it: %s',
    async (fate) => {
      const call = underWay(async () => fate)
      call.stop()
      await call.clock.advance(100)
      call.end(picture)
      expect(await call.outcome).toBe(picture)
    },
  )

  test.each<CancelOutcome>(['too_late', 'unknown'])('in vain ends as it ends: %s', async (fate) => {
    const call = underWay(async () => fate)
    call.stop()
    await call.clock.advance(60_000)
    const own = gone('unknown')
    call.end(own)
    expect(await call.outcome).toBe(own)
  })

  test('by a provider that throws ends as it ends', async () => {
    const call = underWay(() => Promise.reject(new Error('a defect')))
    call.stop()
    call.end(picture)
    expect(await call.outcome).toBe(picture)
  })

  test('whose cancelling is never answered still gives its picture', async () => {
    const call = underWay(() => new Promise(() => undefined))
    call.stop()
    await call.clock.advance(60_000)
    call.end(picture)
    expect(await call.outcome).toBe(picture)
  })

  test('before its job is known is cancelled as soon as it is', async () => {
    const call = underWay(async () => 'stopped', { isSubmitted: false })
    call.stop()
    await call.clock.advance(1_000)
    expect(call.asked).toEqual([])
    await call.submit()
    expect(await call.outcome).toMatchObject({ failure: { class: 'cancelled' } })
    expect(call.asked).toHaveLength(1)
  })

  test('at a provider that cannot stop goes on', async () => {
    const call = underWay(undefined)
    call.stop()
    await call.clock.advance(60_000)
    expect(call.signal()?.aborted).toBe(false)
    call.end(picture)
    expect(await call.outcome).toBe(picture)
  })

  test('at a server that stops when nobody listens is dropped, and counts as charged', async () => {
    const call = underWay(undefined, { isInterruptible: true })
    call.signal()?.addEventListener('abort', () => call.end(gone('unknown')))
    call.stop()
    expect(await call.outcome).toMatchObject({ failure: { class: 'cancelled', billed: true } })
  })
})

test('a call that nobody gives up is left alone', async () => {
  const call = underWay(async () => 'stopped')
  call.end(picture)
  expect(await call.outcome).toBe(picture)
  expect(call.asked).toEqual([])
})
