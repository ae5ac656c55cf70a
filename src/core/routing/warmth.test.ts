import { expect, test } from 'vitest'
import { isOneSided, nextWarmth, noWarmth } from './warmth.ts'

test('after two hundred requests at one provider it is the turn of another, once', () => {
  let warmth = noWarmth
  for (let request = 0; request < 199; request += 1) warmth = nextWarmth(warmth, 'acme')
  expect(isOneSided(warmth)).toBe(false)
  warmth = nextWarmth(warmth, 'acme')
  expect(isOneSided(warmth)).toBe(true)
  expect(isOneSided(nextWarmth(warmth, 'bolt'))).toBe(false)
})
