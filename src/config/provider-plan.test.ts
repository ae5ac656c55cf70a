import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { priceRowSchema } from '../core/pricebook/price-row.ts'
import type { ProviderDefinition } from '../providers/shared/definition.ts'
import { readInstanceSettings, renamed } from '../providers/shared/instance.ts'
import { sampleModel } from '../testing/sample-models.ts'
import { ConfigError } from './config-error.ts'
import { isCallable, planProviders } from './provider-plan.ts'
import type { ProviderSettings, Settings } from './schema.ts'

const hosted: ProviderDefinition = {
  id: 'acme',
  displayName: 'Acme',
  origin: {
    baseUrl: 'https://api.acme.example',
    ownHosts: ['.acme.example'],
    apiKeyVariable: 'ACME_KEY',
    baseUrlVariable: 'ACME_URL',
  },
  models: [sampleModel({ provider: 'acme', id: 'one' })],
  aliases: [{ name: 'zero', target: 'acme/one', from: '2026-01-01', drops: [], note: 'is one' }],
  prices: [
    priceRowSchema.parse({
      offer: 'acme/one@2026-01-01',
      operation: 'generate',
      components: [{ kind: 'per_image', usd: '0.04' }],
      valid_from: '2026-01-01',
      source: { url: 'https://acme.example', read_at: '2026-11-20', confidence: 'high' },
    }),
  ],
  authorize: (apiKey) => ({ authorization: apiKey }),
  imageFields: [],
  checkOptions: () => undefined,
  estimate: () => ({ low: { images: 1 }, expected: { images: 1 }, high: { images: 1 } }),
  toWire: () => ({ method: 'POST', url: '/images' }),
  fromWire: () => ({ kind: 'pending' }),
  classify: () => ({ class: 'overloaded', message: 'busy', billed: false }),
  flow: { kind: 'sync' },
}

const schema = z.strictObject({ models: z.array(z.string().min(1)).optional() })

const own: ProviderDefinition = {
  ...renamed(hosted, 'gpu'),
  availability: 'self_hosted',
  origin: { ...hosted.origin, baseUrl: 'http://127.0.0.1:8188' },
  configure: (instance) => {
    const { models = [] } = readInstanceSettings(schema, instance)
    return {
      ...renamed(own, instance.id),
      displayName: [instance.hourlyCost, instance.baseUrl, ...models].join(' '),
    }
  },
}
const kinds = [hosted, own]

const plan = (
  providers: Readonly<Record<string, Partial<ProviderSettings>>>,
  sandbox?: Settings['sandbox'],
) =>
  planProviders(kinds, {
    ...(sandbox === undefined ? {} : { sandbox }),
    providers: Object.fromEntries(
      Object.entries(providers).map(([name, settings]) => [
        name,
        { allowPrivate: false, isEnabled: true, ...settings },
      ]),
    ),
  })

const callable = (planned: ReturnType<typeof plan>): readonly string[] =>
  planned.configured.filter(isCallable).map(({ definition }) => definition.id)

