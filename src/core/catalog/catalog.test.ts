import { describe, expect, test } from 'vitest'
import { sampleModel } from '../../testing/sample-models.ts'
import { GatewayError } from '../errors/gateway-error.ts'
import { startOfDay } from '../time.ts'
import { type Catalog, liveModels, resolveModel } from './catalog.ts'
import type { ModelAlias } from './model.ts'

const now = startOfDay('2026-11-20') + 12 * 3_600_000

const painter = sampleModel({ otherNames: ['painter-2026-09-08'] })
const elsewhere = sampleModel({ provider: 'other', otherNames: ['vendor/painter-x'] })
const old = sampleModel({
  id: 'oil',
  lifecycle: {
    availableFrom: '2025-12-16',
    deprecatedAt: '2026-06-02',
    shutdownAt: '2026-12-01',
    replacement: 'painter',
  },
})
const gone = sampleModel({
  id: 'chalk',
  lifecycle: { shutdownAt: '2026-10-23', replacement: 'oil' },
})
const future = sampleModel({ id: 'laser', lifecycle: { availableFrom: '2027-01-01' } })

const alias = (changes: Partial<ModelAlias> = {}): ModelAlias => ({
  name: 'crayon',
  target: 'acme/painter',
  from: '2026-05-12',
  drops: ['style'],
  note: 'crayon was retired on 2026-05-12; painter answers, without style.',
  ...changes,
})

const catalog: Catalog = { models: [painter, elsewhere, old, gone, future], aliases: [alias()] }

const offersOf = (name: string, at = now): readonly string[] =>
  resolveModel(catalog, name, at).models.map(({ provider, id }) => `${provider}/${id}`)

/** Code and message of the refusal of a name. */
function refusalOf(name: string, at = now, within = catalog): readonly [string, string] {
  try {
    resolveModel(within, name, at)
  } catch (error) {
    if (!GatewayError.isInstance(error)) throw error
    expect(error.param).toBe('model')
    return [error.code, error.message]
  }
  throw new Error(`${name} was found`)
}

describe('a name means', () => {
  test.each([
    ['the model at every provider', 'painter', ['acme/painter', 'other/painter']],
    ['the model at one provider', 'acme/painter', ['acme/painter']],
    ['another name of it', 'painter-2026-09-08', ['acme/painter']],
    ['another name at its provider', 'acme/painter-2026-09-08', ['acme/painter']],
    ['a name with a slash of its own', 'vendor/painter-x', ['other/painter']],
    ['a name with two slashes', 'other/vendor/painter-x', ['other/painter']],
    ['an alias', 'crayon', ['acme/painter']],
    ['an alias at the provider it leads to', 'acme/crayon', ['acme/painter']],
  ])('%s', (_, name, offers) => {
    expect(offersOf(name)).toEqual(offers)
  })

  test('nothing when no model has it', () => {
    const unknown = (name: string, hint = '.') => [
      'model_not_found',
      `No configured provider has a model named ${JSON.stringify(name)}${hint}`,
    ]
    for (const name of ['brush', 'acme/', 'automatic']) {
      expect(refusalOf(name)).toEqual(unknown(name))
    }
    for (const name of ['/painter', 'PAINTER', 'paintr']) {
      expect(refusalOf(name)).toEqual(unknown(name, '; did you mean painter?'))
    }
  })
})

describe('auto', () => {
  const live = ['acme/painter', 'other/painter', 'acme/oil']
  test.each([
    ['auto', 'learned', undefined],
    ['auto:cheapest', 'cheapest', undefined],
    ['auto:fast', 'fast', undefined],
    ['auto:best', 'best', undefined],
    ['auto:hero', 'learned', 'hero'],
  ])('%s ranks all live models by %s, for purpose %s', (name, auto, purpose) => {
    expect(offersOf(name)).toEqual(live)
    expect(resolveModel(catalog, name, now)).toMatchObject({ auto, warnings: [] })
    expect(resolveModel(catalog, name, now).purpose).toBe(purpose)
  })

  test('is not set when the caller named a model', () => {
    expect(resolveModel(catalog, 'painter', now).auto).toBeUndefined()
  })
})

describe('days are UTC', () => {
  test.each([
    ['2026-11-30T23:59:59.999Z', true],
    ['2026-12-01T00:00:00.000Z', false],
  ])('at %s the model that ends on 2026-12-01 lives: %s', (at, lives) => {
    const ids = liveModels(catalog, Date.parse(at)).map(({ id }) => id)
    expect(ids.includes('oil')).toBe(lives)
  })

  test('a model can be called from its first day on', () => {
    const first = startOfDay('2027-01-01')
    expect(refusalOf('laser', first - 1)[0]).toBe('model_not_found')
    expect(offersOf('laser', first)).toEqual(['acme/laser'])
  })

  test('an alias holds from its first day on', () => {
    const first = startOfDay('2026-05-12')
    expect(refusalOf('crayon', first - 1)[0]).toBe('model_not_found')
    expect(offersOf('crayon', first)).toEqual(['acme/painter'])
  })
})

describe('what is old is said', () => {
  test('a model that was shut down: when, and what replaces it', () => {
    const message = 'The model chalk was shut down on 2026-10-23; its replacement is oil.'
    expect(refusalOf('chalk')).toEqual(['model_retired', message])
    expect(refusalOf('acme/chalk')[1]).toContain('acme/chalk was shut down')
  })

  test('a deprecated model: until when, and what to use', () => {
    const message = 'acme/oil is deprecated and is shut down on 2026-12-01; use painter.'
    expect(resolveModel(catalog, 'oil', now).warnings).toEqual([
      { code: 'model_deprecated', param: 'model', message },
    ])
    const before = startOfDay('2026-06-02') - 1
    expect(resolveModel(catalog, 'oil', before).warnings).toEqual([])
  })

  test('an alias: what answers instead', () => {
    expect(resolveModel(catalog, 'crayon', now).warnings).toEqual([
      { code: 'model_alias', param: 'model', message: alias().note },
    ])
  })

  test('an alias of a deprecated model: both', () => {
    const aliased: Catalog = { ...catalog, aliases: [alias({ target: 'oil' })] }
    const codes = resolveModel(aliased, 'crayon', now).warnings.map(({ code }) => code)
    expect(codes).toEqual(['model_alias', 'model_deprecated'])
  })
})

describe('an alias', () => {
  test('gives way to a live model of its name', () => {
    const both: Catalog = { ...catalog, aliases: [alias({ name: 'oil' })] }
    expect(resolveModel(both, 'oil', now).models).toEqual([old])
    const afterwards = resolveModel(both, 'oil', startOfDay('2026-12-01'))
    expect(afterwards.models).toEqual([painter])
  })

  test('of another alias is none: a circle cannot be asked for', () => {
    const circle: Catalog = { ...catalog, aliases: [alias({ target: 'acme/crayon' })] }
    expect(refusalOf('crayon', now, circle)[0]).toBe('model_not_found')
  })
})
