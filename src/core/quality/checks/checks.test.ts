import { describe, expect, test } from 'vitest'
import { cosine } from '../../statistics/cosine.ts'
import type { Expectation } from '../check.ts'
import { labFromHex } from '../colour/lab.ts'
import { gateSchema } from '../gate.ts'
import type { PictureMeasures } from '../measures/measure-picture.ts'
import { runGate } from '../run-gate.ts'
import { emptySketch, withValue } from '../value-sketch.ts'

const expectation: Expectation = {
  ...{ prompt: 'a jug', isTransparent: false, literals: [], isCritical: false },
}
const bits = '0123456789abcdef'.repeat(4)
const grid = Array.from({ length: 16 }, () => [50, 0, 0] as const)
const measures: PictureMeasures = {
  ...{ greyDeviation: 40, commonShare: 0.2, sharpness: 100, colours: [] },
  ...{ clearBorder: 0, hasAlpha: false, hash: { bits, detail: 80, grid } },
}
const header = (width: number, height: number) =>
  ({ ok: true, header: { format: 'png', width, height, hasAlpha: false, frames: 1 } }) as const

type Evidence = Parameters<typeof runGate>[1]
const outcome = (gate: unknown, evidence: Evidence, more: Partial<Expectation> = {}) =>
  runGate(gateSchema.parse(gate), evidence, { ...expectation, ...more }).outcome
const looked = (gate: unknown, pixels: Partial<PictureMeasures>, more: Partial<Expectation> = {}) =>
  outcome(gate, { ...measures, ...pixels }, more)

describe('complete and size', () => {
  const size = { width: 1024, height: 768 }
  test('a broken file fails both, in words', () => {
    const broken = { ok: false, reason: 'truncated' } as const
    expect(outcome('complete', broken)).toBe('failed')
    expect(outcome('size', broken, { size })).toBe('failed')
    const { reason } = runGate(gateSchema.parse('complete'), broken, expectation)
    expect(reason).toBe('it ends before its end')
  })

  test.each([
    ['size', 1024, 768, 'passed'],
    ['size', 1023, 768, 'failed'],
    [{ gate: 'size', aspect_tolerance: 0.02 }, 512, 384, 'passed'],
    [{ gate: 'size', aspect_tolerance: 0.02 }, 520, 384, 'passed'],
    [{ gate: 'size', aspect_tolerance: 0.02 }, 768, 1024, 'failed'],
  ])('%j takes %ix%i for 1024x768: %s', (gate, width, height, expected) => {
    expect(outcome(gate, header(width, height), { size })).toBe(expected)
  })

  test('without a size that was asked for there is nothing to check', () => {
    expect(outcome('size', header(1, 1))).toBe('skipped')
  })
})

describe('blank', () => {
  test.each([
    [{ greyDeviation: 2.9 }, 'failed'],
    [{ greyDeviation: 3.1 }, 'passed'],
    [{ commonShare: 0.981 }, 'failed'],
    [{ commonShare: 0.979 }, 'passed'],
  ])('%j: %s', (pixels, expected) => {
    expect(looked('blank', pixels)).toBe(expected)
  })

  test('a word on plain paper is no picture of nothing', () => {
    expect(looked('blank', { commonShare: 0.99 }, { literals: ['Open'] })).toBe('passed')
    expect(looked('blank', { commonShare: 0.99, greyDeviation: 1 }, { literals: ['Open'] })).toBe(
      'failed',
    )
  })

  test('a known placeholder is refused although there is something in it', () => {
    const near = `${bits.slice(0, 60)}ffff`
    expect(looked({ gate: 'blank', placeholders: [near] }, {})).toBe('failed')
    expect(looked({ gate: 'blank', placeholders: ['f'.repeat(64)] }, {})).toBe('passed')
  })
})

describe('transparent', () => {
  const cut = { hasAlpha: true, clearBorder: 0.8 }
  test.each([
    ['transparent', cut, 'failed'],
    [{ gate: 'transparent', clear_border: 0.75 }, cut, 'passed'],
    ['transparent', { hasAlpha: true, clearBorder: 1 }, 'passed'],
    ['transparent', {}, 'failed'],
  ])('%j of %j: %s', (gate, pixels, expected) => {
    expect(looked(gate, pixels, { isTransparent: true })).toBe(expected)
    expect(looked(gate, pixels)).toBe('skipped')
  })
})

describe('duplicate', () => {
  const other = { bits: `${bits.slice(0, 56)}76543210`, detail: 80, grid }
  test('a variant that hardly differs is refused, another colour or picture is not', () => {
    expect(looked('duplicate', {}, { shown: [other] })).toBe('failed')
    const red = { ...other, grid: grid.map(() => [50, 40, 0] as const) }
    expect(looked('duplicate', {}, { shown: [red] })).toBe('passed')
    expect(looked('duplicate', {}, { shown: [{ ...other, bits: 'f'.repeat(64) }] })).toBe('passed')
  })

  test('alone there is nothing to compare; flat pictures cannot be told apart', () => {
    expect(looked('duplicate', {})).toBe('skipped')
    const flat = { hash: { ...measures.hash, detail: 20 } }
    expect(looked('duplicate', flat, { shown: [other] })).toBe('unknown')
  })
})

