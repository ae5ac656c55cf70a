import { expect, test } from 'vitest'
import { type Candidate, excludedRow, type Plan } from '../../core/routing/plan.ts'
import { leaveDoubtful } from './leave-doubtful.ts'

const at = (provider: string) => ({ offer: `${provider}/one`, model: { provider } }) as Candidate
const [here, there] = [at('here'), at('there')]

/** Plans all offers, as far as they are affordable, and explains those that were left out. */
const planOf =
  (affordable: readonly Candidate[]) =>
  ({ candidates, exclusions }: Parameters<Parameters<typeof leaveDoubtful>[2]>[0]): Plan => ({
    steps: candidates.filter((candidate) => affordable.includes(candidate)),
    explanation: exclusions.map(excludedRow),
    holdNano: 0n,
    strategy: 'direct',
  })

const only = (doubtful: readonly string[]) => ({
  traffic: { isDoubtful: (provider: string) => doubtful.includes(provider) },
})

test.each([
  ['nobody is doubted', [], [here, there], [here, there], []],
  ['one is left out, and said', ['here'], [here, there], [there], ['here/one']],
  ['all are: slow is better than none', ['here', 'there'], [here, there], [here, there], []],
  ['the others are too dear', ['here'], [here], [here], []],
])('of two providers %s', (_, doubtful, affordable, steps, explained) => {
  const offers = { candidates: [here, there], exclusions: [] }
  const plan = leaveDoubtful(offers, only(doubtful), planOf(affordable))
  expect(plan.steps).toEqual(steps)
  expect(plan.explanation.map(({ offer }) => offer)).toEqual(explained)
})
