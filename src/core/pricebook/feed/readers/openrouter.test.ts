import { describe, expect, test } from 'vitest'
import { makeOfferNames } from './offer-names.ts'
import { readOpenRouter } from './openrouter.ts'

const context = { source: 'openrouter', names: makeOfferNames([]), today: '2026-11-20' }

interface Line {
  readonly billable: string
  readonly unit: string
  readonly cost_usd: number | string
  readonly variant?: string
}

const endpoint = (slug: string, pricing: readonly Line[], parameters: object = {}) => ({
  provider_name: slug,
  provider_slug: slug,
  pricing,
  supported_parameters: parameters,
})
const model = (...endpoints: readonly object[]) => ({ id: 'acme/painter', endpoints })
const read = (...answers: readonly unknown[]) => readOpenRouter(answers, context)
const image = (cost_usd: number | string, variant?: string): Line => ({
  billable: 'output_image',
  unit: 'image',
  cost_usd,
  ...(variant === undefined ? {} : { variant }),
})

describe('lines become components', () => {
  test.each<[string, readonly Line[], readonly object[], readonly object[]]>([
    ['by the image', [image(0.05)], [{ kind: 'per_image', usd: '0.05' }], []],
    [
      'by the token',
      [
        { billable: 'output_image', unit: 'token', cost_usd: 3e-5 },
        { billable: 'input_text', unit: 'token', cost_usd: '0.000005' },
        { billable: 'input_image', unit: 'token', cost_usd: 8e-6 },
      ],
      [{ kind: 'tokens', text_in: '0.000005', image_in: '0.000008', image_out: '0.00003' }],
      [],
    ],
    [
      'by the megapixel, in and out',
      [
        { billable: 'output_image', unit: 'megapixel', cost_usd: 0.03 },
        { billable: 'input_image', unit: 'megapixel', cost_usd: 0.015 },
      ],
      [{ kind: 'first_plus_extra_mp', first: '0.03', extra: '0.03', input_mp: '0.015' }],
      [],
    ],
    [
      'with a fee for references and fonts',
      [
        image(0.05),
        { billable: 'input_reference', unit: 'image', cost_usd: 0.003 },
        { billable: 'input_font', unit: 'image', cost_usd: 0.01 },
      ],
      [{ kind: 'per_image', usd: '0.05' }],
      [
        { kind: 'reference_image_fee', fee: '0.003' },
        { kind: 'font_fee', fee: '0.01' },
      ],
    ],
  ])('%s', (_, lines, components, modifiers) => {
    const { entries, skipped } = read(model(endpoint('acme', lines)))
    expect(skipped).toEqual([])
    expect(entries[0]).toMatchObject({ offer: 'openrouter/acme/painter', components, modifiers })
  })

  test('variants become selectors', () => {
    const lines = [image(0.04, '1K'), image(0.08, '4K'), image(0.2, 'high'), image(1, '512x512')]
    const { entries } = read(model(endpoint('acme', lines)))
    expect(entries.map((entry) => 'selector' in entry && entry.selector)).toMatchObject([
      { resolution: '1k' },
      { resolution: '4k' },
      { quality: 'high' },
      { size: '512x512' },
    ])
  })

  test('a model that takes references can edit', () => {
    const { entries } = read(model(endpoint('acme', [image(0.05)], { input_references: {} })))
    expect(entries.map((entry) => 'operation' in entry && entry.operation)).toEqual([
      'generate',
      'edit',
    ])
  })
})

describe('an offer is left out', () => {
  test.each<[string, readonly Line[]]>([
    [
      'when a call has a price of its own',
      [{ billable: 'output_image', unit: 'request', cost_usd: 1 }],
    ],
    ['when a variant is none that we know', [image(0.04, 'turbo')]],
    [
      'when an input is paid in a way we cannot express',
      [image(0.04), { billable: 'input_video', unit: 'second', cost_usd: 1 }],
    ],
  ])('%s, rather than priced without it', (_, lines) => {
    const { entries, skipped } = read(model(endpoint('acme', lines), endpoint('other', [image(1)])))
    expect(entries).toEqual([])
    expect(skipped).toMatchObject([{ code: 'no_structure' }])
  })

  test('when nobody supplies it', () => {
    expect(read(model()).skipped).toMatchObject([{ code: 'no_price' }])
  })

  test('when the answer is none', () => {
    expect(read(null, 'x', { id: 'no slash', endpoints: [] }).skipped).toHaveLength(3)
  })
})

test('of several suppliers the dearest has the price, whatever their order', () => {
  const suppliers = [endpoint('cheap', [image(0.04)]), endpoint('dear', [image(0.06)])]
  for (const order of [suppliers, suppliers.toReversed()]) {
    const { entries, skipped } = read(model(...order))
    expect(entries).toMatchObject([{ components: [{ usd: '0.06' }] }])
    expect(skipped).toMatchObject([{ key: 'acme/painter by cheap', code: 'cheaper_supplier' }])
  }
})

test.each([
  [0, 'zero'],
  [-1, 'negative'],
  ['free', 'not_a_number'],
])('a picture for %j has no price', (cost_usd, flaw) => {
  const { entries } = read(model(endpoint('acme', [image(cost_usd)])))
  expect(entries).toMatchObject([{ what: 'flawed', flaw }])
})
