import { expect, test } from 'vitest'
import { type Experiment, experimentArm, judgeExperiment, noOutcomes } from './experiment.ts'

const experiment: Experiment = {
  ...{ id: 'exp_1', purpose: 'blog', a: 'acme/one', b: 'acme/two' },
  ...{ share: 0.3, startedAt: 0 },
}
const blog = { purpose: 'blog', category: 'glass' }

test('the share takes part, half of it in each arm, and another experiment draws anew', () => {
  const other = { ...experiment, id: 'exp_2', share: 1 }
  const drawn = { a: 0, b: 0, both: 0 }
  for (let person = 0; person < 20_000; person += 1) {
    const unit = `here/person ${person}`
    const { arm } = experimentArm([experiment], blog, unit) ?? {}
    if (arm === undefined) continue
    drawn[arm] += 1
    if (experimentArm([other], blog, unit)?.arm === arm) drawn.both += 1
  }
  // Four standard deviations of chance; people and experiments are fixed, so this is no gamble.
  expect(Math.abs(drawn.a + drawn.b - 6_000)).toBeLessThan(260)
  expect(Math.abs(drawn.a - drawn.b)).toBeLessThan(310)
  expect(Math.abs(2 * drawn.both - drawn.a - drawn.b)).toBeLessThan(310)
})

test('an experiment is for its purpose, its category, and as long as it runs', () => {
  const isIn = (changes: Partial<Experiment>, kind = blog) =>
    experimentArm([{ ...experiment, share: 1, ...changes }], kind, 'ann') !== undefined
  expect(isIn({})).toBe(true)
  expect(isIn({ category: 'glass' })).toBe(true)
  expect(isIn({ category: 'food' })).toBe(false)
  expect(isIn({}, { ...blog, purpose: 'hero' })).toBe(false)
  expect(isIn({ stoppedAt: 1 })).toBe(false)
})

test.each([
  ['running', [0, 0], [0, 0]],
  ['running', [30, 50], [35, 50]],
  ['a_better', [45, 50], [20, 50]],
  ['b_better', [20, 50], [45, 50]],
  ['no_difference', [8_000, 10_000], [8_010, 10_000]],
] as const)('it is %s after %j and %j', (state, [a, ofA], [b, ofB]) => {
  const arm = (accepted: number, judged: number) => ({ ...noOutcomes, accepted, judged })
  expect(judgeExperiment({ a: arm(a, ofA), b: arm(b, ofB) }).state).toBe(state)
})
