import { describe, expect, test } from 'vitest'
import type { Quality } from '../../../core/request/image-request.ts'
import { gptImage2Tokens } from './gpt-image-2-tokens.ts'
import { inputImageTokens, outputTokens, promptTokens } from './tokens.ts'

/** Published counts (OpenAI's calculator and community.openai.com/t/1382699, read 2026-11-20). */
const published: readonly (readonly [string, number, number, number])[] = [
  ['1024x1024', 196, 1_756, 7_024],
  ['1536x1024', 158, 1_372, 5_488],
  ['1024x1536', 158, 1_372, 5_488],
  ['1792x1024', 139, 1_243, 5_063],
  ['1280x720', 106, 947, 3_787],
  ['1536x864', 120, 1_078, 4_312],
  ['2048x2048', 397, 3_568, 14_272],
  ['2560x1440', 205, 1_843, 7_370],
  ['3840x2160', 371, 3_336, 13_342],
]

const sizeOf = (text: string) => {
  const [width = 0, height = 0] = text.split('x').map(Number)
  return { width, height }
}

describe('output tokens of gpt-image-2', () => {
  test.each(published)(
    '%s takes %i, %i and %i tokens at low, medium and high',
    (text, ...counts) => {
      const levels: readonly Quality[] = ['low', 'medium', 'high']
      expect(levels.map((quality) => gptImage2Tokens(quality, sizeOf(text)))).toEqual(counts)
    },
  )

  test('a small wide picture at low quality takes what was billed for it', () => {
    // community.openai.com/t/1381388, read 2026-11-20: 960x720 low 130, 976x704 low 129.
    expect(gptImage2Tokens('low', { width: 960, height: 720 })).toBe(130)
    expect(gptImage2Tokens('low', { width: 976, height: 704 })).toBe(129)
  })

  test('xhigh and max have no published count, so none is given', () => {
    const size = { width: 1024, height: 1024 }
    expect(gptImage2Tokens('xhigh', size)).toBeUndefined()
    expect(outputTokens('gpt-image-2-prior', 'max', size)).toBeUndefined()
  })
})

describe('bounds of output tokens', () => {
  const square = { width: 1024, height: 1024 }

  test('gpt-image-2 is exact', () => {
    const exact = { low: 1_756, expected: 1_756, high: 1_756 }
    expect(outputTokens('gpt-image-2', 'medium', square)).toEqual(exact)
  })

  test('2.5 and 2.6 may take three times the formula', () => {
    const wide = { low: 585, expected: 1_756, high: 5_268 }
    expect(outputTokens('gpt-image-2-prior', 'medium', square)).toEqual(wide)
  })

  test('gpt-image-1.5 counts by table, and has no other size', () => {
    const portrait = { width: 1024, height: 1536 }
    expect(outputTokens('gpt-image-1', 'high', portrait)?.high).toBe(6_240)
    expect(outputTokens('gpt-image-1', 'xhigh', portrait)).toBeUndefined()
  })

  test('the ceiling of gpt-image-1-mini pays its price per picture', () => {
    const ceiling = outputTokens('gpt-image-1-mini', 'high', square)?.high ?? 0
    expect((ceiling * 8) / 1_000_000).toBeCloseTo(0.036, 9)
  })
})

test('no text takes more tokens than it has bytes, and a little', () => {
  expect(promptTokens('a red cup')).toEqual({ low: 1, expected: 9, high: 41 })
  expect(promptTokens('赤いカップ').high).toBe(15 + 32)
})

test('input images are a range with a ceiling for every family', () => {
  expect(inputImageTokens('gpt-image-2', 'low')).toEqual({ low: 560, expected: 1_000, high: 3_000 })
  const faithful = inputImageTokens('gpt-image-1', 'high')
  expect(faithful.low).toBeLessThan(faithful.expected)
  expect(faithful.expected).toBeLessThan(faithful.high)
})
