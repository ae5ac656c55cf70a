import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readPairs } from '../src/cli/read-pairs.ts'
import { evaluatePairs, servesNear, wouldServe } from '../src/core/cache/evaluate-pairs.ts'
import { lexicalLens } from '../src/core/cache/similarity/nearness.ts'

const file = new URL('./data/prompt-pairs.jsonl', import.meta.url)
const { pairs } = readPairs(readFileSync(file, 'utf8'), 'prompt-pairs.jsonl')
const LEAST_RECALL = 0.85

describe('pairs in our own words', () => {
  test.each([
    ['by their normal form', wouldServe],
    ['by likeness as well', servesNear(0.9, lexicalLens)],
  ])('%s: no other picture is served, and most rephrased ones are', (_title, serves) => {
    const wrong = pairs.filter(({ made, asked, isSame }) => !isSame && serves(made, asked))
    expect(wrong.map(({ made, asked }) => [made.request.prompt, asked.request.prompt])).toEqual([])
    const { same, different } = evaluatePairs(pairs, serves)
    expect(different.n).toBeGreaterThanOrEqual(153)
    expect(same.n).toBeGreaterThanOrEqual(34)
    expect(same.recall).toBeGreaterThanOrEqual(LEAST_RECALL)
  })

  test('serve either way round or not at all', () => {
    const turned = pairs.filter(
      ({ made, asked }) => wouldServe(made, asked) !== wouldServe(asked, made),
    )
    expect(turned).toEqual([])
  })
})
