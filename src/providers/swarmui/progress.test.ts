import { expect, test } from 'vitest'
import type {
  HttpAnswer,
  HttpClient,
  HttpFailureInfo,
  SocketRequest,
} from '../../ports/http-client.ts'
import type { CallContext, CallProgress, PartialImage } from '../../ports/provider.ts'
import { callOf } from '../../testing/hosted-calls.ts'
import { smallestPng } from '../../testing/smallest-png.ts'
import { VirtualClock } from '../../testing/virtual-clock.ts'
import { createProvider } from '../shared/create-provider.ts'
import swarmui from './index.ts'

const model = swarmui.models[0]?.id ?? ''
const preview = `data:image/png;base64,${Buffer.from(smallestPng).toString('base64')}`
const progress = (overall_percent: number, batch_index = '0') => ({
  gen_progress: { batch_index, overall_percent, current_percent: 0, preview },
})
const picture = (index: number) => ({
  image: { image: `View/local/raw/a ${index}.png`, batch_index: String(index), metadata: '{}' },
})
const status = { status: { waiting_gens: 1, live_gens: 0 } }

interface Heard {
  readonly messages?: readonly object[]
  /** How it ends, if not in good order. */
  readonly end?: 'refused' | 'broken' | 'late'
}

const httpFailure = (kind: HttpFailureInfo['kind'], sent: boolean): Error =>
  Object.assign(new Error(kind), { httpFailure: { kind, sent } })

/** Makes a call at a server whose socket says this. */
async function call({ messages = [], end }: Heard, { n = 1, isWatched = true } = {}) {
  const clock = new VirtualClock()
  const posts: string[] = []
  const sockets: SocketRequest[] = []
  const answerOf = (json: unknown): HttpAnswer => ({ status: 200, headers: {}, json, images: [] })
  const http: HttpClient = {
    async send({ url }) {
      posts.push(url.replace(/^.*\/(?:API\/)?/, ''))
      if (url.endsWith('.png')) {
        const images = [{ bytes: smallestPng, digest: 'a'.repeat(64) }]
        return { ...answerOf(undefined), images }
      }
      const images = ['View/local/raw/by request.png']
      return answerOf(url.includes('Session') ? { session_id: '9D35' } : { images })
    },
    stream: () => Promise.reject(new Error()),
    async listen(request, onMessage) {
      sockets.push(request)
      if (end === 'refused') throw httpFailure('connect', false)
      for (const message of messages) onMessage(JSON.stringify(message))
      if (end === 'broken') throw httpFailure('reset', true)
      if (end === 'late') throw httpFailure('timeout', true)
    },
    close: async () => undefined,
  }
  const partials: PartialImage[] = []
  const told: CallProgress[] = []
  const context: CallContext = {
    onSubmitted: async () => undefined,
    ...(isWatched
      ? { onPartial: (each) => partials.push(each), onProgress: (each) => told.push(each) }
      : {}),
  }
  const runtime = { http, clock, apiKey: 'token', allowPrivate: true, isSimulated: false }
  const asked = { ...callOf(swarmui, model, { n }), ...(isWatched ? { partialImages: 2 } : {}) }
  const outcome = createProvider(swarmui, runtime).call(asked, context)
  for (let minutes = 0; minutes < 60; minutes += 1) await clock.advance(60_000)
  return {
    outcome: await outcome,
    posts,
    sockets,
    partials,
    shares: told.map(({ share }) => share),
  }
}

test('a call that is watched goes by the socket, and tells of progress and previews', async () => {
  const messages = [status, progress(0.2), progress(0.4), progress(0.8), picture(0)]
  const { outcome, posts, sockets, shares, partials } = await call({ messages })
  expect(outcome).toMatchObject({ kind: 'produced', withheld: [] })
  expect([shares, partials.map(({ index }) => index)]).toEqual([
    [0.2, 0.4, 0.8],
    [0, 1],
  ])
  expect(posts).toEqual(['GetNewSession', 'a%200.png'])
  expect(sockets[0]?.headers).toEqual({ cookie: 'swarm_user_token=token' })
  expect(JSON.parse(sockets[0]?.greeting ?? '')).toMatchObject({ session_id: '9D35', images: 1 })
})

test('of several pictures the share is that of all; what is taken back is missing', async () => {
  const messages = [progress(0.5), picture(0), progress(0.5, '1'), picture(1)]
  const discarding = [...messages, { discard_indices: [1] }]
  const { outcome, shares } = await call({ messages: discarding }, { n: 2 })
  expect(shares).toEqual([0.25, 0.75])
  expect(outcome).toMatchObject({ kind: 'produced', images: [{}], withheld: [{ billed: false }] })
})

test('who does not watch gets no socket; one that cannot be opened changes nothing', async () => {
  const unwatched = await call({}, { isWatched: false })
  const refused = await call({ end: 'refused' })
  expect([unwatched.sockets.length, refused.sockets.length]).toEqual([0, 1])
  for (const { outcome, posts } of [unwatched, refused]) {
    expect(outcome.kind).toBe('produced')
    expect(posts).toEqual(['GetNewSession', 'GenerateText2Image', 'by%20request.png'])
  }
})

test.each([
  ['breaks before a picture', { messages: [progress(0.5)], end: 'broken' }, 'timeout_unknown'],
  ['says nothing more in time', { messages: [progress(0.5)], end: 'late' }, 'timeout_unknown'],
  ['says an error', { messages: [{ error: 'No backends available!' }] }, 'overloaded'],
] as const)('a socket that %s is not asked twice', async (_, heard, failureClass) => {
  const { outcome, posts } = await call(heard)
  expect(outcome).toMatchObject({ failure: { class: failureClass, billed: 'unknown' } })
  expect(posts).toEqual(['GetNewSession'])
})

test('a picture that came before the socket broke is kept', async () => {
  const { outcome } = await call({ messages: [picture(0)], end: 'broken' })
  expect(outcome).toMatchObject({ kind: 'produced', images: [{}], withheld: [] })
})
