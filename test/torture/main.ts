// Kills gateways at every point, for every way that providers work, and prints what came of it:
// `npm run torture`, or `node test/torture/main.ts --seeds 100`. The simulations follow in full.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { killPoints, reaches, type Style, styles } from './kill-points.ts'
import { type Outcome, tortureOnce } from './torture-run.ts'

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '3' } } })
const outcomes: Outcome[] = []
for (const style of Object.keys(styles) as Style[]) {
  for (const point of killPoints.filter((each) => reaches(style, each))) {
    for (let seed = 0; seed < Number(values.seeds); seed += 1) {
      const outcome = await tortureOnce(style, point, seed)
      outcomes.push(outcome)
      const { unknown, completed, flaws } = outcome
      const verdict = flaws.length === 0 ? 'good' : flaws.join('; ')
      console.log(`${style} ${point} ${seed}: ${completed} done, ${unknown} unknown, ${verdict}`)
    }
  }
}
const bad = outcomes.filter(({ flaws }) => flaws.length > 0)
const unknown = outcomes.reduce((sum, outcome) => sum + outcome.unknown, 0)
console.log(
  `${outcomes.length} deaths, ${bad.length} with something lost or paid twice, ` +
    `${unknown} calls of which nobody could know`,
)
const simulations = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--project=simulation'],
  { stdio: 'inherit', env: { ...process.env, KEEPRATE_TEST_REQUESTS: '10000' } },
)
process.exitCode = bad.length === 0 && simulations.status === 0 ? 0 : 1
