import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { expect, test } from 'vitest'
import { answerOf, callOf } from '../../testing/hosted-calls.ts'
import fal from './index.ts'
import { webhook } from './webhook.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
const pair = generateKeyPairSync('ed25519')
const other = generateKeyPairSync('ed25519')
const KEY = String(pair.publicKey.export({ format: 'jwk' }).x)
const OTHER_KEY = String(other.publicKey.export({ format: 'jwk' }).x)
const plan = callOf(fal, 'flux-schnell')
const BODY = JSON.stringify({ request_id: 'r1', status: 'OK', payload: { images: [] } })

/** Signs as the document says, by another library than the one under test. */
function signed(body: string, seconds = NOW / 1_000) {
  const digest = createHash('sha256').update(body).digest('hex')
  const message = Buffer.from(['r1', 'user', seconds, digest].join('\n'))
  return {
    headers: {
      'x-fal-webhook-request-id': 'r1',
      'x-fal-webhook-user-id': 'user',
      'x-fal-webhook-timestamp': String(seconds),
      'x-fal-webhook-signature': sign(null, message, pair.privateKey).toString('hex'),
    },
    body: Buffer.from(body),
  }
}

const verify = (delivery: ReturnType<typeof signed>, keys: readonly string[] = [KEY]) =>
  webhook.verify(delivery, keys, NOW)

test('a delivery that is signed with a key of fal is true', async () => {
  expect(await verify(signed(BODY))).toBe(true)
  expect(await verify(signed(BODY), ['no key', OTHER_KEY, KEY])).toBe(true)
})

test('a delivery by another key, or checked without one, is not', async () => {
  expect(await verify(signed(BODY), [OTHER_KEY])).toBe(false)
  expect(await verify(signed(BODY), [])).toBe(false)
})

test('a delivery with a changed body is not', async () => {
  expect(await verify({ ...signed(BODY), body: Buffer.from(`${BODY} `) })).toBe(false)
})

test.each<[string, Record<string, string | undefined>]>([
  ['another request id', { 'x-fal-webhook-request-id': 'r2' }],
  ['no request id', { 'x-fal-webhook-request-id': undefined }],
  ['another user', { 'x-fal-webhook-user-id': 'somebody' }],
  ['no user', { 'x-fal-webhook-user-id': undefined }],
  ['another time', { 'x-fal-webhook-timestamp': String(NOW / 1_000 + 1) }],
  ['a time that is none', { 'x-fal-webhook-timestamp': 'now' }],
  ['no time', { 'x-fal-webhook-timestamp': undefined }],
  ['no signature', { 'x-fal-webhook-signature': undefined }],
  ['a signature that is none', { 'x-fal-webhook-signature': 'zz'.repeat(64) }],
  ['a signature of another length', { 'x-fal-webhook-signature': 'ab' }],
])('a delivery with %s is not', async (_claim, changes) => {
  const delivery = signed(BODY)
  const headers = { ...delivery.headers, ...changes } as typeof delivery.headers
  expect(await verify({ ...delivery, headers })).toBe(false)
})

test('a delivery is true for five minutes, before and after', async () => {
  expect(await verify(signed(BODY, NOW / 1_000 - 300))).toBe(true)
  expect(await verify(signed(BODY, NOW / 1_000 - 301))).toBe(false)
  expect(await verify(signed(BODY, NOW / 1_000 + 301))).toBe(false)
})

test('a delivery names the job with its addresses; delivered again it has the same id', () => {
  const path = '/fal-ai/flux/requests/r1'
  const facts = { response_url: path, cancel_url: `${path}/cancel` }
  const job = { id: 'r1', pollUrl: `${path}/status`, facts }
  const expected = { job, deliveryId: 'r1', isEnd: true }
  expect(webhook.read(signed(BODY), plan)).toEqual(expected)
  expect(webhook.read(signed(BODY, NOW / 1_000 + 60), plan)).toEqual(expected)
})

test.each(['', 'no JSON', '[]', '{}', '{"request_id":7}', '{"request_id":""}'])(
  'a delivery of %j says nothing',
  (body) => {
    expect(webhook.read(signed(body), plan)).toBeUndefined()
  },
)

test('the keys are those of the published document', () => {
  expect(webhook.toKeys?.url).toBe('https://rest.fal.ai/.well-known/jwks.json')
  const keys = [{ kty: 'OKP', x: KEY }, { kty: 'OKP' }, null]
  expect(webhook.fromKeys?.(answerOf(200, { keys }))).toEqual([KEY])
  expect(webhook.fromKeys?.(answerOf(200, 'none'))).toEqual([])
})
