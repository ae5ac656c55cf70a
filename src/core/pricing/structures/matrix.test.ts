import { describe, expect, test } from 'vitest'
import { nanoFromDollars } from '../../money.ts'
import { rate } from '../rate.ts'
import type { Usage } from '../usage.ts'
import { matrix } from './matrix.ts'

const { schema } = matrix

/** GPT Image 1 as an article of June 2026 priced it. */
const articleTable = {
  low: { '1024x1024': '0.011', '1536x1024': '0.016' },
  medium: { '1024x1024': '0.02', '1536x1024': '0.03' },
  high: { '1024x1024': '0.04', '1536x1024': '0.06' },
}

/** OpenAI price pages, read 2026-08-01. */
const openaiTables = {
  'gpt-image-1.5': {
    low: { '1024x1024': '0.009', '1536x1024': '0.013' },
    medium: { '1024x1024': '0.034', '1536x1024': '0.05' },
    high: { '1024x1024': '0.133', '1536x1024': '0.2' },
  },
  'gpt-image-1-mini': {
    low: { '1024x1024': '0.005', '1536x1024': '0.006' },
    medium: { '1024x1024': '0.011', '1536x1024': '0.015' },
    high: { '1024x1024': '0.036', '1536x1024': '0.052' },
  },
  'gpt-image-1': {
    low: { '1024x1024': '0.011', '1536x1024': '0.016' },
    medium: { '1024x1024': '0.042', '1536x1024': '0.063' },
    high: { '1024x1024': '0.167', '1536x1024': '0.25' },
  },
}

const dalle3 = {
  standard: { '1024x1024': '0.04', '1792x1024': '0.08' },
  hd: { '1024x1024': '0.08', '1792x1024': '0.12' },
}

const dalle2 = { '256x256': '0.016', '512x512': '0.018', '1024x1024': '0.02' }

/** xAI documentation, read in September 2026: grok-imagine-image-2.0. */
const grok2 = { low: { '1k': '0.04', '2k': '0.06' }, medium: { '1k': '0.06', '2k': '0.08' } }

type Axes = readonly ('quality' | 'size' | 'resolution')[]

const price = (by: Axes, usd: object, usage: Usage) =>
  rate({ components: [schema.parse({ kind: 'matrix', by, usd })] }, usage)

const qualityAndSize: Axes = ['quality', 'size']

describe('a listed cell', () => {
  test.each<[string, Axes, object, Usage, string]>([
    [
      'three medium wide images by the article',
      qualityAndSize,
      articleTable,
      { quality: 'medium', size: '1536x1024', images: 3 },
      '0.09',
    ],
    [
      'DALL-E 3 hd, wide: the grid says 0.12 where an article says 0.08',
      qualityAndSize,
      dalle3,
      { quality: 'hd', size: '1792x1024', images: 1 },
      '0.12',
    ],
    [
      'a resolution class',
      ['resolution'],
      { '1K': '0.045', '2K': '0.09' },
      { resolution: '2K', images: 2 },
      '0.18',
    ],
    ['a size alone', ['size'], dalle2, { size: '512x512', images: 2 }, '0.036'],
    [
      'a quality alone',
      ['quality'],
      { low: '0.03', high: '0.1' },
      { quality: 'high', images: 1 },
      '0.1',
    ],
    [
      'quality and resolution class',
      ['quality', 'resolution'],
      grok2,
      { quality: 'medium', resolution: '1k', images: 1 },
      '0.06',
    ],
  ])('%s', (_, by, usd, usage, expected) => {
    expect(price(by, usd, usage)).toMatchObject({
      ok: true,
      charge: { totalNano: nanoFromDollars(expected) },
    })
  })

  const cells = Object.entries(openaiTables).flatMap(([model, table]) =>
    Object.entries(table).flatMap(([quality, sizes]) =>
      Object.entries(sizes).map(([size, usd]) => ({ model, table, quality, size, usd })),
    ),
  )
  test.each(cells)('$model $quality $size costs $usd', ({ table, quality, size, usd }) => {
    expect(price(qualityAndSize, table, { quality, size, images: 10 })).toMatchObject({
      ok: true,
      charge: { totalNano: nanoFromDollars(usd) * 10n },
    })
  })

  test('the article has half the true price of gpt-image-1 at medium and a quarter at high', () => {
    const totals = (quality: string) =>
      [articleTable, openaiTables['gpt-image-1']].map((table) => {
        const rated = price(qualityAndSize, table, { quality, size: '1024x1024', images: 1 })
        return rated.ok ? rated.charge.totalNano : undefined
      })
    expect(totals('low')).toEqual([11_000_000n, 11_000_000n])
    expect(totals('medium')).toEqual([20_000_000n, 42_000_000n])
    expect(totals('high')).toEqual([40_000_000n, 167_000_000n])
  })
})

