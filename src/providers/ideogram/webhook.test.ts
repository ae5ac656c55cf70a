import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { expect, test } from 'vitest'
import { answerOf, callOf } from '../../testing/hosted-calls.ts'
import ideogram from './index.ts'
import { webhook } from './webhook.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
const ID = 'xtdZiqPwRxqY1Y7NExFmzB'
const BODY = JSON.stringify({ generation_id: ID, created: '2026-11-20T12:00:00Z', data: [] })

const plan = callOf(ideogram, 'ideogram-4.5')
const pair = () => generateKeyPairSync('ed25519')
const mine = pair()
const publicOf = ({ publicKey }: { publicKey: KeyObject }) =>
  String(publicKey.export({ format: 'jwk' }).x)

/** Signs as the document says, by another library than the one under test. */
function signed(body: string, key = mine.privateKey, seconds = NOW / 1_000) {
  const hash = createHash('sha256').update(body).digest('hex')
  const text = [ID, 'user-1', seconds, hash].join('\n')
  return {
    headers: {
      'x-ideogram-webhook-generation-id': ID,
      'x-ideogram-webhook-user-id': 'user-1',
      'x-ideogram-webhook-timestamp': String(seconds),
      'x-ideogram-webhook-key-id': 'v1',
      'x-ideogram-webhook-signature': sign(null, Buffer.from(text), key).toString('hex'),
    } as Record<string, string>,
    body: Buffer.from(body),
  }
}
const verify = (delivery: ReturnType<typeof signed>, keys = [publicOf(mine)]) =>
  webhook.verify(delivery, keys, NOW)

test('a delivery that is signed with a published key is true', async () => {
  expect(await verify(signed(BODY))).toBe(true)
  expect(await verify(signed(BODY), ['AAAA', publicOf(pair()), publicOf(mine)])).toBe(true)
})

test('a delivery by another key, or checked without one, is not', async () => {
  expect(await verify(signed(BODY, pair().privateKey))).toBe(false)
  expect(await verify(signed(BODY), [])).toBe(false)
  expect(await verify(signed(BODY), ['no key'])).toBe(false)
})

test('a delivery with a changed body is not', async () => {
  expect(await verify({ ...signed(BODY), body: Buffer.from(`${BODY} `) })).toBe(false)
})

test.each<[string, string, string | undefined]>([
  ['of another generation', 'generation-id', 'other'],
  ['of another user', 'user-id', 'user-2'],
  ['of another time', 'timestamp', String(NOW / 1_000 + 1)],
  ['with a time that is none', 'timestamp', 'now'],
  ['with a signature that is none', 'signature', 'xyz'],
  ['with a signature that is too short', 'signature', 'abcd'],
  ['without a signature', 'signature', undefined],
  ['without a user', 'user-id', undefined],
  ['without a generation', 'generation-id', undefined],
  ['without a time', 'timestamp', undefined],
])('a delivery %s is not', async (_claim, name, value) => {
  const delivery = signed(BODY)
  const changes = { [`x-ideogram-webhook-${name}`]: value }
  const headers = { ...delivery.headers, ...changes } as Record<string, string>
  expect(await verify({ ...delivery, headers })).toBe(false)
})

test('a delivery is true for five minutes, before and after', async () => {
  const at = (seconds: number) => verify(signed(BODY, mine.privateKey, NOW / 1_000 + seconds))
  expect(await at(-300)).toBe(true)
  expect(await at(-301)).toBe(false)
  expect(await at(301)).toBe(false)
})

test('a delivery names the generation; delivered again it has the same id', () => {
  const job = { id: ID, pollUrl: `/v2/generations/${ID}`, facts: {} }
  const expected = { job, deliveryId: ID, isEnd: true }
  expect(webhook.read(signed(BODY), plan)).toEqual(expected)
  expect(webhook.read(signed(BODY, mine.privateKey, NOW / 1_000 + 9), plan)).toEqual(expected)
  expect(webhook.read({ headers: {}, body: Buffer.from(BODY) }, plan)).toBeUndefined()
  const other = BODY.replace(ID, 'other')
  expect(webhook.read({ ...signed(BODY), body: Buffer.from(other) }, plan)).toBeUndefined()
})

test('keys are read from a key set; what is no Ed25519 key is left out', () => {
  const keys = [
    { kty: 'OKP', crv: 'Ed25519', use: 'sig', kid: 'v1', x: 'abc', alg: 'EdDSA' },
    { kty: 'RSA', n: 'x', e: 'AQAB' },
    { kty: 'OKP', crv: 'Ed25519', x: 7 },
    null,
  ]
  expect(webhook.fromKeys?.(answerOf(200, { keys }))).toEqual(['abc'])
  expect(webhook.fromKeys?.(answerOf(200, null))).toEqual([])
})
