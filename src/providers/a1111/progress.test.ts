import { expect, test } from 'vitest'
import type { HttpAnswer, HttpClient, HttpRequest } from '../../ports/http-client.ts'
import type { CallContext, CallProgress, PartialImage, ProviderCall } from '../../ports/provider.ts'
import { createPlainKit } from '../../testing/plain-kit.ts'
import { smallestPng } from '../../testing/smallest-png.ts'
import { VirtualClock } from '../../testing/virtual-clock.ts'
import { createProvider } from '../shared/create-provider.ts'
import a1111 from './index.ts'
import emulator from './sandbox.ts'

const call: ProviderCall = {
  ...{ model: a1111.models[1]!, operation: 'generate', prompt: 'a cup', n: 1, settings: {} },
  ...{ images: [], expectedSize: { width: 1024, height: 1024 }, options: {}, partialImages: 2 },
  ...{ attemptId: 'att_1', safetyIdentifier: 'hash' },
}
const [submit, internal, open] = ['txt2img', 'internal/progress', 'v1/progress'] as const

type Reply = Pick<HttpAnswer, 'status' | 'json'> & { readonly hasPicture?: true }

/** Makes a call of ten seconds at a server that answers looks like this. */
async function listenTo(
  look: (second: number, path: string) => Reply,
  changes: Partial<ProviderCall> = {},
) {
  const clock = new VirtualClock()
  const requests: HttpRequest[] = []
  const send: HttpClient['send'] = async (request) => {
    if (request.url.includes(submit)) {
      await clock.sleep(10_000)
      const images = [{ bytes: smallestPng, digest: 'a'.repeat(64) }]
      const json = { images: [{ keeprate_image: 0 }], info: '{"all_seeds":[7]}' }
      return { status: 200, headers: {}, json, images }
    }
    requests.push(request)
    const { status, json, hasPicture } = look(clock.monotonicMs() / 1_000, request.url)
    const images = hasPicture === true ? [{ bytes: smallestPng, digest: 'b'.repeat(64) }] : []
    return { status, headers: {}, json, images }
  }
  const http = { send, stream: () => Promise.reject(new Error()), close: async () => undefined }
  const partials: PartialImage[] = []
  const told: CallProgress[] = []
  const context: CallContext = {
    onSubmitted: async () => undefined,
    onPartial: (partial) => partials.push(partial),
    onProgress: (progress) => told.push(progress),
  }
  const runtime = { http, clock, apiKey: '', allowPrivate: true, isSimulated: false }
  const outcome = createProvider(a1111, runtime).call({ ...call, ...changes }, context)
  for (let tenths = 0; tenths < 120; tenths += 1) await clock.advance(100)
  expect(await outcome).toMatchObject({ kind: 'produced' })
  const paths = requests.map(({ url }) => (url.includes(internal) ? internal : open))
  return { partials: partials.map(({ index }) => index), told, paths, requests }
}

const active = (second: number): Reply => ({
  ...{ status: 200, hasPicture: true },
  json: { active: true, queued: false, completed: false, progress: second / 10 },
})
const shares = (told: readonly CallProgress[]) => told.map(({ share }) => share)
/** Shares at every look of ten seconds. */
const every = Array.from({ length: 19 }, (_, index) => (index + 1) / 2 / 10)

test('its own task tells progress and previews until the answer comes', async () => {
  const { partials, told, requests } = await listenTo(active)
  expect(shares(told)).toEqual(every)
  expect(partials).toEqual([0, 1])
  expect(requests[0]?.body).toMatchObject({ value: { id_task: 'att_1', live_preview: true } })
})

test('a caller who wants no previews does not make the server draw them', async () => {
  const { partialImages: _, ...rest } = call
  const { partials, requests } = await listenTo(active, { ...rest, partialImages: 0 })
  expect(partials).toEqual([])
  expect(requests[0]?.body).toMatchObject({ value: { live_preview: false } })
})

test('while it waits behind others nothing is told, and it is asked about on', async () => {
  const waiting: Reply = { status: 200, json: { active: false, queued: true, completed: false } }
  const { told, paths } = await listenTo((second) => (second < 8 ? waiting : active(second)))
  expect(shares(told)).toEqual([0.8, 0.85, 0.9, 0.95])
  expect(new Set(paths)).toEqual(new Set([internal]))
})

test.each<[string, Reply]>([
  ['has no such route', { status: 404, json: { detail: 'Not Found' } }],
  ['does not know the task', { status: 200, json: { active: false, queued: false } }],
])('a server that %s is asked for its number alone', async (_, reply) => {
  const state = { sampling_step: 4, sampling_steps: 20 }
  const { partials, told, paths } = await listenTo((second, path) =>
    path.includes(internal)
      ? reply
      : { status: 200, json: { progress: second / 10, state }, hasPicture: true },
  )
  // Whose picture it would be, nobody says.
  expect(partials).toEqual([])
  expect(shares(told)).toEqual(every.slice(2))
  expect(told[0]).toEqual({ share: 0.15, step: 4, steps: 20 })
  expect(paths.slice(0, 3)).toEqual([internal, internal, open])
})

test('a server that tells nothing is left alone, and its picture comes all the same', async () => {
  const { told, paths } = await listenTo(() => ({ status: 500, json: {} }))
  expect(told).toEqual([])
  expect(paths).toEqual([internal, internal, open, open])
})

test.each([
  ['paints', { progress: 0.4, state: { job_count: 4 } }, 1],
  ['is idle', { progress: 0, state: { job_count: 0 } }, 0],
  ['loads a checkpoint', { progress: 0, state: { job_count: -1 } }, 0],
  ['is something else', { detail: 'Not Found' }, undefined],
])('a server that %s says how many jobs it has', (_, json, jobs) => {
  expect(a1111.backlog?.fromLook({ status: 200, headers: {}, json, images: [] })).toBe(jobs)
})

test('the emulated server tells of the task that is asked for, and of no other', async () => {
  const { kit, request, pass } = createPlainKit()
  const ask = async (method: string, path: string, value?: object) => {
    const [bare = '', query] = path.split('?')
    const body = Buffer.from(JSON.stringify(value ?? {}))
    const changes = { body, query: new URLSearchParams(query) }
    return JSON.parse(String((await emulator.handle(request(method, bare, changes), kit)).body))
  }
  const wanted = (id_task: string) => ask('POST', '/internal/progress', { id_task })
  const paint = (force_task_id: string) =>
    ask('POST', '/sdapi/v1/txt2img', { prompt: 'a cup', steps: 20, force_task_id })
  const both = Promise.all([paint('one'), paint('two')])
  await pass(1_000)
  expect(await wanted('one')).toMatchObject({ active: true, live_preview: expect.any(String) })
  expect(await wanted('two')).toMatchObject({ active: false, queued: true, live_preview: null })
  expect(await wanted('three')).toMatchObject({ active: false, queued: false })
  const open = await ask('GET', '/sdapi/v1/progress?skip_current_image=false')
  expect(open).toMatchObject({ current_image: expect.any(String), state: { job: 'one' } })
  await pass(600_000)
  await both
})
