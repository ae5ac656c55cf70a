import { expect, test } from 'vitest'
import type { HttpClient, SocketMessage } from '../../ports/http-client.ts'
import type { CallContext, CallPlan, CallProgress, PartialImage } from '../../ports/provider.ts'
import { sampleModel } from '../../testing/sample-models.ts'
import { smallestPng } from '../../testing/smallest-png.ts'
import { VirtualClock } from '../../testing/virtual-clock.ts'
import { createProvider } from './create-provider.ts'
import { defineProvider } from './definition.ts'
import { type JobNews, newsTeller } from './job-news.ts'

const model = sampleModel({ provider: 'acme', timeoutMs: 60_000 })
const job = { id: 'mine', pollUrl: '/jobs/mine', facts: {} }
const plan: CallPlan = {
  ...{ model, operation: 'generate', prompt: 'a cup', n: 1, settings: {}, images: [] },
  ...{ expectedSize: { width: 8, height: 8 }, options: {}, partialImages: 2 },
}

/** Its jobs never end; its socket's messages are news as they stand. */
const acme = defineProvider({
  ...{ id: 'acme', displayName: 'Acme', models: [model], aliases: [], prices: [] },
  origin: {
    ...{ baseUrl: 'https://acme.example', ownHosts: [] },
    ...{ apiKeyVariable: 'ACME_KEY', baseUrlVariable: 'ACME_URL' },
  },
  authorize: (apiKey) => ({ authorization: apiKey }),
  imageFields: [],
  checkOptions: () => undefined,
  estimate: () => ({ low: { images: 1 }, expected: { images: 1 }, high: { images: 1 } }),
  toWire: () => ({ method: 'POST', url: '/jobs' }),
  fromWire: () => ({ kind: 'submitted', job }),
  classify: () => ({ class: 'overloaded', message: 'busy', billed: false }),
  flow: {
    ...{ kind: 'poll', everyMs: 500, toPoll: () => ({ method: 'GET', url: job.pollUrl }) },
    fromPoll: () => ({ kind: 'pending' }),
    listen: {
      everyMs: 2_000,
      toSocket: ({ id }) => ({ url: `/ws?job=${id}`, greeting: 'hello' }),
      readerOf: () => (message) => JSON.parse(String(message)) as readonly JobNews[],
    },
  },
})

/** Waits for a job while the test plays its socket. */
function makeStand(context: Partial<CallContext> = {}) {
  const clock = new VirtualClock()
  const socket = Promise.withResolvers<void>()
  const polls: number[] = []
  let say: (message: SocketMessage) => void = () => undefined
  const opened: Parameters<NonNullable<HttpClient['listen']>>[0][] = []
  const http: HttpClient = {
    async send() {
      polls.push(clock.monotonicMs())
      return { status: 200, headers: {}, json: {}, images: [] }
    },
    stream: () => Promise.reject(new Error('nobody streams')),
    listen: (request, onMessage) => {
      opened.push(request)
      say = onMessage
      return socket.promise
    },
    close: async () => undefined,
  }
  const runtime = { http, clock, apiKey: 'key', allowPrivate: false, isSimulated: false }
  const ended = createProvider(acme, runtime).resume(job, plan, {
    onSubmitted: async () => undefined,
    ...context,
  })
  const advance = async (seconds: number): Promise<void> => {
    for (let tenths = 0; tenths < seconds * 10; tenths += 1) await clock.advance(100)
  }
  return {
    ...{ clock, polls, opened, socket, ended, advance },
    tell: (...news: readonly JobNews[]) => say(JSON.stringify(news)),
    say: (text: string) => say(text),
  }
}

const progress = (share: number): JobNews => ({ kind: 'progress', progress: { share } })

test('a socket is opened with the credential, greeted, and closed with its job', async () => {
  const { opened, ended, advance } = makeStand()
  await advance(61)
  expect(await ended).toMatchObject({ failure: { class: 'timeout_unknown' } })
  const [{ url, headers, greeting, signal } = {}] = opened
  expect(opened).toHaveLength(1)
  expect({ url, headers, greeting }).toEqual({
    ...{ url: 'https://acme.example/ws?job=mine', greeting: 'hello' },
    headers: { authorization: 'key' },
  })
  expect(signal?.aborted).toBe(true)
})

test('polls are rare while the socket tells of work, and come when it says ended', async () => {
  const { polls, advance, tell } = makeStand()
  tell(progress(0.1))
  await advance(4)
  expect(polls).toEqual([500, 2_500])
  tell({ kind: 'ended' })
  await advance(1)
  // The history may be a moment behind: the next poll does not wait for long.
  expect(polls.slice(2)).toEqual([4_000, 4_500, 5_000])
})

test('a socket that lies about the end does not make polls without a pause', async () => {
  const { polls, advance, tell } = makeStand()
  for (let lie = 0; lie < 50; lie += 1) {
    tell({ kind: 'ended' })
    await advance(0.1)
  }
  expect(polls.length).toBeLessThanOrEqual(5 + 10)
})

test.each(['breaks', 'closes'] as const)(
  'when the socket %s, polls go on as without it',
  async (end) => {
    const { polls, advance, tell, socket } = makeStand()
    tell(progress(0.1))
    await advance(3)
    if (end === 'breaks') socket.reject(new Error('reset'))
    else socket.resolve()
    await advance(3)
    expect(polls).toEqual([500, 2_500, 4_500, 5_000, 5_500, 6_000])
  },
)

test('a caller who gives up ends the waiting, and the socket', async () => {
  const stop = new AbortController()
  const { opened, ended, advance } = makeStand({ signal: stop.signal })
  await advance(1)
  stop.abort()
  expect(await ended).toMatchObject({ kind: 'failed' })
  expect(opened[0]?.signal.aborted).toBe(true)
})

function hearNews(wanted: number | undefined, news: readonly JobNews[]) {
  const partials: PartialImage[] = []
  const shares: CallProgress['share'][] = []
  const tell = newsTeller(wanted === undefined ? {} : { partialImages: wanted }, {
    onPartial: (partial) => partials.push(partial),
    onProgress: ({ share }) => shares.push(share),
  })
  news.forEach(tell)
  return { indexes: partials.map(({ index }) => index), shares }
}

const steps = (count: number, bytes: Uint8Array = smallestPng): readonly JobNews[] =>
  Array.from({ length: count }, (_, index) => [
    progress((index + 1) / count),
    { kind: 'preview', bytes } as const,
  ]).flat()

test.each([
  ['as many previews as are wanted, no more', 3, steps(20), [0, 1, 2]],
  ['none when none is wanted', 0, steps(20), []],
  ['none of a caller who does not stream', undefined, steps(20), []],
  ['as many as there are', 3, steps(1), [0]],
  ['nothing that is no picture', 3, steps(20, Buffer.from('no picture')), []],
  ['none before its share of the work is done', 1, steps(20).slice(0, 18), []],
] as const)('a caller gets %s', (_, wanted, news, indexes) => {
  expect(hearNews(wanted, news).indexes).toEqual(indexes)
})

test('progress is passed on in steps of a hundredth, and nothing that is no share', () => {
  const shares = [0.5, 0.501, 0.52, -1, 2, Number.NaN, 0.1]
  expect(hearNews(0, shares.map(progress)).shares).toEqual([0.5, 0.52, 0.1])
})
