import { expect, test } from 'vitest'
import { type KillPoint, killPoints, reaches, type Style } from '../torture/kill-points.ts'
import { tortureOnce } from '../torture/torture-run.ts'

/** One death of each kind of window; `npm run torture` plays all points with many seeds. */
const deaths: readonly (readonly [Style, KillPoint])[] = [
  ['sync', 'answered-before-written'],
  ['sync', 'settled-before-answer'],
  ['poll', 'after-written'],
  ['poll', 'in-download'],
  ['queue', 'in-request-body'],
  ['queue', 'stored-before-settled'],
]

test.each(deaths)('%s, killed %s: nothing is lost or paid twice', async (style, point) => {
  const outcome = await tortureOnce(style, point, 1)
  expect(outcome.flaws).toEqual([])
})

test('there are fourteen points, and a provider that answers at once has no job to die in', () => {
  expect(killPoints).toHaveLength(14)
  expect(killPoints.filter((point) => reaches('sync', point))).toHaveLength(11)
})
