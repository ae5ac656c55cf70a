import { describe, expect, test } from 'vitest'
import type { HttpAnswer, HttpClient, HttpRequest } from '../../ports/http-client.ts'
import { sampleModel } from '../../testing/sample-models.ts'
import { VirtualClock } from '../../testing/virtual-clock.ts'
import { createProvider } from './create-provider.ts'
import type { PollFlow, ProviderDefinition } from './definition.ts'
import { retryAfterMs } from './retry-after.ts'

const model = sampleModel({ provider: 'acme', timeoutMs: 120_000 })
const picture = { bytes: new Uint8Array([1]), digest: 'a'.repeat(64) }
const good: HttpAnswer = { status: 200, headers: {}, images: [picture] }
const busy: HttpAnswer = { status: 429, headers: { 'retry-after': '31536000' }, images: [] }

/** A provider of jobs whose polls say no more than a status. */
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
  toWire: () => ({ method: 'POST', url: '/jobs' }),
  fromWire: () => ({ kind: 'pending' }),
  classify: ({ status }) => ({ class: 'overloaded', message: '', billed: false, status }),
  flow: {
    kind: 'poll',
    everyMs: 500,
    toPoll: ({ pollUrl }) => ({ method: 'GET', url: pollUrl }),
    fromPoll: ({ status, images, headers }) =>
      status === 200
        ? { kind: 'produced', images, withheld: [], usage: { images: 1 } }
        : {
            kind: 'failed',
            failure: {
              class: 'rate_limited',
              message: 'busy',
              billed: 'unknown',
              status,
              retryAfterMs: retryAfterMs(headers),
            },
          },
  },
}

/** A client that answers with each of these once, and notes what it was asked. */
function scripted(answers: readonly HttpAnswer[]) {
  const requests: HttpRequest[] = []
  const client: HttpClient = {
    send: async (request) => {
      requests.push(request)
      return answers[requests.length - 1] ?? good
    },
    stream: () => Promise.reject(new Error('nobody streams')),
    close: async () => undefined,
  }
  return { client, requests }
}

const job = { id: 'job_1', pollUrl: '/jobs/1', facts: {} }
const runtimeOf = (http: HttpClient) => ({
  ...{ http, clock: new VirtualClock(), apiKey: 'key', allowPrivate: false, isSimulated: false },
})
const produced = { kind: 'produced', withheld: [], usage: { images: 1 } } as const
const plan = {
  model,
  operation: 'generate',
  prompt: 'a cup',
  n: 1,
  settings: {},
  expectedSize: { width: 1024, height: 1024 },
  images: [],
  options: {},
} as const

test('a poll that is asked to wait for a year is made again soon: the job is paid', async () => {
  const { client, requests } = scripted([busy, good])
  const clock = new VirtualClock()
  const provider = createProvider(definition, {
    http: client,
    clock,
    apiKey: 'key',
    allowPrivate: false,
    isSimulated: false,
  })
  const outcome = provider.resume(job, plan, { onSubmitted: async () => undefined })
  await clock.advance(11_000)
  expect(await outcome).toMatchObject({ kind: 'produced' })
  expect(requests).toHaveLength(2)
})

test('what a job ended with is asked for elsewhere, again after a passing trouble', async () => {
  const flow = definition.flow as PollFlow
  const twoSteps: ProviderDefinition = {
    ...definition,
    flow: {
      ...flow,
      fromPoll: (answer, ended, call) =>
        answer.status === 202
          ? {
              kind: 'pending',
              checkAfterMs: 0,
              askNext: { method: 'GET', url: `${ended.pollUrl}/result` },
            }
          : flow.fromPoll(answer, ended, call),
    },
  }
  const { client, requests } = scripted([{ ...good, status: 202 }, busy, good])
  const clock = new VirtualClock()
  const runtime = { http: client, clock, apiKey: 'key', allowPrivate: false, isSimulated: false }
  const provider = createProvider(twoSteps, runtime)
  const outcome = provider.resume(job, plan, { onSubmitted: async () => undefined })
  await clock.advance(11_000)
  expect(await outcome).toMatchObject({ kind: 'produced' })
  expect(requests.map(({ url }) => new URL(url).pathname)).toEqual([
    '/jobs/1',
    '/jobs/1/result',
    '/jobs/1/result',
  ])
})

describe('giving a job up', () => {
  const asked = async (answers: readonly HttpAnswer[]) => {
    const { client, requests } = scripted(answers)
    const provider = createProvider(
      {
        ...definition,
        cancel: {
          toCancel: () => ({ method: 'POST', url: '/delete' }),
          afterCancel: (_, so) => (so.length < 2 ? { method: 'GET', url: '/look' } : undefined),
          fromCancel: ({ status }, _, all) =>
            status === 200 && all.length === 2 ? 'stopped' : 'unknown',
        },
      },
      {
        http: client,
        clock: new VirtualClock(),
        apiKey: 'key',
        allowPrivate: false,
        isSimulated: false,
      },
    )
    return { outcome: await provider.cancel?.(job, {}), urls: requests.map(({ url }) => url) }
  }

  test('may take several requests', async () => {
    expect(await asked([busy, good])).toEqual({
      outcome: 'stopped',
      urls: ['https://api.acme.example/delete', 'https://api.acme.example/look'],
    })
  })

  test('proves nothing when it is answered by errors', async () => {
    expect((await asked([busy, { ...busy, status: 404 }])).outcome).toBe('unknown')
    expect((await asked([busy, { ...busy, status: 500 }])).outcome).toBe('unknown')
  })

  test('proves nothing when nobody answers', async () => {
    const silent: HttpClient = {
      ...scripted([]).client,
      send: () => Promise.reject(new Error('no answer within 30 s')),
    }
    const toCancel = () => ({ method: 'POST', url: '/delete' }) as const
    const cancel = { toCancel, fromCancel: () => 'stopped' as const }
    const provider = createProvider({ ...definition, cancel }, runtimeOf(silent))
    expect(await provider.cancel?.(job, {})).toBe('unknown')
  })
})