const problemsOf = (work: () => unknown): readonly string[] => {
  try {
    work()
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

const address = { baseUrl: 'http://10.0.0.7:8188', allowPrivate: true }

describe('what is emulated when nobody says it', () => {
  test.each([
    ['the hosted providers, when nothing is configured', {}, ['acme']],
    ['nothing beside a provider with a key', { acme: { apiKey: 'k' } }, []],
    ['nothing beside an own server', { gpu: address }, []],
    [
      'nothing beside an own server under a name of its own',
      { a: { kind: 'gpu', ...address } },
      [],
    ],
  ] as const)('is %s', (_, providers, emulated) => {
    expect(plan(providers).emulated).toEqual(emulated)
  })

  test('is what the operator names, own servers too', () => {
    expect(plan({ a: { kind: 'gpu' } }, ['a']).emulated).toEqual(['a'])
    expect(plan({ a: { kind: 'gpu' } }, 'all').emulated).toEqual(['acme', 'gpu', 'a'])
  })
})

describe('a kind', () => {
  test('may be used any number of times, each with its own settings', () => {
    const planned = plan({
      a: { kind: 'gpu', ...address, hourlyCost: '0.80', settings: { models: ['x'] } },
      b: { kind: 'gpu', ...address, hourlyCost: '1.20' },
      gpu: { ...address },
    })
    expect(callable(planned)).toEqual(['gpu', 'a', 'b'])
    const names = planned.configured.map(({ definition }) => definition.displayName)
    expect(names).toEqual([
      'Acme',
      ' http://10.0.0.7:8188',
      '0.80 http://10.0.0.7:8188 x',
      '1.20 http://10.0.0.7:8188',
    ])
  })

  test('without settings of its own gives the same models and prices under each name', () => {
    const planned = plan({ acme: { apiKey: 'k' }, second: { kind: 'acme', apiKey: 'other' } })
    expect(callable(planned)).toEqual(['acme', 'second'])
    const second = planned.configured.at(-1)?.definition
    expect(second?.models.map(({ provider }) => provider)).toEqual(['second'])
    expect(second?.prices.map(({ offer }) => offer)).toEqual(['second/one@2026-01-01'])
    expect(second?.aliases.map(({ target }) => target)).toEqual(['second/one'])
  })

  test('stays as it ships when nothing is said of it', () => {
    expect(plan({}).configured.map(({ definition }) => definition)).toEqual(kinds)
  })
})

describe('refused with advice:', () => {
  test.each([
    ['a name that is no kind', { gpu1: {} }, /providers\.gpu1: no such provider.*acme, gpu.*kind/],
    ['a kind that is none', { gpu1: { kind: 'gpus' } }, /gpu1\.kind: no such kind.*acme, gpu/],
    ['the name of another kind', { acme: { kind: 'gpu', ...address } }, /acme: .* another kind/],
    ['a name that cannot stand in a path', { 'my gpu': { kind: 'gpu' } }, /lower-case/],
    ['an own server without an address', { a: { kind: 'gpu' } }, /a\.base_url.*127\.0\.0\.1:8188/],
    [
      'a private address without permission',
      { a: { kind: 'gpu', baseUrl: 'https://192.168.1.4' } },
      /a\.base_url: a private address .*allow_private: true/,
    ],
    [
      'plain http without permission',
      { a: { kind: 'gpu', baseUrl: 'http://gpu1:8188' } },
      /a\.base_url: plain http .*allow_private: true/,
    ],
    ['an address that is none', { a: { kind: 'gpu', baseUrl: 'gpu1' } }, /base_url: is no address/],
    ['a second account without a key', { a: { kind: 'acme' }, acme: { apiKey: 'k' } }, /ACME_KEY/],
    [
      'settings of a kind without',
      { acme: { settings: { a: 1 } } },
      /acme\.settings: .*no settings/,
    ],
    ['hours of a kind that sells none', { acme: { hourlyCost: '1' } }, /acme\.hourly_cost/],
    ['an hourly cost of nothing', { a: { kind: 'gpu', hourlyCost: '0' } }, /a\.hourly_cost/],
    [
      'a setting that does not exist',
      { a: { kind: 'gpu', ...address, settings: { model: 'x' } } },
      /a\.settings\.model: there is no such member/,
    ],
    [
      'a setting of the wrong type',
      { a: { kind: 'gpu', ...address, settings: { models: [''] } } },
      /a\.settings\.models\.0: /,
    ],
  ] as const)('%s', (_, providers, words) => {
    expect(problemsOf(() => plan(providers))).toEqual([expect.stringMatching(words)])
  })

  test('each problem with its place', () => {
    const providers = {
      a: { kind: 'gpu', allowPrivate: false, isEnabled: true, settings: { x: 1 } },
      b: { kind: 'gpu', allowPrivate: false, isEnabled: true, settings: { y: 1 } },
    }
    const place = (keys: readonly PropertyKey[]): string => `file:${keys.length}`
    expect(problemsOf(() => planProviders(kinds, { providers }, place))).toEqual([
      'file:4: providers.a.settings.x: there is no such member',
      'file:4: providers.b.settings.y: there is no such member',
    ])
  })

  test('none of them when the provider is switched off', () => {
    const providers = {
      a: { kind: 'gpu', isEnabled: false },
      b: { kind: 'acme', isEnabled: false },
    }
    expect(callable(plan(providers))).toEqual([])
  })
})
