import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { answerOf, callOf } from '../../testing/hosted-calls.ts'
import replicate from './index.ts'
import { webhook } from './webhook.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
const SECRET = `whsec_${Buffer.from('a secret of twenty-four by').toString('base64')}`

/** Signs as the document says, by another library than the one under test. */
function signed(body: string, secret: string, seconds = NOW / 1_000) {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const text = `msg_1.${seconds}.${body}`
  const signature = createHmac('sha256', key).update(text).digest('base64')
  return {
    headers: {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(seconds),
      'webhook-signature': `v1,${signature}`,
    } as Record<string, string>,
    body: Buffer.from(body),
  }
}

const plan = callOf(replicate, 'flux-schnell')
const BODY = JSON.stringify({
  id: 'p1',
  status: 'succeeded',
  urls: { get: 'https://api.replicate.com/v1/predictions/p1' },
})
const verify = (delivery: ReturnType<typeof signed>, keys: readonly string[] = [SECRET]) =>
  webhook.verify(delivery, keys, NOW)

test('a delivery that is signed with the secret is true', async () => {
  expect(await verify(signed(BODY, SECRET))).toBe(true)
})

test('one of several secrets, and one of several signatures, is enough', async () => {
  const other = `whsec_${Buffer.from('another secret').toString('base64')}`
  expect(await verify(signed(BODY, SECRET), [other, SECRET])).toBe(true)
  const delivery = signed(BODY, SECRET)
  const list = `v1,${Buffer.alloc(32).toString('base64')} ${delivery.headers['webhook-signature']}`
  delivery.headers['webhook-signature'] = list
  expect(await verify(delivery)).toBe(true)
})

test('a delivery with a changed body is not', async () => {
  const delivery = signed(BODY, SECRET)
  expect(await verify({ ...delivery, body: Buffer.from(`${BODY} `) })).toBe(false)
})

test.each<[string, Record<string, string | undefined>]>([
  ['with another id', { 'webhook-id': 'msg_2' }],
  ['with another time', { 'webhook-timestamp': String(NOW / 1_000 + 1) }],
  ['with a time that is none', { 'webhook-timestamp': 'now' }],
  ['without a signature', { 'webhook-signature': undefined }],
  ['without an id', { 'webhook-id': undefined }],
  ['without a time', { 'webhook-timestamp': undefined }],
  ['of another version', { 'webhook-signature': 'v2,AAAA' }],
  ['with a signature that is none', { 'webhook-signature': 'v1,%' }],
])('a delivery %s is not', async (_claim, changes) => {
  const delivery = signed(BODY, SECRET)
  const headers = { ...delivery.headers, ...changes } as Record<string, string>
  expect(await verify({ ...delivery, headers })).toBe(false)
})

test('a delivery by another secret, or checked without one, is not', async () => {
  const other = `whsec_${Buffer.from('another secret').toString('base64')}`
  expect(await verify(signed(BODY, other))).toBe(false)
  expect(await verify(signed(BODY, SECRET), [])).toBe(false)
  expect(await verify(signed(BODY, SECRET), ['whsec_'])).toBe(false)
})

test('a delivery is true for five minutes, before and after', async () => {
  expect(await verify(signed(BODY, SECRET, NOW / 1_000 - 300))).toBe(true)
  expect(await verify(signed(BODY, SECRET, NOW / 1_000 - 301))).toBe(false)
  expect(await verify(signed(BODY, SECRET, NOW / 1_000 + 301))).toBe(false)
})

test('a delivery names the job; delivered again it has the same id', () => {
  const facts = { cancel_url: '/predictions/p1/cancel' }
  const job = { id: 'p1', pollUrl: 'https://api.replicate.com/v1/predictions/p1', facts }
  const expected = { job, deliveryId: 'msg_1', isEnd: true }
  expect(webhook.read(signed(BODY, SECRET), plan)).toEqual(expected)
  expect(webhook.read(signed(BODY, SECRET, NOW / 1_000 + 60), plan)).toEqual(expected)
})

test('a delivery that the job has begun is not its end', () => {
  const begun = BODY.replace('succeeded', 'processing')
  expect(webhook.read(signed(begun, SECRET), plan)).toMatchObject({ isEnd: false })
})

test.each(['', 'no JSON', '[]', '{}', '{"id":7}', '{"id":""}'])(
  'a delivery of %j says nothing',
  (body) => {
    expect(webhook.read(signed(body, SECRET), plan)).toBeUndefined()
  },
)

test('the secret is asked for', () => {
  expect(webhook.toKeys).toEqual({ method: 'GET', url: '/webhooks/default/secret' })
  expect(webhook.fromKeys?.(answerOf(200, { key: SECRET }))).toEqual([SECRET])
  expect(webhook.fromKeys?.(answerOf(200, { key: 7 }))).toEqual([])
})
