import { expect, test } from 'vitest'
import modelsFile from '../bfl/models.json' with { type: 'json' }
import pricesFile from '../bfl/prices.json' with { type: 'json' }
import { readCatalogue } from './catalogue.ts'

test('the two files of a provider are read whole', () => {
  const { models, prices } = readCatalogue('bfl', modelsFile, pricesFile)
  expect(models.length).toBeGreaterThan(0)
  expect(models.every(({ provider }) => provider === 'bfl')).toBe(true)
  expect(prices).toHaveLength(pricesFile.length)
})

test.each<[string, unknown, unknown]>([
  ['models', { models: [{ id: 7 }] }, pricesFile],
  ['prices', modelsFile, [{ ...pricesFile[0], valid_from: 'soon' }]],
])('a wrong file of %s is refused when it is read, not when it is used', (_, models, prices) => {
  expect(() => readCatalogue('bfl', models, prices)).toThrow()
})