describe('blur', () => {
  const history = (count: number) =>
    Array.from({ length: count }, (_, index) => 50 + (index % 100)).reduce(
      (sketch, value) => withValue(sketch, value, 10_000),
      emptySketch,
    )

  test('is told from the history of the purpose alone', () => {
    const sharpness = history(200)
    expect(looked('blur', { sharpness: 20 }, { sharpness })).toBe('failed')
    expect(looked('blur', { sharpness: 60 }, { sharpness })).toBe('passed')
  })

  test('below 100 pictures there is not enough history, and it says so', () => {
    expect(looked('blur', { sharpness: 1 })).toBe('unknown')
    const few = { ...expectation, sharpness: history(99) }
    expect(runGate(gateSchema.parse('blur'), measures, few)).toMatchObject({
      outcome: 'unknown',
      reason: 'not enough history: 99 of 100 pictures of the purpose',
    })
  })

  test.each(['a portrait with bokeh', 'flat illustration of a cup', 'foggy hills', 'a Logo'])(
    '%s may be soft',
    (prompt) => {
      expect(looked('blur', { sharpness: 1 }, { prompt, sharpness: history(200) })).toBe('skipped')
    },
  )
})

describe('palette', () => {
  const colour = (hex: string, share: number) => ({ lab: labFromHex(hex) ?? grid[0], share })
  const gate = { gate: 'palette', colours: ['#0b6e4f', '#f2a541'] }
  const found = [colour('#0c704f', 0.5), colour('#f0a643', 0.04), colour('#888888', 0.46)] as never

  test('near colours with enough area are those of the brand', () => {
    expect(looked(gate, { colours: found })).toBe('passed')
    expect(looked({ ...gate, min_share: 0.05 }, { colours: found })).toBe('failed')
    expect(looked({ ...gate, tolerance: 0.1 }, { colours: found })).toBe('failed')
  })

  test('names what is missing, and scores what is there', () => {
    const parsed = gateSchema.parse({ ...gate, colours: ['#0b6e4f', '#ff00ff'] })
    const verdict = runGate(parsed, { ...measures, colours: found }, expectation)
    expect(verdict).toMatchObject({ outcome: 'failed', score: 0.5 })
    expect(verdict.measured.missing).toEqual(['#ff00ff'])
  })
})

describe('text', () => {
  test.each([
    [['Open'], ['OPEN'], 'passed'],
    [['Open'], ['0pen'], 'failed'],
    [['Open', 'Closed'], ['open'], 'failed'],
    [['Open', 'Closed'], ['noise', 'closed', 'open'], 'passed'],
    [['Breakfast until noon today'], ['Breakfast untli noon today'], 'failed'],
    [['Breakfast until noon today'], ['Breakfast unti noon today'], 'passed'],
    [['Open'], [], 'failed'],
    [[], ['anything'], 'skipped'],
  ])('%j in the readings %j: %s', (literals, readings, expected) => {
    expect(outcome('text', readings, { literals })).toBe(expected)
  })
})

describe('similarity', () => {
  const near = { gate: 'similarity', threshold: 0.5 }
  const evidence = {
    picture: [1, 0],
    prompt: [1, 1],
    references: [
      [0, 1],
      [-1, 0],
    ],
  }
  test('to the prompt, or to the nearest picture of the brand', () => {
    expect(outcome(near, evidence)).toBe('passed')
    expect(outcome({ ...near, threshold: 0.8 }, evidence)).toBe('failed')
    expect(outcome({ ...near, to: 'references' }, evidence)).toBe('failed')
    expect(outcome({ ...near, to: 'references' }, { ...evidence, references: [] })).toBe('unknown')
  })

  test('the cosine is that of the angle, and 0 for nothing', () => {
    expect(cosine([3, 4], [4, 3])).toBeCloseTo(0.96, 12)
    expect([cosine([1, 0], [-2, 0]), cosine([], []), cosine([0], [1])]).toEqual([-1, 0, 0])
  })
})

describe('judge', () => {
  const row = (met: 'yes' | 'no' | 'unsure', weight = 1, isCritical = false) => ({
    ...{ id: 'r1', text: met, met, weight, isCritical, evidence: '' },
  })
  const answer = (rows: readonly ReturnType<typeof row>[], artefacts: readonly string[] = []) => ({
    requirements: rows,
    artefacts,
  })

  test.each([
    [[row('yes', 4), row('no')], 'passed'],
    [[row('yes', 3), row('no')], 'failed'],
    [[row('yes', 9), row('no', 1, true)], 'failed'],
    [[row('yes', 9), row('unsure', 1, true)], 'failed'],
    [[row('yes'), row('unsure', 9)], 'passed'],
    [[row('unsure')], 'unknown'],
    [[], 'skipped'],
  ])('%j: %s', (rows, expected) => {
    expect(outcome('judge', answer(rows))).toBe(expected)
  })

  test('where it matters a doubt is a no', () => {
    const rows = [row('yes'), row('unsure')]
    expect(outcome('judge', answer(rows), { isCritical: true })).toBe('failed')
    expect(outcome('judge', answer(rows))).toBe('passed')
  })

  test('flaws are borne as far as the settings say', () => {
    const flawed = answer([row('yes')], ['a sixth finger'])
    expect(outcome('judge', flawed)).toBe('passed')
    expect(outcome({ gate: 'judge', max_artefacts: 0 }, flawed)).toBe('failed')
  })
})
