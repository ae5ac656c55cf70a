import { expect, test } from 'vitest'
import type { JsonObject } from '../json.ts'
import { labelledScores } from './labelled-scores.ts'

const judged = (gates: readonly JsonObject[], accepted: number, of = 1) => ({
  quality: { verdict: 'passed', gates, cost: '0', milliseconds: 1 } as const,
  ...{ judged: of, accepted },
})
const judge = (more: JsonObject): JsonObject => ({
  ...{ gate: 'judge', version: 'one', outcome: 'passed', score: 0.9 },
  ...more,
})
const scoresOf = (...pictures: ReturnType<typeof judged>[]) =>
  labelledScores(pictures, { gate: 'judge', version: 'one', threshold: 0.8 })

test('a picture is good when most of those who judged it say so', () => {
  const pictures = [0, 1, 2, 3].map((accepted) => judged([judge({})], accepted, 3))
  expect(scoresOf(...pictures).map(({ isGood }) => isGood)).toEqual([false, false, true, true])
  expect(scoresOf(judged([judge({})], 1, 2))).toEqual([{ score: 0.9, isGood: false }])
})

test.each<[string, JsonObject]>([
  ['of another version', { version: 'two' }],
  ['from before versions', { version: null }],
  ['of another gate', { gate: 'similarity' }],
  ['that is unknown', { outcome: 'unknown', score: null }],
  ['refused whatever its score', { outcome: 'failed', score: 0.85 }],
])('a score %s is no label', (_, more) => {
  expect(scoresOf(judged([judge(more)], 1))).toEqual([])
  const low = judge({ outcome: 'failed', score: 0.4 })
  expect(scoresOf(judged([low], 0))).toEqual([{ score: 0.4, isGood: false }])
})

test('similarity is held against its threshold as a cosine', () => {
  const own = { gate: 'similarity', version: 'one', outcome: 'failed', score: 0.5 } as const
  const pictures = [judged([{ ...own, measured: { cosine: 0.15 } }], 1)]
  expect(labelledScores(pictures, { gate: 'similarity', version: 'one', threshold: 0.3 })).toEqual([
    { score: 0.15, isGood: true },
  ])
  expect(
    labelledScores([judged([own], 1)], { gate: 'similarity', version: 'one', threshold: 0.3 }),
  ).toEqual([])
})