describe('what is not listed maps up', () => {
  test.each<[string, Axes, object, Usage, string]>([
    [
      'a small size pays the smallest cell',
      ['size'],
      dalle2,
      { size: '64x64', images: 1 },
      '0.016',
    ],
    [
      'a size between two cells pays the larger',
      ['size'],
      dalle2,
      { size: '257x256', images: 1 },
      '0.018',
    ],
    [
      'width and height stand in for the size',
      ['size'],
      dalle2,
      { width: 600, height: 500, images: 1 },
      '0.02',
    ],
    [
      'a portrait pays the landscape cell that holds it turned',
      qualityAndSize,
      dalle3,
      { quality: 'hd', size: '1024x1792', images: 1 },
      '0.12',
    ],
    [
      'at equal area the upright cell wins over the turned one',
      ['size'],
      { '1536x1024': '0.063', '1024x1536': '0.064' },
      { size: '1000x1500', images: 1 },
      '0.064',
    ],
    [
      'high is what DALL-E 3 calls hd',
      qualityAndSize,
      dalle3,
      { quality: 'high', size: '1024x1024', images: 1 },
      '0.08',
    ],
    [
      'low pays standard where nothing is cheaper',
      qualityAndSize,
      dalle3,
      { quality: 'low', size: '1024x1024', images: 1 },
      '0.04',
    ],
  ])('%s', (_, by, usd, usage, expected) => {
    expect(price(by, usd, usage)).toMatchObject({
      ok: true,
      charge: { totalNano: nanoFromDollars(expected) },
    })
  })

  test('the line names the cell that was paid', () => {
    const rated = price(qualityAndSize, dalle3, { quality: 'low', size: '900x900', images: 1 })
    const label = 'output image, standard, 1024x1024'
    expect(rated).toMatchObject({ ok: true, charge: { lines: [{ label }] } })
  })
})

describe('what has no cell is refused', () => {
  test.each<[string, Axes, object, Usage, string, string]>([
    [
      'a size above the largest',
      ['size'],
      dalle2,
      { size: '1025x1024', images: 1 },
      'above_largest',
      'size',
    ],
    [
      'a quality above the largest',
      qualityAndSize,
      dalle3,
      { quality: 'max', size: '1024x1024', images: 1 },
      'above_largest',
      'quality',
    ],
    [
      'a quality nobody knows',
      qualityAndSize,
      dalle3,
      { quality: 'ultra', size: '1024x1024', images: 1 },
      'not_listed',
      'quality',
    ],
    [
      'an unresolved auto',
      qualityAndSize,
      dalle3,
      { quality: 'auto', size: '1024x1024', images: 1 },
      'not_listed',
      'quality',
    ],
    [
      'a quality named like a member of every object',
      ['quality'],
      { low: '0.03' },
      { quality: 'constructor', images: 1 },
      'not_listed',
      'quality',
    ],
    ['a size that is no size', ['size'], dalle2, { size: 'auto', images: 1 }, 'not_listed', 'size'],
    [
      'a usage without quality',
      qualityAndSize,
      dalle3,
      { size: '1024x1024', images: 1 },
      'missing_usage',
      'quality',
    ],
    ['a usage without size', ['size'], dalle2, { width: 512, images: 1 }, 'missing_usage', 'size'],
    [
      'a usage without resolution',
      ['resolution'],
      { '1K': '0.045' },
      { size: '1024x1024', images: 1 },
      'missing_usage',
      'resolution',
    ],
  ])('%s', (_, by, usd, usage, code, subject) => {
    expect(price(by, usd, usage)).toMatchObject({ ok: false, reason: { code, subject } })
  })
})

describe('the schema refuses', () => {
  test.each<[string, readonly string[], object]>([
    ['an empty table', ['size'], {}],
    ['an empty inner table', qualityAndSize, { low: {} }],
    ['a table less deep than its axes', qualityAndSize, { low: '0.01' }],
    ['a table deeper than its axes', ['quality'], { low: { '1024x1024': '0.01' } }],
    ['a size among the qualities', ['quality'], { low: '0.01', '1024x1024': '0.02' }],
    ['a size without pixels', ['size'], { '0x1024': '0.01' }],
    ['a resolution that is no number', ['resolution'], { large: '0.01' }],
    ['two names of one quality', ['quality'], { standard: '0.04', medium: '0.05' }],
    ['two spellings of one resolution', ['resolution'], { '1k': '0.04', '1K': '0.05' }],
    ['a free cell', ['quality'], { low: '0' }],
    ['no axis', [], { low: '0.01' }],
    ['one axis twice', ['size', 'size'], { '1x1': { '1x1': '0.01' } }],
    ['an axis without a rule', ['style'], { vivid: '0.01' }],
  ])('%s', (_, by, usd) => {
    expect(schema.safeParse({ kind: 'matrix', by, usd }).success).toBe(false)
  })
})
