import { expect, test } from 'vitest'
import type { HttpAnswer, HttpClient, HttpRequest } from '../../ports/http-client.ts'
import type { JobReports } from '../../ports/provider.ts'
import { callOf } from '../../testing/hosted-calls.ts'
import { sampleModel } from '../../testing/sample-models.ts'
import { VirtualClock } from '../../testing/virtual-clock.ts'
import { createProvider } from './create-provider.ts'
import type { ProviderDefinition } from './definition.ts'

const model = sampleModel({ provider: 'acme', timeoutMs: 120_000 })
const picture = { bytes: new Uint8Array([1]), digest: 'a'.repeat(64) }
const good: HttpAnswer = { status: 200, headers: {}, images: [picture] }
const job = { id: 'job_1', pollUrl: '/jobs/1', facts: {} }

const definition = {
  id: 'acme',
  origin: { baseUrl: 'https://api.acme.example', ownHosts: ['.acme.example'] },
  models: [model],
  authorize: () => ({}),
  imageFields: [],
  toWire: () => ({ method: 'POST', url: '/jobs' }),
  fromWire: () => ({ kind: 'submitted', job }),
  flow: {
    kind: 'poll',
    everyMs: 500,
    toPoll: ({ pollUrl }: typeof job) => ({ method: 'GET', url: pollUrl }),
    fromPoll: ({ images }: HttpAnswer) => ({ kind: 'produced', images, withheld: [], usage: {} }),
  },
} as unknown as ProviderDefinition

/** A call to a provider that answers polls and never a submit. */
function unanswered(findJob: JobReports['findJob']) {
  const asked: HttpRequest[] = []
  const http: HttpClient = {
    send: (request) => {
      asked.push(request)
      if (request.method === 'GET') return Promise.resolve(good)
      return new Promise((_, reject) => {
        request.signal?.addEventListener('abort', () => reject(new Error('given up')))
      })
    },
    stream: () => Promise.reject(new Error('nobody streams')),
    close: async () => undefined,
  }
  const clock = new VirtualClock()
  const runtime = { http, clock, apiKey: 'key', allowPrivate: false, isSimulated: false }
  const ended = Promise.withResolvers<void>()
  const submitted: string[] = []
  const pause: JobReports['pause'] = (ms, signal) => clock.sleep(ms, signal)
  const outcome = createProvider(definition, runtime).call(callOf(definition, model.id), {
    onSubmitted: async ({ id }) => {
      submitted.push(id)
    },
    reports: { ended: ended.promise, findJob, pause },
  })
  return { asked, clock, ended, outcome, submitted }
}

test('a submit that is not answered is given up soon after the end of its job', async () => {
  const { asked, clock, ended, outcome, submitted } = unanswered(async () => job)
  await clock.advance(30_000)
  expect(asked).toHaveLength(1)
  ended.resolve()
  await clock.advance(2_500)
  expect(await outcome).toMatchObject({ kind: 'produced' })
  expect(submitted).toEqual(['job_1'])
  expect(asked.map(({ method }) => method)).toEqual(['POST', 'GET'])
})

test('one whose job nobody names stays unknown', async () => {
  const { clock, ended, outcome } = unanswered(async () => undefined)
  ended.resolve()
  await clock.advance(2_000)
  expect(await outcome).toMatchObject({ failure: { class: 'timeout_unknown' } })
})
