import { AwsV4Signer } from 'aws4fetch'
import { describe, expect, test } from 'vitest'
import type { EmulatorKit, EmulatorRequest, Fault } from '../shared/emulator.ts'
import { toAmzDate } from './credential.ts'
import emulator from './sandbox.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
const CORE = '/model/stability.stable-image-core-v1:1/invoke'
const INPAINT = '/model/us.stability.stable-image-inpaint-v1:0/invoke'

function makeSandbox() {
  const bills: string[] = []
  const kit: EmulatorKit = {
    draw: () => Promise.resolve(new Uint8Array(9).fill(7)),
    multipart: () => Promise.reject(new Error('nothing is multipart here')),
    latency: () => Promise.resolve(),
    now: () => NOW,
    scaled: (milliseconds) => milliseconds,
    hexId: (length) => '0'.repeat(length),
    hash: (text) => text.length,
    bill: ({ model, dollars }) => {
      bills.push(`${model} ${dollars}`)
    },
    fault: (_, prompt) => /sandbox:(\S+)/.exec(prompt)?.[1] as Fault | undefined,
    state: new Map(),
  }
  const send = async (changes: Partial<EmulatorRequest>) => {
    const answer = await emulator.handle(
      {
        method: 'POST',
        path: CORE,
        query: new URLSearchParams(),
        headers: { host: '127.0.0.1:9', authorization: 'Bearer a-key' },
        body: new TextEncoder().encode('{}'),
        baseUrl: 'http://127.0.0.1:9/bedrock',
        signal: new AbortController().signal,
        ...changes,
      },
      kit,
    )
    const name = answer.headers?.['x-amzn-errortype']?.split(':')[0]
    return { status: answer.status, name, json: JSON.parse(String(answer.body)) }
  }
  const invoke = (body: unknown, path = CORE) =>
    send({ path, body: new TextEncoder().encode(JSON.stringify(body)) })
  return { bills, send, invoke }
}

describe('the credential', () => {
  test.each([
    ['none', {}, 'MissingAuthenticationTokenException'],
    ['a bad API key', { authorization: 'Bearer invalid-1' }, 'AccessDeniedException'],
    [
      'half a signature',
      { authorization: 'AWS4-HMAC-SHA256 Credential=x', 'x-amz-date': '20261120T120000Z' },
      'IncompleteSignatureException',
    ],
  ])('%s is refused with 403', async (_claim, headers, name) => {
    const { send } = makeSandbox()
    expect(await send({ headers: { host: 'h', ...headers } })).toMatchObject({ status: 403, name })
  })

  /** Signs as the SDKs of AWS do: with further headers, which are then part of the signature. */
  async function signedBySdk(service: string, body: string) {
    const signer = new AwsV4Signer({
      method: 'POST',
      url: `http://127.0.0.1:9/bedrock${CORE.replace(':', '%3A')}`,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body,
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      service,
      region: 'us-west-2',
      datetime: toAmzDate(NOW),
      allHeaders: true,
    })
    const { headers } = await signer.sign()
    return { host: '127.0.0.1:9', ...Object.fromEntries(headers) }
  }
  const bytesOf = (text: string) => new TextEncoder().encode(text)

  test('a signature over more headers than needed is good', async () => {
    const body = '{"prompt":"a fox"}'
    const { send } = makeSandbox()
    const headers = await signedBySdk('bedrock', body)
    expect(await send({ headers, body: bytesOf(body) })).toMatchObject({ status: 200 })
  })

  test('a body that was changed on the way is noticed, and so is a signed header', async () => {
    const body = '{"prompt":"a fox"}'
    const { send } = makeSandbox()
    const headers = await signedBySdk('bedrock', body)
    const refused = { status: 403, name: 'InvalidSignatureException' }
    expect(await send({ headers, body: bytesOf('{"prompt":"a cat"}') })).toMatchObject(refused)
    const changed = { ...headers, accept: '*/*' }
    expect(await send({ headers: changed, body: bytesOf(body) })).toMatchObject(refused)
  })

  test('a signature for another service is refused', async () => {
    const { send } = makeSandbox()
    const { json } = await send({ headers: await signedBySdk('s3', '{}') })
    expect(json.message).toContain("scoped to correct service: 'bedrock'")
  })
})

describe('bodies', () => {
  test.each<[string, unknown, string, string]>([
    ['no prompt', {}, CORE, 'required key [prompt] not found'],
    ['an unknown member', { prompt: 'x', steps: 4 }, CORE, 'extraneous key [steps]'],
    ['a seed that is no number', { prompt: 'x', seed: '7' }, CORE, '#/seed: expected type'],
    ['a shape that there is not', { prompt: 'x', aspect_ratio: '7:5' }, CORE, '#/aspect_ratio'],
    ['an image for Core', { prompt: 'x', image: 'AQID' }, CORE, 'extraneous key [image]'],
    [
      'an image that is none',
      { prompt: 'x', image: 'AQID' },
      INPAINT,
      '#/image: expected a base64',
    ],
    ['a list', [], CORE, 'expected type: JSONObject'],
  ])('%s is a ValidationException', async (_claim, body, path, words) => {
    const { invoke, bills } = makeSandbox()
    const { status, name, json } = await invoke(body, path)
    expect([status, name]).toEqual([400, 'ValidationException'])
    expect(json.message).toContain(words)
    expect(bills).toEqual([])
  })
})

test('a picture costs what it costs, and a seed of 0 is a random one', async () => {
  const { invoke, bills } = makeSandbox()
  const { json } = await invoke({ prompt: 'a fox', seed: 0 })
  expect(json).toMatchObject({ finish_reasons: [null], images: ['BwcHBwcHBwcH'] })
  expect(json.seeds[0]).toBeGreaterThan(0)
  expect(bills).toEqual(['stability.stable-image-core-v1:1 0.04'])
})

test('a filtered prompt is a 200 and free, a filtered picture is a 200 and charged', async () => {
  const { invoke, bills } = makeSandbox()
  const prompt = await invoke({ prompt: 'sandbox:moderate-input' })
  expect(prompt).toMatchObject({ status: 200, json: { finish_reasons: ['Filter reason: prompt'] } })
  expect(bills).toHaveLength(0)
  const picture = await invoke({ prompt: 'sandbox:moderate-output' })
  expect(picture.json).toEqual({ finish_reasons: ['Filter reason: output image'] })
  expect(bills).toHaveLength(1)
})

test('models that have ended say so, and unknown ones are no identifiers', async () => {
  const { invoke } = makeSandbox()
  const body = { prompt: 'x' }
  const ended = await invoke(body, '/model/amazon.nova-canvas-v1:0/invoke')
  expect(ended).toMatchObject({ status: 404, name: 'ResourceNotFoundException' })
  const unknown = await invoke(body, '/model/acme.painter-v1:0/invoke')
  expect(unknown).toMatchObject({ status: 400, name: 'ValidationException' })
})
