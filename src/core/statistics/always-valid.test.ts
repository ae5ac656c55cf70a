import { expect, test } from 'vitest'
import { seededDraw } from '../../sandbox/seeded.ts'
import { alwaysValidP, compareShares, type TwoTallies } from './always-valid.ts'

const ALPHA = 0.05

const tallies = (a: readonly [number, number], b: readonly [number, number]): TwoTallies => ({
  a: { successes: a[0], trials: a[1] },
  b: { successes: b[0], trials: b[1] },
})

// Worked out by hand: a uniform mixture gives s! f! / (n + 1)!, and a pooled share of one half
// gives 2^-n, so each value is a fraction of whole numbers.
test.each([
  ['nothing was seen', [0, 0], [0, 0], 1],
  ['one of each', [1, 1], [0, 1], 1],
  ['three against none', [3, 3], [0, 3], 16 / 64],
  ['five against none', [5, 5], [0, 5], 36 / 1_024],
  ['eight of ten against two', [8, 10], [2, 10], 495 ** 2 / 2 ** 20],
  ['ten against none', [10, 10], [0, 10], 121 / 2 ** 20],
] as const)('the p-value of %s is that of the closed form', (_name, a, b, expected) => {
  expect(compareShares(tallies(a, b), ALPHA).pValue).toBeCloseTo(expected, 9)
  expect(compareShares(tallies(b, a), ALPHA).pValue).toBeCloseTo(expected, 9)
})

test('the interval holds what was seen, mirrors with the arms, and leaves 0 out as p says', () => {
  const counts = [0, 1, 3, 10, 40, 400]
  const shares = [0, 0.1, 0.5, 0.9, 1]
  for (const trials of counts) {
    for (const one of shares) {
      for (const other of shares) {
        const arms = tallies(
          [Math.round(one * trials), trials],
          [Math.round(other * 2 * trials), 2 * trials],
        )
        const { pValue, interval } = compareShares(arms, ALPHA)
        const [low, high] = interval
        const mirrored = compareShares({ a: arms.b, b: arms.a }, ALPHA).interval
        expect(mirrored[0]).toBeCloseTo(-high, 6)
        expect(mirrored[1]).toBeCloseTo(-low, 6)
        expect(low > 0 || high < 0).toBe(pValue <= ALPHA)
        if (trials === 0) expect(interval).toEqual([-1, 1])
        const seen = arms.b.successes / arms.b.trials - arms.a.successes / arms.a.trials
        if (trials > 0) expect(low <= seen && seen <= high).toBe(true)
      }
    }
  }
})

/** Plays experiments from fixed seeds; says of how many `isWrong` was ever true at a look. */
function shareWrong(
  shares: { readonly a: number; readonly b: number },
  play: { readonly outcomes: number; readonly plays: number; readonly every: number },
  isWrong: (arms: TwoTallies) => boolean,
): number {
  let wrong = 0
  for (let seed = 0; seed < play.plays; seed += 1) {
    const draw = seededDraw(seed)
    const counts = { a: { trials: 0, successes: 0 }, b: { trials: 0, successes: 0 } }
    for (let outcome = 1; outcome <= play.outcomes; outcome += 1) {
      const arm = draw() < 0.5 ? 'a' : 'b'
      counts[arm].trials += 1
      if (draw() < shares[arm]) counts[arm].successes += 1
      if (outcome % play.every !== 0 || !isWrong(counts)) continue
      wrong += 1
      break
    }
  }
  return wrong / play.plays
}

test.each([0.1, 0.5, 0.85])('with equal shares of %d, looks after each outcome err rarely', (p) => {
  const isDecided = (arms: TwoTallies) => alwaysValidP(arms) <= ALPHA
  const play = { outcomes: 300, plays: 200, every: 1 }
  expect(shareWrong({ a: p, b: p }, play, isDecided)).toBeLessThanOrEqual(ALPHA)
})

test('the true difference stays within the interval at all looks', () => {
  const isMissed = (arms: TwoTallies) => {
    const [low, high] = compareShares(arms, ALPHA).interval
    return 0.2 < low || high < 0.2
  }
  const play = { outcomes: 400, plays: 60, every: 40 }
  expect(shareWrong({ a: 0.6, b: 0.8 }, play, isMissed)).toBeLessThanOrEqual(ALPHA)
})

test('a difference of 0.2 is found in most experiments within a thousand outcomes', () => {
  const isFound = (arms: TwoTallies) => compareShares(arms, ALPHA).interval[0] > 0
  const play = { outcomes: 1_000, plays: 20, every: 100 }
  expect(shareWrong({ a: 0.6, b: 0.8 }, play, isFound)).toBeGreaterThan(0.9)
})