test('a server that can be interrupted is, when nobody waits for its call any more', async () => {
  const urls: string[] = []
  const client: HttpClient = {
    ...scripted([]).client,
    send: ({ url, signal }) => {
      urls.push(new URL(url).pathname)
      if (url.endsWith('/interrupt')) return Promise.resolve(good)
      return new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('aborted')))
      })
    },
  }
  const interrupt = { method: 'POST', url: '/interrupt' } as const
  const sync = { ...definition, flow: { kind: 'sync' }, interrupt } as const
  const provider = createProvider(sync, runtimeOf(client))
  expect(provider.isInterruptible).toBe(true)
  const stop = new AbortController()
  const call = { ...plan, attemptId: 'att', safetyIdentifier: 'user' }
  const { signal } = stop
  const outcome = provider.call(call, { signal, onSubmitted: async () => undefined })
  await new Promise((next) => setImmediate(next))
  stop.abort()
  expect(await outcome).toMatchObject({ kind: 'failed' })
  expect(urls).toEqual(['/jobs', '/interrupt'])
})

test.each([
  ['/view?name=a.png', 'https://api.acme.example/view?name=a.png', 'key'],
  ['https://delivery.example/a.png', 'https://delivery.example/a.png', undefined],
])(
  'a picture at %s is fetched with the credential only below the own address',
  async (url, to, key) => {
    const { client, requests } = scripted([good, good])
    const provider = createProvider(
      {
        ...definition,
        flow: { kind: 'sync' },
        fromWire: () => ({ ...produced, images: [{ url }] }),
      },
      {
        http: client,
        clock: new VirtualClock(),
        apiKey: 'key',
        allowPrivate: false,
        isSimulated: false,
      },
    )
    const call = { ...plan, attemptId: 'att', safetyIdentifier: 'user' }
    const outcome = await provider.call(call, { onSubmitted: async () => undefined })
    expect(outcome).toMatchObject({ kind: 'produced', images: [picture] })
    expect(requests[1]?.url).toBe(to)
    expect(requests[1]?.headers.authorization).toBe(key)
  },
)

test.each([
  [true, 'http://127.0.0.1:9000/acme/rest/keys?page=1'],
  [false, 'https://rest.acme.example/keys?page=1'],
])(
  'another address of the API is one of the emulator when emulated: %s',
  async (isSimulated, url) => {
    const { client, requests } = scripted([good])
    const other: ProviderDefinition = {
      ...definition,
      origin: { ...definition.origin, otherOrigins: { 'https://rest.acme.example': '/rest' } },
      probe: { method: 'GET', url: 'https://rest.acme.example/keys?page=1' },
    }
    const provider = createProvider(other, {
      http: client,
      clock: new VirtualClock(),
      apiKey: 'key',
      baseUrl: 'http://127.0.0.1:9000/acme',
      allowPrivate: true,
      isSimulated,
    })
    await provider.probe?.(AbortSignal.timeout(1_000))
    expect(requests.map((request) => request.url)).toEqual([url])
  },
)

describe('a gateway on the way', () => {
  /** Makes a call with one download, and gives the header of each request. */
  async function headersOf(via?: string) {
    const link = 'https://cdn.example/1.png'
    const { client, requests } = scripted([good, good])
    const provider = createProvider(
      {
        ...definition,
        flow: { kind: 'sync' },
        fromWire: () => ({ kind: 'produced', images: [{ url: link }], withheld: [], usage: {} }),
      },
      { ...runtimeOf(client), via: '1.1 keeprate-here' },
    )
    const call = { ...plan, attemptId: 'att_1', images: [], safetyIdentifier: 'somebody' }
    const context = { onSubmitted: async () => undefined, ...(via === undefined ? {} : { via }) }
    await provider.call(call as unknown as Parameters<typeof provider.call>[0], context)
    return requests.map(({ url, headers }) => [new URL(url).host, headers.via])
  }

  test('names itself to the provider, and to nobody else', async () => {
    expect(await headersOf()).toEqual([
      ['api.acme.example', '1.1 keeprate-here'],
      ['cdn.example', undefined],
    ])
  })

  test('names those before it first', async () => {
    const [first] = await headersOf('1.1 keeprate-other')
    expect(first).toEqual(['api.acme.example', '1.1 keeprate-other, 1.1 keeprate-here'])
  })
})
