import { expect, test } from 'vitest'
import { tortureBatch } from '../torture/batch-run.ts'
import { provingDeaths } from '../torture/defects.ts'
import { killPoints, reaches } from '../torture/kill-points.ts'
import { type Death, tortureOnce } from '../torture/torture-run.ts'
import { databaseKinds } from './stand.ts'

/** The databases take turns. */
const kinds = databaseKinds()

/** One death of each kind of window; `npm run torture` plays all points with many seeds. */
const deaths: readonly Omit<Death, 'seed'>[] = [
  { style: 'sync', point: 'answered-before-written' },
  { style: 'sync', point: 'settled-before-answer' },
  { style: 'poll', point: 'in-download' },
  { style: 'poll', point: 'stored-before-settled' },
  { style: 'webhook', point: 'accepted-before-answer' },
  { style: 'queue', point: 'after-written' },
]
const played = deaths.map((death, index): Death => {
  const database = kinds[index % kinds.length] ?? 'SQLite'
  return { ...death, seed: index, database }
})

test.each(played)(
  '$style on $database, killed $point: nothing lost or paid twice',
  async (death) => {
    const { flaws } = await tortureOnce(death)
    expect(flaws).toEqual([])
  },
)

test('a gateway that takes calls for never made is caught, by the bill alone', async () => {
  const defect = 'forgets'
  const { shows, ...death } = provingDeaths[defect]
  const { flaws } = await tortureOnce({ ...death, seed: 0, defect })
  // Its books balance, and every request has its picture.
  expect(flaws).toEqual(shows)
})

test('of a batch that is killed and cancelled no line is lost, or sent twice or late', async () => {
  const outcome = await tortureBatch({ lines: 200, kills: 2, cancelAt: 0.6, delayMs: 50 })
  expect(outcome).toMatchObject({ status: 'cancelled', flaws: [] })
  expect(outcome.made).toBeGreaterThan(0)
}, 120_000)

test('there are fourteen points, and a provider that answers at once has no job to die in', () => {
  expect(killPoints).toHaveLength(14)
  expect(killPoints.filter((point) => reaches('sync', point))).toHaveLength(11)
})
