import { expect, test } from 'vitest'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { WebhookDelivery } from '../../ports/provider.ts'
import { answerOf, callOf } from '../../testing/hosted-calls.ts'
import { sampleModel } from '../../testing/sample-models.ts'
import type { ProviderDefinition, WebhookRule } from './definition.ts'
import { deliveryReader } from './delivery-reader.ts'
import type { Line } from './transport.ts'

const model = sampleModel({ provider: 'acme' })
const plan = callOf({ models: [model] } as unknown as ProviderDefinition, model.id)
const job = { id: 'job-1', pollUrl: '/jobs/1', facts: {} }

/** Signatures are the key itself. */
const rule: WebhookRule = {
  toKeys: { method: 'GET', url: '/keys' },
  fromKeys: ({ json }) => json as readonly string[],
  verify: async ({ headers }, keys) => keys.includes(headers.signature ?? ''),
  read: ({ body }) => (body.length === 0 ? undefined : { job, deliveryId: 'd', isEnd: true }),
}

const signedBy = (signature: string, body = 'x'): WebhookDelivery => ({
  headers: { signature },
  body: Buffer.from(body),
})

/** A reader whose provider answers each question for keys with the next of these. */
function readerOf(answers: readonly HttpAnswer[], changes: Partial<WebhookRule> = {}) {
  const state = { nowMs: 0, asked: 0 }
  const line = {
    definition: { authorize: () => ({}), origin: { ownHosts: [] }, imageFields: [] },
    baseUrl: 'https://api.acme.example',
    apiKey: 'key',
    addresses: {},
    now: () => state.nowMs,
    http: {
      send: async () => {
        state.asked += 1
        return answers[state.asked - 1] ?? answerOf(503, null)
      },
    },
  } as unknown as Line
  const read = deliveryReader(line, { ...rule, ...changes })
  const about = { plan, secret: 'our secret' }
  return { state, read: (delivery: WebhookDelivery) => read(delivery, about) }
}

const HOUR_MS = 3_600_000
const notice = { kind: 'notice', notice: { job, deliveryId: 'd', isEnd: true } }

test('keys are asked for once, also by deliveries at one time, and kept for hours', async () => {
  const { state, read } = readerOf([answerOf(200, ['old']), answerOf(200, ['old'])])
  const readings = await Promise.all([read(signedBy('old')), read(signedBy('old'))])
  expect(readings).toEqual([notice, notice])
  state.nowMs = 5 * HOUR_MS
  expect(await read(signedBy('old'))).toEqual(notice)
  expect(state.asked).toBe(1)
  state.nowMs = 7 * HOUR_MS
  expect(await read(signedBy('old'))).toEqual(notice)
  expect(state.asked).toBe(2)
})

test('a signature by a new key is known after the keys were asked for again, once', async () => {
  const { state, read } = readerOf([answerOf(200, ['old']), answerOf(200, ['old', 'new'])])
  await read(signedBy('old'))
  state.nowMs = 61_000
  expect(await read(signedBy('new'))).toEqual(notice)
  expect(state.asked).toBe(2)
})

test('forged deliveries make nobody ask for keys more than once a minute', async () => {
  const { state, read } = readerOf([answerOf(200, ['old']), answerOf(200, ['old'])])
  for (let tried = 0; tried < 5; tried += 1) {
    expect(await read(signedBy('forged'))).toEqual({ kind: 'forged' })
  }
  expect(state.asked).toBe(1)
  state.nowMs = 61_000
  expect(await read(signedBy('forged'))).toEqual({ kind: 'forged' })
  expect(state.asked).toBe(2)
})

test('without keys nothing can be told of a delivery, and later it can', async () => {
  const { read } = readerOf([answerOf(503, null), answerOf(503, null), answerOf(200, ['old'])])
  expect(await read(signedBy('old'))).toEqual({ kind: 'unchecked' })
  expect(await read(signedBy('old'))).toEqual(notice)
})

test('a provider without keys of its own signs with the secret of the call', async () => {
  const { toKeys: _, fromKeys: __, ...own } = rule
  const { state, read } = readerOf([], { ...own, toKeys: undefined, fromKeys: undefined } as object)
  expect(await read(signedBy('our secret'))).toEqual(notice)
  expect(await read(signedBy('another'))).toEqual({ kind: 'forged' })
  expect(state.asked).toBe(0)
})

test('a true delivery that says nothing of a job is ignored', async () => {
  const { read } = readerOf([answerOf(200, ['old'])])
  expect(await read(signedBy('old', ''))).toEqual({ kind: 'ignored' })
})
