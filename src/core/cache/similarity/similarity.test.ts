import { describe, expect, test } from 'vitest'
import { cosine } from '../../statistics/cosine.ts'
import { promptForm } from '../prompt-form/prompt-form.ts'
import { calibrate, leastPairs } from './calibrate.ts'
import { lexicalVector } from './lexical-vector.ts'
import { paysOff } from './pays-off.ts'
import { toUnitVector } from './unit-vector.ts'
import { isSlip, vetoOf } from './veto.ts'

const veto = (one: string, other: string, knowsMeaning = false) =>
  vetoOf(promptForm(one), promptForm(other), { knowsMeaning })

describe('vetoes', () => {
  test.each([
    ['a red kettle on a shelf', 'a blue kettle on a shelf', 'attribute'],
    ['a leather armchair', 'a velvet armchair', 'attribute'],
    ['two owls on a branch', 'three owls on a branch', 'count'],
    ['a bench under a tree', 'a bench beside a tree', 'relation'],
    ['a street without cars', 'a street with cars', 'relation'],
    ['a goat behind a donkey', 'a donkey behind a goat', 'swap'],
    ['an old man at a desk', 'an old woman at a desk', 'attribute'],
    ['a lighthouse, watercolor painting', 'a lighthouse, oil painting', 'slot'],
    ['a lighthouse, side view', 'a lighthouse, aerial view', 'slot'],
    ['a sign that says "OPEN"', 'a sign that says "CLOSED"', 'literal'],
    ['a model 3 car', 'a model 5 car', 'attribute'],
  ])('%s is not %s', (one, other, reason) => {
    expect(veto(one, other, false)).toBe(reason)
    expect(veto(one, other, true)).toBe(reason)
  })

  test('without a model another word is another picture, with one the threshold decides', () => {
    expect(veto('a bureau in a library', 'a desk in a library')).toBe('word')
    expect(veto('a bureau in a library', 'a desk in a library', true)).toBeUndefined()
  })

  test('a slip of the keyboard and praise change nothing', () => {
    expect(veto('a lighthouse on a cliff', 'a lighthuose on a cliff')).toBeUndefined()
    expect(veto('a lovely windmill', 'a gorgeous windmill')).toBeUndefined()
  })

  test.each([
    ['lighthouse', 'ligthhouse', true],
    ['giraffe', 'girraffe', true],
    ['desert', 'dessert', false],
    ['computer', 'commuter', false],
    ['painting', 'pointing', false],
    ['trail', 'trial', false],
  ])('%s and %s: the same word mistyped? %s', (one, other, isSame) => {
    expect(isSlip(one, other)).toBe(isSame)
    expect(isSlip(other, one)).toBe(isSame)
  })
})

describe('vectors', () => {
  const near = (one: string, other: string) =>
    cosine(lexicalVector(promptForm(one)), lexicalVector(promptForm(other)))

  test('a mistyped prompt lies nearer than one with another word', () => {
    const prompt = 'a lighthouse on a cliff above the sea'
    expect(near(prompt, prompt)).toBeCloseTo(1, 6)
    expect(near(prompt, 'a lighthuose on a cliff above the sea')).toBeGreaterThan(
      near(prompt, 'a cathedral on a cliff above the sea'),
    )
  })

  test('rounding to a byte moves a cosine by less than a hundredth', () => {
    const [one, other] = [3, 7].map((step) =>
      Float32Array.from({ length: 256 }, (_, index) => Math.sin(index * step) + 0.2),
    )
    if (one === undefined || other === undefined) throw new Error('two vectors are needed')
    const dot = (a: Float32Array, b: Float32Array) =>
      a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)
    const exact = dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other))
    expect(Math.abs(cosine(toUnitVector(one), toUnitVector(other)) - exact)).toBeLessThan(0.01)
  })
})

describe('calibration', () => {
  const pairs = (similarity: number, count: number, isSame: boolean) =>
    Array.from({ length: count }, () => ({ similarity, isSame }))

  test('299 right pairs allow 1 % of wrong hits, 298 do not', () => {
    expect(calibrate(pairs(0.9, 299, true), 0.01)?.threshold).toBe(0.9)
    expect(calibrate(pairs(0.9, 298, true), 0.01)).toBeUndefined()
    expect(calibrate([], 0.5)).toBeUndefined()
    for (const share of [0.001, 0.01, 0.05, 0.3]) {
      expect(calibrate(pairs(0.9, leastPairs(share), true), share)).toBeDefined()
      expect(calibrate(pairs(0.9, leastPairs(share) - 1, true), share)).toBeUndefined()
    }
  })

  test('the walk from strict to loose stops before the bound is passed, and never goes on', () => {
    const observed = [
      ...pairs(0.99, 300, true),
      ...pairs(0.95, 1, false),
      ...pairs(0.9, 700, true),
      ...pairs(0.8, 20, false),
      ...pairs(0.7, 5_000, true),
    ]
    const found = calibrate(observed, 0.001)
    expect(found).toMatchObject({ threshold: 0.9, served: 1_001, wrong: 1, n: 6_021 })
    expect(found?.upper95).toBeLessThan(0.001)
  })

  test.each([
    ['0.03', 30_000_000n, 300_000_000n, 0.909],
    ['0.003', 3_000_000n, 100_000_000n, 0.971],
    ['0.04', 40_000_000n, 40_000_000n, 0.5],
  ])('at $%s a hit must be right with more than its share', (_title, newNano, wrongNano, least) => {
    expect(paysOff({ right: least + 0.001, newNano, wrongNano })).toBe(true)
    expect(paysOff({ right: least - 0.001, newNano, wrongNano })).toBe(false)
  })
})
