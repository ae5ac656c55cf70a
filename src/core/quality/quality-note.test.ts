import { expect, test } from 'vitest'
import { type QualityNote, sightingOf } from './quality-note.ts'

const note = (...gates: QualityNote['gates']): QualityNote => ({
  ...{ verdict: 'passed', gates, cost: '0', milliseconds: 1 },
})
const text = (outcome: string) => ({ gate: 'text', outcome })

test.each([
  ['a text that could be read', note(text('passed')), 'pass'],
  ['a text that could not', note(text('failed')), 'fail'],
  ['a refusal after a pass', note(text('passed'), { gate: 'judge', outcome: 'failed' }), 'fail'],
  ['no tool to tell', note(text('unknown')), undefined],
  ['nothing to check', note(text('skipped')), undefined],
  ['no more than a whole file', note({ gate: 'complete', outcome: 'passed' }), undefined],
  ['an emulated judge', note({ gate: 'judge', outcome: 'failed', emulated: true }), undefined],
  ['no look at all', undefined, undefined],
])('%s is evidence: %3$s', (_, given, verdict) => {
  const isShown = verdict !== 'fail'
  const expected = verdict === undefined ? undefined : { verdict, isShown }
  expect(sightingOf(given, { isShown })).toEqual(expected)
})
