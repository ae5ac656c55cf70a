import { expect, test } from 'vitest'
import { sampleModel } from '../../testing/sample-models.ts'
import { unknownLifecycle } from '../pricebook/feed/lifecycle.ts'
import { amendLifecycles } from './amend-lifecycles.ts'
import { resolveModel } from './catalog.ts'

const model = sampleModel({ lifecycle: { availableFrom: '2026-01-01', replacement: 'heir' } })
const catalog = { models: [model], aliases: [] }
const said = unknownLifecycle('acme/painter', 'openai-models')
const noon = Date.UTC(2026, 11, 1, 12)

test('a model is refused from the day on that a source announced', () => {
  const amended = amendLifecycles(catalog, [{ ...said, shutdownAt: '2026-12-01' }])
  expect(() => resolveModel(amended, 'painter', noon)).toThrow('was shut down on 2026-12-01')
  expect(resolveModel(catalog, 'painter', noon).models).toEqual([model])
})

test('what a source does not say stays as the catalogue has it', () => {
  const [amended] = amendLifecycles(catalog, [{ ...said, deprecatedAt: '2026-11-01' }]).models
  expect(amended?.lifecycle).toEqual({
    availableFrom: '2026-01-01',
    deprecatedAt: '2026-11-01',
    replacement: 'heir',
  })
})

test('other models, and an empty list, change nothing', () => {
  expect(amendLifecycles(catalog, [])).toBe(catalog)
  const other = { ...said, offer: 'acme/sculptor', shutdownAt: '2026-01-02' }
  expect(amendLifecycles(catalog, [other]).models).toEqual([model])
})
