import { expect, test } from 'vitest'
import { type Experiment, noOutcomes } from '../core/experiments/experiment.ts'
import type { Fact } from '../core/jobs/request-record.ts'
import { closingFacts, openingFacts, sampleImage, sampleNow } from './sample-records.ts'
import { type OpenStores, withStores } from './with-stores.ts'

const experiment: Experiment = {
  ...{ id: 'exp_1', purpose: 'blog', a: 'acme/one', b: 'acme/two' },
  ...{ share: 0.5, startedAt: sampleNow },
}
const narrow: Experiment = { ...experiment, id: 'exp_2', category: 'glass' }

const joined = (name: string, arm: 'a' | 'b', experimentId = experiment.id): Fact => ({
  kind: 'experiment-joined',
  ...{ requestId: `req_${name}`, experimentId, arm },
})

/** What every store of experiments promises. `open` gives an empty one. */
export function testExperimentStore(name: string, open: OpenStores): void {
  test(`${name}: an experiment is listed as it was started, and is stopped once`, () =>
    withStores(open, async ({ experiments }) => {
      await experiments.start(narrow)
      await experiments.start(experiment)
      expect(await experiments.list()).toEqual([experiment, narrow])
      expect(await experiments.stop(narrow.id, sampleNow + 5)).toBe(true)
      expect(await experiments.stop(narrow.id, sampleNow + 6)).toBe(false)
      expect(await experiments.stop('exp_none', sampleNow)).toBe(false)
      const stopped = { ...narrow, stoppedAt: sampleNow + 5 }
      expect(await experiments.list()).toEqual([experiment, stopped])
    }))

  test(`${name}: requests of an experiment count once, in the arm that they joined first`, () =>
    withStores(open, async ({ journal, feedback, experiments }) => {
      expect(await experiments.outcomes(experiment.id)).toEqual({ a: noOutcomes, b: noOutcomes })
      for (const each of ['one', 'two', 'new']) {
        await journal.commit([...openingFacts(each), joined(each, each === 'two' ? 'b' : 'a')])
        if (each !== 'new') await journal.commit(closingFacts(each))
      }
      await journal.commit([...openingFacts('far'), joined('far', 'a', narrow.id)])
      await journal.commit([joined('one', 'b')])
      const say = async (of: string, rater: string, isAccepted: boolean) => {
        const { id: imageId, requestId, tenant } = sampleImage(of)
        await feedback.put({ imageId, requestId, tenant, rater, isAccepted, at: sampleNow })
      }
      await say('one', 'ann', false)
      await say('one', 'bob', false)
      await say('two', 'ann', true)
      await say('two', 'bob', false)
      const { a, b } = await experiments.outcomes(experiment.id)
      expect(a).toMatchObject({ requests: 2, judged: 1, accepted: 0, judgedNano: 30_000_000n })
      expect(b).toMatchObject({ requests: 1, judged: 1, accepted: 1 })
      await say('one', 'bob', true)
      expect((await experiments.outcomes(experiment.id)).a).toMatchObject({
        ...{ judged: 1, accepted: 1 },
      })
    }))
}
