import { expect, test } from 'vitest'
import type { HttpClient, HttpEvent } from '../../ports/http-client.ts'
import type { CallOutcome, ProviderCall } from '../../ports/provider.ts'
import { sampleModel } from '../../testing/sample-models.ts'
import { VirtualClock } from '../../testing/virtual-clock.ts'
import { createProvider } from './create-provider.ts'
import type { ProviderDefinition, WireEvent } from './definition.ts'

const picture = { bytes: new Uint8Array([1]), digest: 'a'.repeat(64) }
const model = sampleModel({ provider: 'acme' })

/** A provider that sends the picture in one event and says what it cost in a later one. */
const definition: ProviderDefinition = {
  id: 'acme',
  displayName: 'Acme',
  origin: {
    baseUrl: 'https://api.acme.example',
    ownHosts: ['.acme.example'],
    apiKeyVariable: 'ACME_KEY',
    baseUrlVariable: 'ACME_URL',
  },
  models: [model],
  aliases: [],
  prices: [],
  authorize: (apiKey) => ({ authorization: apiKey }),
  imageFields: [],
  checkOptions: () => undefined,
  estimate: () => ({ low: { images: 1 }, expected: { images: 1 }, high: { images: 1 } }),
  toWire: () => ({ method: 'POST', url: '/pictures' }),
  fromWire: () => ({ kind: 'pending' }),
  classify: () => ({ class: 'overloaded', message: 'busy', billed: false }),
  flow: { kind: 'sync', fromEvent },
}

function fromEvent({ event, images }: HttpEvent, _: ProviderCall, earlier: readonly HttpEvent[]) {
  const found = [...earlier.flatMap((before) => before.images), ...images]
  const outcome = { kind: 'produced', images: found, withheld: [] } as const
  const ends: { readonly [name: string]: WireEvent } = {
    picture: { kind: 'outcome', outcome: { ...outcome, usage: {} }, isProvisional: true },
    cost: { kind: 'outcome', outcome: { ...outcome, usage: { credits: 3 } } },
  }
  return ends[event ?? ''] ?? ({ kind: 'ignored' } as const)
}

const eventOf = (name: string): HttpEvent => ({
  event: name,
  json: {},
  images: name === 'picture' ? [picture] : [],
})

/** Calls the provider while its stream has these events and then ends or breaks. */
async function outcomeOf(names: readonly string[], end: 'ends' | 'breaks'): Promise<CallOutcome> {
  async function* events() {
    for (const name of names) yield eventOf(name)
    if (end === 'breaks') throw new Error('cut off')
  }
  const http: HttpClient = {
    send: () => Promise.reject(new Error('nobody sends')),
    stream: async () => ({ answer: undefined, headers: {}, events: events() }),
    close: async () => undefined,
  }
  const shared = { clock: new VirtualClock(), apiKey: 'key', allowPrivate: false }
  const provider = createProvider(definition, { http, isSimulated: false, ...shared })
  const call: ProviderCall = {
    ...{ model, operation: 'generate', prompt: 'a cup', n: 1, settings: {}, images: [] },
    ...{ expectedSize: { width: 1024, height: 1024 }, options: {}, partialImages: 0 },
    ...{ attemptId: 'att_1', safetyIdentifier: 'hash' },
  }
  return provider.call(call, { onSubmitted: async () => undefined })
}

test.each([
  ['ends', ['picture', 'cost'], { credits: 3 }],
  ['breaks', ['picture', 'cost'], { credits: 3 }],
  ['ends', ['picture'], {}],
  ['breaks', ['picture'], {}],
] as const)('a stream that %s after %j still gives its picture', async (end, names, usage) => {
  expect(await outcomeOf(names, end)).toMatchObject({ kind: 'produced', images: [picture], usage })
})

test.each(['ends', 'breaks'] as const)(
  'a stream that %s before a picture gives none',
  async (end) => {
    expect(await outcomeOf(['other'], end)).toMatchObject({ kind: 'failed' })
  },
)
