import { describe, expect, test } from 'vitest'
import { calibrate, calibrateAll } from './calibrate.ts'
import type { Cell } from './cell.ts'
import type { Counts } from './counts.ts'
import { type Instruments, usualInstruments } from './instruments.ts'
import { ANY_PURPOSE, beliefAt, type InstrumentsByPurpose, makeKnowledge } from './knowledge.ts'
import { fitReportBias } from './report-bias.ts'

const priorOf = () => ({ mean: 0.73, weight: 3 })
const SHARES = [0.35, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.65]

/** What is seen through these instruments, without any luck, of models good at such shares. */
function seenThrough({ gate, reports }: Instruments, pictures: number): readonly Cell[] {
  const answering = 0.4
  return SHARES.map((share, index) => {
    const counts: Record<string, { count: number; reach: number }> = {}
    const show = (verdict: string, good: number, bad: number) => {
      const [goodSaid, badSaid] = [good * answering, bad * answering * reports.badBias]
      const accepts = goodSaid * reports.sensitivity + badSaid * (1 - reports.specificity)
      const tallies = {
        accept: accepts,
        reject: goodSaid + badSaid - accepts,
        silent: good + bad - goodSaid - badSaid,
      }
      for (const [fate, count] of Object.entries(tallies)) {
        counts[`${verdict}_${fate}`] = { count, reach: count }
      }
    }
    const [good, bad] = [pictures * share, pictures * (1 - share)]
    const [refusedGood, refusedBad] = [good * (1 - gate.passGood), bad * (1 - gate.passBad)]
    const refused = (refusedGood + refusedBad) * 0.985
    show('pass', good * gate.passGood, bad * gate.passBad)
    show('fail', refusedGood * 0.015, refusedBad * 0.015)
    show('none', good * 0.3, bad * 0.3)
    return {
      ...{ model: `model-${index % 5}`, purpose: `purpose-${index % 3}`, kind: `kind-${index}` },
      ...{ variant: '||medium', generation: 0 },
      counts: { ...counts, fail_unseen: { count: refused, reach: refused } } as Counts,
    }
  })
}

function learnFrom(cells: readonly Cell[]) {
  let found: InstrumentsByPurpose = new Map()
  let knowledge = makeKnowledge(cells, priorOf, found)
  for (let turn = 0; turn < 50; turn += 1) {
    found = calibrateAll(knowledge)
    knowledge = makeKnowledge(cells, priorOf, found)
  }
  return { knowledge, rates: found.get(ANY_PURPOSE) as Instruments }
}

const reports = { badBias: 1.25, sensitivity: 0.91, specificity: 0.9 }
const planted: readonly (readonly [string, Instruments])[] = [
  ['of usual rates', { gate: { passGood: 0.88, passBad: 0.24 }, reports }],
  ['of a lax gate', { gate: { passGood: 0.95, passBad: 0.4 }, reports }],
  ['of a strict gate', { gate: { passGood: 0.8, passBad: 0.12 }, reports }],
  [
    'of people who mostly complain',
    { gate: { passGood: 0.9, passBad: 0.3 }, reports: { ...reports, badBias: 1.6 } },
  ],
  [
    'of people who err more than was thought',
    {
      gate: { passGood: 0.9, passBad: 0.2 },
      reports: { badBias: 1, sensitivity: 0.86, specificity: 0.84 },
    },
  ],
]

describe('gate, people and pictures are told apart from counts alone', () => {
  test.each(planted)('%s', (_, truth) => {
    const cells = seenThrough(truth, 3_000)
    const { knowledge, rates } = learnFrom(cells)
    for (const part of ['passGood', 'passBad'] as const) {
      expect(Math.abs(rates.gate[part] - truth.gate[part])).toBeLessThan(0.03)
    }
    for (const part of ['sensitivity', 'specificity'] as const) {
      expect(Math.abs(rates.reports[part] - truth.reports[part])).toBeLessThan(0.03)
    }
    expect(Math.abs(Math.log(rates.reports.badBias / truth.reports.badBias))).toBeLessThan(0.08)
    for (const [index, cell] of cells.entries()) {
      const { mean } = beliefAt(knowledge, cell).belief
      expect(Math.abs(mean - (SHARES[index] ?? 0))).toBeLessThan(0.03)
    }
  })
})

describe('rates before anything was seen', () => {
  test('stay as they were', () => {
    const none = calibrate([], usualInstruments, { rates: usualInstruments, pictures: 100 })
    expect(none).toEqual(usualInstruments)
    expect(fitReportBias([], usualInstruments, 1.25)).toBe(1.25)
  })
})
