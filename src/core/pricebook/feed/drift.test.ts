import { expect, test } from 'vitest'
import { type DriftState, nextDrift, noDrift } from './drift.ts'

const EXPECTED_NANO = 40_000_000n

/** The states after bills at some percent of what was expected. */
function statesAfter(percents: readonly number[]): readonly DriftState[] {
  const states: DriftState[] = []
  for (const [at, percent] of percents.entries()) {
    const billedNano = (EXPECTED_NANO * BigInt(percent)) / 100n
    states.push(
      nextDrift(states.at(-1) ?? noDrift, { billedNano, expectedNano: EXPECTED_NANO, at }),
    )
  }
  return states
}

test('bills at one and a half times the expectation are an alarm at the second one', () => {
  const states = statesAfter([150, 150])
  expect(states[0]?.above).toBeCloseTo(0.45, 9)
  expect(states[1]?.above).toBeCloseTo(0.9, 9)
  expect(states.map(({ alarmedAt }) => alarmedAt)).toEqual([null, 1])
  expect(states[1]?.direction).toBe('dearer')
})

test('bills at half the expectation are an alarm, too', () => {
  expect(statesAfter([50, 50]).at(-1)).toMatchObject({ alarmedAt: 1, direction: 'cheaper' })
})

test('bills within five percent are noise, however many there are', () => {
  const noise = Array.from({ length: 1_000 }, (_, index) => (index % 2 === 0 ? 105 : 95))
  expect(statesAfter(noise).at(-1)).toMatchObject({ alarmedAt: null, bills: 1_000 })
})

test('one outlier below the threshold is forgotten', () => {
  const [outlier] = statesAfter([140])
  expect(outlier?.above).toBeCloseTo(0.35, 9)
  expect(statesAfter([140, ...Array<number>(7).fill(100)]).at(-1)?.above).toBe(0)
})

test('a rise by eleven percent is found at the ninth bill', () => {
  expect(statesAfter(Array<number>(9).fill(111)).at(-1)?.alarmedAt).toBe(8)
})

test('an alarm stands until it is dealt with', () => {
  expect(statesAfter([150, 150, 100, 100]).at(-1)?.alarmedAt).toBe(1)
})

test('a bill without an expectation, or of less than nothing, says nothing', () => {
  expect(nextDrift(noDrift, { billedNano: 1n, expectedNano: 0n, at: 1 })).toBe(noDrift)
  expect(nextDrift(noDrift, { billedNano: -1n, expectedNano: 1n, at: 1 })).toBe(noDrift)
})

test('the state is plain data that survives storage', () => {
  const [state = noDrift] = statesAfter([150])
  expect(JSON.parse(JSON.stringify(state))).toEqual(state)
})
