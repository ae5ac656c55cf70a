import { describe, expect, test } from 'vitest'
import { rate } from './rate.ts'
import { type Component, componentSchema } from './structures/index.ts'
import type { Usage } from './usage.ts'

const flat: Component = componentSchema.parse({ kind: 'per_image', usd: '0.04' })
const counted: Component = componentSchema.parse({ kind: 'tokens', text_in: '0.000005' })

test('a price of several components is the sum of their lines, in their order', () => {
  const usage = { images: 2, tokens: { textIn: 100 } }
  expect(rate({ components: [flat, counted] }, usage)).toMatchObject({
    ok: true,
    charge: {
      totalNano: 80_500_000n,
      lines: [
        { kind: 'per_image', amountNano: 80_000_000n },
        { kind: 'tokens', amountNano: 500_000n },
      ],
    },
  })
})

test('one component without a price leaves the whole call without one', () => {
  expect(rate({ components: [flat, counted] }, { images: 2 })).toMatchObject({
    ok: false,
    reason: { code: 'missing_usage', subject: 'tokens.textIn' },
  })
})

test('a price without components is refused, not free', () => {
  const reason = { code: 'no_components' }
  expect(rate({ components: [] }, { images: 1 })).toMatchObject({ ok: false, reason })
})

test('a price below half a nano-dollar is rounded per line, not per image', () => {
  const tiny = componentSchema.parse({ kind: 'per_image', usd: '0.0000000004' })
  const total = (images: number) => {
    const rated = rate({ components: [tiny] }, { images })
    return rated.ok ? rated.charge.totalNano : undefined
  }
  expect([total(1), total(2), total(10)]).toEqual([0n, 1n, 4n])
})

describe('a usage that cannot be', () => {
  test.each<[string, Record<string, unknown>]>([
    ['images', { images: -1 }],
    ['images', { images: 1.5 }],
    ['images', { images: Number.NaN }],
    ['images', { images: Number.POSITIVE_INFINITY }],
    ['images', { images: 2 ** 60 }],
    ['images', { images: '1' }],
    ['images', {}],
    ['width', { images: 1, width: -1024 }],
    ['steps', { images: 1, steps: 2.5 }],
    ['outputMegapixels', { images: 1, outputMegapixels: Number.NaN }],
    ['inputMegapixels', { images: 1, inputMegapixels: -1 }],
    ['credits', { images: 1, credits: null }],
    ['tokens.imageOut', { images: 1, tokens: { imageOut: -5 } }],
    ['tokens.textIn', { images: 1, tokens: { textIn: 0.5 } }],
  ])('%s: %j', (subject, usage) => {
    expect(rate({ components: [flat] }, usage as unknown as Usage)).toMatchObject({
      ok: false,
      reason: { code: 'invalid_usage', subject },
    })
  })
})
