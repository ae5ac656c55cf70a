import { describe, expect, test } from 'vitest'
import { GatewayError } from '../core/errors/gateway-error.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { ByteBudget, type Reservation } from './byte-budget.ts'
import { defaultLimits } from './limits.ts'

const limits = { ...defaultLimits, bytesInFlight: 100, waitingForBytes: 3, waitForBytesMs: 5_000 }

/** A budget of 100 bytes, and a word for what became of each request for bytes. */
function openBudget() {
  const clock = new VirtualClock()
  const budget = new ByteBudget(limits, clock)
  const fates: Record<string, Reservation | GatewayError> = {}
  const ask = (name: string, bytes: number): void => {
    budget.reserve(bytes).then(
      (reservation) => {
        if (reservation !== undefined) fates[name] = reservation
      },
      (error: unknown) => {
        if (!GatewayError.isInstance(error)) throw error
        fates[name] = error
      },
    )
  }
  const fateOf = (name: string): 'waiting' | 'admitted' | 'refused' => {
    const fate = fates[name]
    if (fate === undefined) return 'waiting'
    return GatewayError.isInstance(fate) ? 'refused' : 'admitted'
  }
  const release = async (name: string): Promise<void> => {
    const fate = fates[name]
    if (fate === undefined || GatewayError.isInstance(fate)) throw new Error(`${name} has nothing`)
    fate.release()
    await clock.advance(0)
  }
  return { clock, budget, ask, fateOf, release, fates }
}

describe('bytes in flight', () => {
  test('are admitted up to the budget, and no further', async () => {
    const { budget, ask, fateOf, clock } = openBudget()
    ask('first', 60)
    ask('second', 40)
    ask('third', 1)
    await clock.advance(0)
    expect(['first', 'second', 'third'].map(fateOf)).toEqual(['admitted', 'admitted', 'waiting'])
    expect(budget.inFlight).toBe(100)
  })

  test('are given back once, however often they are released', async () => {
    const { budget, ask, release, clock } = openBudget()
    ask('first', 60)
    ask('second', 40)
    await clock.advance(0)
    await release('first')
    await release('first')
    expect(budget.inFlight).toBe(40)
  })

  test('of a request beyond the whole budget are admitted when it is alone', async () => {
    const { budget, ask, fateOf, release, clock } = openBudget()
    ask('small', 1)
    ask('huge', 500)
    await clock.advance(0)
    expect(fateOf('huge')).toBe('waiting')
    await release('small')
    expect(fateOf('huge')).toBe('admitted')
    expect(budget.inFlight).toBe(500)
    ask('next', 1)
    await clock.advance(0)
    expect(fateOf('next')).toBe('waiting')
    await release('huge')
    expect(budget.inFlight).toBe(1)
  })
})

describe('the line', () => {
  test('is first come, first served: a small one does not overtake a large one', async () => {
    const { ask, fateOf, release, clock } = openBudget()
    ask('first', 90)
    ask('large', 50)
    ask('small', 5)
    await clock.advance(0)
    expect(['large', 'small'].map(fateOf)).toEqual(['waiting', 'waiting'])
    await release('first')
    expect(['large', 'small'].map(fateOf)).toEqual(['admitted', 'admitted'])
  })

  test('moves up by as many as fit', async () => {
    const { budget, ask, fateOf, release, clock } = openBudget()
    ask('first', 100)
    for (const [name, bytes] of [
      ['a', 40],
      ['b', 60],
      ['c', 1],
    ] as const)
      ask(name, bytes)
    await clock.advance(0)
    await release('first')
    expect(['a', 'b', 'c'].map(fateOf)).toEqual(['admitted', 'admitted', 'waiting'])
    expect(budget.inFlight).toBe(100)
  })

  test('has an end: who comes when it is full is refused at once', async () => {
    const { ask, fateOf, clock, fates } = openBudget()
    ask('first', 100)
    for (const name of ['a', 'b', 'c', 'd']) ask(name, 10)
    await clock.advance(0)
    expect(['a', 'b', 'c', 'd'].map(fateOf)).toEqual(['waiting', 'waiting', 'waiting', 'refused'])
    expect(fates.d).toMatchObject({ code: 'overloaded', retryable: true, retryAfterMs: 5_000 })
  })

  test('is left after a while, with a refusal, and leaves nothing behind', async () => {
    const { budget, ask, fateOf, release, clock } = openBudget()
    ask('first', 100)
    ask('late', 10)
    await clock.advance(4_999)
    expect(fateOf('late')).toBe('waiting')
    await clock.advance(1)
    expect(fateOf('late')).toBe('refused')
    await release('first')
    expect(budget.inFlight).toBe(0)
  })

  test('goes on at once when a large one at its head gives up', async () => {
    const { ask, fateOf, clock } = openBudget()
    ask('first', 60)
    ask('large', 90)
    await clock.advance(2_500)
    ask('small', 10)
    await clock.advance(2_499)
    expect(['large', 'small'].map(fateOf)).toEqual(['waiting', 'waiting'])
    await clock.advance(1)
    expect(['large', 'small'].map(fateOf)).toEqual(['refused', 'admitted'])
  })

  test('leaves no timers behind', async () => {
    const { ask, release, clock } = openBudget()
    ask('first', 100)
    ask('second', 100)
    await clock.advance(0)
    expect(clock.sleeping).toBe(1)
    await release('first')
    await release('second')
    expect(clock.sleeping).toBe(0)
  })
})

describe('keys that want bytes', () => {
  const [greedy, other] = ['greedy', 'other'].map((name) => ({ name, weight: 1 }))

  test('take turns, so that a greedy one keeps nobody from its first', async () => {
    const clock = new VirtualClock()
    const limits = { ...defaultLimits, bytesInFlight: 1, waitingForBytes: 4 }
    const budget = new ByteBudget(limits, clock)
    const admitted: string[] = []
    const ask = (owner = greedy) =>
      budget.reserve(1, undefined, owner).then(
        (reservation) => {
          admitted.push(owner?.name ?? '')
          return reservation
        },
        () => undefined,
      )
    const first = await ask()
    const waiting = [ask(), ask(), ask(), ask(), ask(other)]
    first?.release()
    for (const each of waiting) void each.then((reservation) => reservation?.release())
    await Promise.all(waiting)
    // The line was full: the last of the greedy ones made room.
    expect(admitted).toEqual(['greedy', 'greedy', 'other', 'greedy', 'greedy'])
  })
})
