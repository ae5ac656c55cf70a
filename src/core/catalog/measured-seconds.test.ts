import { describe, expect, test } from 'vitest'
import { withMeasuredSeconds } from './measured-seconds.ts'

const usage = (predictSeconds?: number) => ({
  images: 2,
  ...(predictSeconds === undefined ? {} : { predictSeconds }),
})
const estimate = { low: usage(2), expected: usage(8), high: usage(600) }
const secondsOf = (measured: readonly number[], images = 2) => {
  const { low, expected, high } = withMeasuredSeconds(estimate, measured, images)
  return [low.predictSeconds, expected.predictSeconds, high.predictSeconds]
}

describe('the seconds of calls that are paid by the second', () => {
  test('are the measured ones once there are five, for each picture', () => {
    expect(secondsOf([3, 3, 3, 3])).toEqual([2, 8, 600])
    expect(secondsOf([1, 2, 3, 4, 5])).toEqual([2, 6, 600])
    expect(secondsOf([0.2, 0.3, 0.3, 0.4, 9])).toEqual([0.4, 0.6, 600])
  })

  test('never exceed what the call can take at worst, which stays what is held', () => {
    expect(secondsOf([500, 500, 500, 500, 500])).toEqual([2, 600, 600])
  })

  test('change nothing for calls that are paid otherwise', () => {
    const flat = { low: usage(), expected: usage(), high: usage() }
    expect(withMeasuredSeconds(flat, [1, 2, 3, 4, 5], 1)).toBe(flat)
  })
})
