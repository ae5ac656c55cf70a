import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { bookRow, FeedStand, sha256 } from '../../../../testing/feed-stand.ts'
import { sampleModel } from '../../../../testing/sample-models.ts'
import { importLitellm, type LitellmReport, litellmSource } from '../import-litellm.ts'
import { readLitellm } from './litellm.ts'
import { fromLitellmKey } from './litellm-key.ts'
import { makeOfferNames } from './offer-names.ts'

const path = new URL('../../../../../test/data/litellm/image-prices.json', import.meta.url)
const file: Record<string, Record<string, unknown>> = JSON.parse(readFileSync(path, 'utf8'))
const now = Date.parse('2026-11-20T12:00:00Z')

const models = [
  sampleModel({ provider: 'openai', id: 'gpt-image-2', otherNames: ['gpt-image-2-2026-04-21'] }),
  sampleModel({ provider: 'stability', id: 'stable-inpaint' }),
  sampleModel({ provider: 'bfl', id: 'flux-pro-1.1' }),
]
const names = makeOfferNames(models)
const inpaint = bookRow('0.05', { offer: 'stability/stable-inpaint', operation: 'inpaint' })
const flux = bookRow('0.04', { offer: 'bfl/flux-pro-1.1' })

const importOf = (json: unknown): LitellmReport =>
  importLitellm(json, [inpaint, flux], { names, now, digest: sha256 })

describe('a key is taken apart', () => {
  test.each([
    ['low/1024-x-1536/gpt-image-1.5', 'openai', 'openai/gpt-image-1.5 low 1024x1536'],
    ['1024-x-1024/gpt-image-1.5', 'openai', 'openai/gpt-image-1.5 1024x1024'],
    ['azure/hd/1792-x-1024/dall-e-3', 'azure', 'azure/dall-e-3 hd 1792x1024'],
    [
      '1024-x-1024/50-steps/bedrock/amazon.nova-canvas-v1:0',
      'bedrock',
      'bedrock/amazon.nova-canvas-v1:0 1024x1024 50',
    ],
    [
      'max-x-max/max-steps/stability.stable-diffusion-xl-v0',
      'bedrock',
      'bedrock/stability.stable-diffusion-xl-v0 max',
    ],
    ['aiml/flux-pro/v1.1', 'aiml', 'aimlapi/flux-pro/v1.1'],
    ['vertex_ai/imagegeneration@006', 'vertex_ai-image-models', 'vertex/imagegeneration@006'],
    [
      'fireworks_ai/accounts/fireworks/models/flux-1-dev-fp8',
      'fireworks_ai',
      'fireworks/flux-1-dev-fp8',
    ],
  ])('%s', (key, provider, expected) => {
    const parts = fromLitellmKey(key, provider)
    const rest = [parts.quality, parts.size, parts.steps].filter((part) => part !== null)
    expect([`${parts.provider}/${parts.model}`, ...rest].join(' ')).toBe(expected)
  })
})

