import { describe, expect, test } from 'vitest'
import { sampleModel } from '../../../../testing/sample-models.ts'
import { makeOfferNames } from './offer-names.ts'
import { readOpenAIModels } from './openai-models.ts'
import { readOwn } from './own.ts'

const row = {
  offer: 'acme/painter',
  operation: 'generate',
  components: [{ kind: 'per_image', usd: '0.04' }],
  valid_from: '2026-11-01',
  source: { url: 'https://example.com', read_at: '2026-11-01', confidence: 'high' },
}
const life = {
  offer: 'acme/painter',
  shutdown_at: '2026-12-01',
  replacement: 'acme/painter-2',
  source: { url: 'https://example.com', read_at: '2026-11-01' },
}
const read = (json: unknown) => readOwn(json, { source: 'own' })

describe('a feed of our own', () => {
  test('is a list of rows, or rows beside lifecycles', () => {
    expect(read([row])?.entries).toMatchObject([{ what: 'price', validFrom: '2026-11-01' }])
    expect(read({ prices: [row], lifecycles: [life] })?.entries).toMatchObject([
      { what: 'price' },
      { what: 'lifecycle', lifecycle: { shutdownAt: '2026-12-01', replacement: 'acme/painter-2' } },
    ])
  })

  test.each([[null], [{}], ['text'], [{ prices: {} }], [{ prices: [], more: 1 }]])(
    'is not %j',
    (json) => {
      expect(read(json)).toBeUndefined()
    },
  )

  test('keeps its good rows when one is bad, and says which', () => {
    const bad = { ...row, offer: 'acme/bad', components: [{ kind: 'per_image', usd: '0' }] }
    const reading = read([row, bad, 7])
    expect(reading?.entries).toHaveLength(1)
    expect(reading?.skipped).toMatchObject([
      { key: 'acme/bad', code: 'unreadable' },
      { key: 'row 3', code: 'unreadable' },
    ])
  })

  test('leaves out an offer whose rows contradict each other', () => {
    const reading = read([row, { ...row, valid_from: '2026-11-05' }, { ...row, offer: 'acme/two' }])
    expect(reading?.entries.map(({ offer }) => offer)).toEqual(['acme/two'])
    expect(reading?.skipped).toMatchObject([{ key: 'acme/painter' }])
  })
})

describe('the list of models at OpenAI', () => {
  const names = makeOfferNames([
    sampleModel({ provider: 'openai', id: 'gpt-image-2', otherNames: ['gpt-image-2-2026-04-21'] }),
    sampleModel({ provider: 'openai', id: 'gpt-image-1.5' }),
  ])
  const context = { source: 'openai-models', names, today: '2026-11-20' }

  test('tells the end of our models, and of no others', () => {
    const data = [
      { id: 'gpt-image-1.5', shutdown_date: '2026-12-01' },
      { id: 'gpt-image-2', shutdown_date: null },
      { id: 'gpt-image-2-2026-04-21', shutdown_date: '2027-04-21' },
      { id: 'gpt-4o', shutdown_date: '2027-01-01' },
      { id: 'gpt-image-3', shutdown_date: 'soon' },
    ]
    expect(readOpenAIModels({ object: 'list', data }, context)?.entries).toMatchObject([
      { offer: 'openai/gpt-image-1.5', lifecycle: { shutdownAt: '2026-12-01' } },
    ])
  })

  test('is not an error page', () => {
    expect(readOpenAIModels({ error: { message: 'no key' } }, context)).toBeUndefined()
  })
})
