import { expect, test } from 'vitest'
import { readCatalogue } from './catalogue.ts'

const price = {
  offer: 'painter/painter-1',
  operation: 'generate',
  components: [{ kind: 'per_image', usd: '0.01' }],
  valid_from: '2026-02-01',
  valid_to: null,
  source: { url: 'https://painter.example', read_at: '2026-11-20', confidence: 'high' },
}

test('a provider that lists no models may have prices, and both files are read', () => {
  const { models, aliases, prices } = readCatalogue('painter', { models: [], aliases: [] }, [price])
  expect({ models, aliases }).toEqual({ models: [], aliases: [] })
  expect(prices.map(({ offer }) => offer)).toEqual(['painter/painter-1'])
})

test.each<[string, unknown, readonly object[]]>([
  ['models', { models: [{ id: 7 }], aliases: [] }, [price]],
  ['prices', { models: [], aliases: [] }, [{ ...price, valid_from: 'soon' }]],
])('a wrong file of %s is refused when it is read, not when it is used', (_, models, prices) => {
  expect(() => readCatalogue('painter', models, prices)).toThrow()
})
