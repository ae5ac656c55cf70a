import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ProviderStand, startStand } from '../../testing/provider-stand.ts'
import { makeSampleInputs, sampleRequest, toCall } from '../../testing/sample-calls.ts'
import { createProvider } from '../shared/create-provider.ts'
import { accessKeysOf, authorize, signerFor } from './credential.ts'
import bedrock from './index.ts'
import emulator from './sandbox.ts'

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const PAIR = `AKIAIOSFODNN7EXAMPLE:${SECRET}`
const SESSION = `ASIAIOSFODNN7EXAMPLE:${SECRET}:FwoGZXIvYXdzEBY/+=`
const NOW = Date.UTC(2026, 10, 20, 12)

test.each([
  ['a long-term API key', 'ABSKQmVkcm9ja0FQSUtleS1leGFtcGxl'],
  ['a short-term API key', 'bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29tLz9BY3Rpb24='],
  ['a pair without a secret', 'AKIAIOSFODNN7EXAMPLE:'],
])('%s is shown as a bearer token and signs nothing', async (_claim, key) => {
  expect(accessKeysOf(key)).toBeUndefined()
  expect(authorize(key)).toEqual({ authorization: `Bearer ${key}` })
  const request = { method: 'GET', url: 'https://x.example/', headers: {}, body: '' } as const
  expect(await signerFor('us-west-2')(request, key, NOW)).toEqual({})
})

test('access keys sign host and date for the service bedrock, and are never shown', async () => {
  const request = {
    method: 'POST',
    url: 'https://bedrock-runtime.eu-west-1.amazonaws.com/model/a%3A1/invoke',
    headers: { accept: 'application/json' },
    body: '{"prompt":"a fox"}',
  } as const
  expect(authorize(PAIR)).toEqual({})
  const headers = await signerFor('eu-west-1')(request, PAIR, NOW)
  expect(headers['x-amz-date']).toBe('20261120T120000Z')
  const scope = 'AKIAIOSFODNN7EXAMPLE/20261120/eu-west-1/bedrock/aws4_request'
  expect(headers.authorization).toContain(`AWS4-HMAC-SHA256 Credential=${scope}, `)
  expect(headers.authorization).toMatch(/SignedHeaders=host;x-amz-date, Signature=[0-9a-f]{64}$/)
  expect(JSON.stringify(headers)).not.toContain(SECRET)
})

test('the token of a session is sent and signed', async () => {
  const request = { method: 'GET', url: 'https://x.example/', headers: {}, body: '' } as const
  const headers = await signerFor('us-west-2')(request, SESSION, NOW)
  expect(headers['x-amz-security-token']).toBe('FwoGZXIvYXdzEBY/+=')
  expect(headers.authorization).toContain('SignedHeaders=host;x-amz-date;x-amz-security-token')
})

describe('over the network', () => {
  let stand: ProviderStand
  beforeAll(async () => {
    stand = await startStand(bedrock, emulator)
  })
  afterAll(() => stand?.close())

  const callWith = async (apiKey: string, skewMs = 0) => {
    const inputs = await makeSampleInputs()
    const model = bedrock.models.find(({ id }) => id === 'stable-image-core')
    if (model === undefined) throw new Error('there is Stable Image Core')
    const provider = createProvider(bedrock, {
      http: stand.http,
      clock: { ...stand.clock, now: () => stand.clock.now() + skewMs },
      apiKey,
      baseUrl: stand.baseUrl,
      allowPrivate: false,
      isSimulated: true,
    })
    const call = toCall(sampleRequest(model, 'generate'), model, inputs)
    return provider.call(call, { onSubmitted: () => Promise.resolve() })
  }

  test.each([
    ['a pair of access keys', PAIR],
    ['a session', SESSION],
  ])('%s makes a picture, and the secret stays here', async (_claim, key) => {
    expect(await callWith(key)).toMatchObject({ kind: 'produced' })
    expect(JSON.stringify(stand.requests)).not.toContain(SECRET)
  })

  test.each([
    ['a wrong secret', `${PAIR}X`, 0, 'InvalidSignatureException', 'does not match'],
    [
      'an unknown access key',
      `AKIAUNKNOWNUNKNOWN1:${SECRET}`,
      0,
      'UnrecognizedClientException',
      '',
    ],
    [
      'a session without its token',
      PAIR.replace('AKIA', 'ASIA'),
      0,
      'UnrecognizedClientException',
      '',
    ],
    [
      'a session that has ended',
      SESSION.replace(/:[^:]*$/, ':expired'),
      0,
      'ExpiredToken',
      'expired',
    ],
    ['a clock that is late', PAIR, -600_000, 'InvalidSignatureException', 'Check the clock'],
    ['a clock that is early', PAIR, 600_000, 'InvalidSignatureException', 'not yet current'],
  ])('%s is refused as a bad credential', async (_claim, key, skewMs, code, words) => {
    const outcome = await callWith(key, skewMs)
    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: { class: 'auth', billed: false, status: 403 },
    })
    if (outcome.kind !== 'failed') return
    expect(outcome.failure.providerCode).toContain(code)
    expect(outcome.failure.message).toContain(words)
    expect(outcome.failure.message).not.toContain(SECRET)
  })
})