describe('the file of 2026-08-01', () => {
  const report = importOf(file)
  const all = [...report.taken, ...report.held, ...report.needless, ...report.skipped]
  const heldFor = (code: string): readonly string[] =>
    report.held.filter(({ reasons }) => reasons.some((reason) => reason.code === code)).map(keyOf)
  const skippedFor = (code: string): readonly string[] =>
    report.skipped.filter((row) => row.code === code).map(keyOf)
  const keyOf = ({ key }: { readonly key: string }): string => key
  const priceOf = (key: string): unknown =>
    report.taken.find((row) => row.key.split(' + ').includes(key))?.row.components

  test('has 240 rows about pictures, and each is accounted for', () => {
    const keys = new Set(all.flatMap(({ key }) => key.split(' + ')))
    expect(keys.size).toBe(240)
    expect(Object.keys(file).filter((key) => !keys.has(key))).toEqual([
      'gpt-4o-mini',
      'text-embedding-3-small',
    ])
  })

  test('comes to these numbers of prices', () => {
    const skips = Map.groupBy(report.skipped, ({ code }) => code)
    expect(report.taken).toHaveLength(154)
    expect(report.held).toHaveLength(19)
    expect(report.needless).toHaveLength(2)
    expect(Object.fromEntries([...skips].map(([code, rows]) => [code, rows.length]))).toEqual({
      no_price: 2,
      not_an_image_model: 3,
      estimate_of_tokens: 93,
      covered_by_sizes: 1,
      other_name: 8,
      zero: 1,
    })
  })

  test('has a tenth of the price of every service of Stability, which waits', () => {
    expect(heldFor('unit_error')).toHaveLength(13)
    expect(report.needless).toContainEqual(
      expect.objectContaining({
        key: 'stability/inpaint',
        offer: 'stability/stable-inpaint',
        factor: { low: 0.1, high: 0.1, compared: 6 },
        isTooLow: true,
      }),
    )
  })

  test('has other wrong rows that wait', () => {
    expect(new Set(heldFor('known_wrong'))).toEqual(
      new Set([
        'gemini/gemini-3.1-flash-image',
        'gemini/gemini-3.1-flash-image-preview',
        'chatgpt-image-latest',
      ]),
    )
    expect(heldFor('partial_price')).toEqual(['aiml/openai/gpt-image-2', 'runwayml/gen4_image'])
  })

  test('has rows without a price, with the price zero, and of models that paint nothing', () => {
    expect(skippedFor('no_price')).toEqual([
      'dashscope/qwen-image-2.0',
      'dashscope/qwen-image-2.0-pro',
    ])
    expect(skippedFor('zero')).toEqual(['azure/standard/1024-x-1024/dall-e-2'])
    expect(skippedFor('not_an_image_model')).toContain('gemini/deep-research-pro-preview-12-2025')
  })

  test('calls the price of an output that of an input where it has no tokens', () => {
    expect(priceOf('dall-e-2')).toEqual([{ kind: 'per_image', usd: '0.02' }])
    const [gemini] = report.taken.filter(({ key }) => key === 'gemini-3-pro-image')
    expect(gemini?.row.components).toMatchObject([{ kind: 'tokens', image_out: '0.00012' }])
  })

  test('divides the prices of Fireworks by a million', () => {
    const fireworks = 'fireworks_ai/accounts/fireworks/models'
    expect(priceOf(`${fireworks}/flux-1-schnell-fp8`)).toEqual([
      { kind: 'per_step_linear', usd_per_step: '0.00035' },
    ])
    expect(priceOf(`${fireworks}/flux-kontext-max`)).toEqual([{ kind: 'per_image', usd: '0.08' }])
  })

  test('has two rows for the steps of one size, which become one tariff', () => {
    expect(priceOf('1024-x-1024/max-steps/stability.stable-diffusion-xl-v1')).toEqual([
      { kind: 'per_step_tier', usd: { '<=50': '0.04', '>50': '0.08' } },
    ])
  })

  test('lists dated snapshots beside their model, and one of them is enough', () => {
    expect(skippedFor('other_name')).toContain('gpt-image-2-2026-04-21')
    const offers = report.taken.filter(({ offer }) => offer === 'openai/gpt-image-2')
    expect(offers.map(({ operation }) => operation)).toEqual(['generate', 'edit'])
  })

  test('warns of ends, and ends nothing', () => {
    const lives = report.state.book.lifecycles
    expect(lives).toHaveLength(2)
    expect(lives.map(({ deprecatedAt, shutdownAt }) => [deprecatedAt, shutdownAt])).toEqual([
      ['2025-11-10', null],
      ['2025-11-10', null],
    ])
  })

  test('has low confidence throughout', () => {
    expect(new Set(report.taken.map(({ row }) => row.source.confidence))).toEqual(new Set(['low']))
  })

  test('imported twice is no event', () => {
    const again = { names, now: now + 3_600_000, digest: sha256, state: report.state }
    expect(importLitellm(file, [inpaint, flux], again).changes).toEqual([])
  })
})

test('a wrong row that was corrected is taken like any other', () => {
  const row = { ...file['stability/erase'], output_cost_per_image: 0.05 }
  expect(importOf({ 'stability/erase': row }).taken).toHaveLength(1)
})

test.each([
  ['"free"', 'free', 'not_a_number'],
  ['minus one cent', -0.01, 'negative'],
  ['nothing', 0, 'zero'],
])('a price of %s is none', (_, output_cost_per_image, code) => {
  const row = { litellm_provider: 'acme', mode: 'image_generation', output_cost_per_image }
  expect(importOf({ 'acme/painter': row }).skipped).toMatchObject([{ code }])
})

test.each([[null], [[]], ['text'], [{ 'acme/painter': null }], [{ 'acme/painter': [] }]])(
  'what is no price file has no rows: %j',
  (json) => {
    const context = { source: litellmSource.id, names, today: '2026-11-20' }
    expect(readLitellm(json, context)).toEqual({ entries: [], skipped: [] })
  },
)

test('a price for any size that is below one of the sizes is left out', () => {
  const context = { source: litellmSource.id, names, today: '2026-11-20' }
  const { skipped, entries } = readLitellm(file, context)
  expect(skipped.filter(({ code }) => code === 'covered_by_sizes').map(({ key }) => key)).toEqual([
    'dall-e-3',
  ])
  const stand = new FeedStand()
  stand.read(litellmSource, entries)
  const rows = stand.rows().filter(({ offer }) => offer === 'openai/dall-e-3')
  expect(rows.map(({ when }) => when.quality)).not.toContain(null)
})
