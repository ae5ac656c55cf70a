import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, exchange, jsonOf } from './exchange.ts'
import { faultyBody } from './fault-checks.ts'
import { clearStand, runProgram, type Stand, startStand } from './stand.ts'

const KEYS = ['sk-first-0123456789-aaaa', 'sk-second-0123456789-bbbb'] as const
const config = `
sandbox: [openai, bfl]
providers:
  openai:
    api_keys:
      - { key: ${KEYS[0]}, name: eu, weight: 2 }
      - { key: ${KEYS[1]} }
caller_compute: { memory_gb: 2 }
`

let stand: Stand
beforeAll(async () => {
  // Faults come one after the other here; a breaker would keep the next one away.
  stand = await startStand({ config, environment: { KEEPRATE_BREAKER_FAILURES: '0' } })
})
afterAll(() => clearStand(stand))

const post = (path: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
  exchange(stand.url, {
    method: 'POST',
    path,
    headers: {
      authorization: `Bearer ${stand.key}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(body),
  })
const generate = (body: object, headers: Readonly<Record<string, string>> = {}) =>
  post('/v1/images/generations', body, headers)

const errorOf = (answer: Answer) => (jsonOf(answer) as { readonly error?: object }).error

interface Receipt {
  readonly request: Readonly<Record<string, unknown>>
  readonly explain: { readonly offers: readonly Readonly<Record<string, unknown>>[] }
  readonly attempts: readonly Readonly<Record<string, unknown>>[]
}

async function receiptOf(answer: Answer): Promise<Receipt> {
  const path = `/v1/requests/${answer.headers['x-request-id']}`
  const headers = { authorization: `Bearer ${stand.key}` }
  return jsonOf(await exchange(stand.url, { path, headers })) as unknown as Receipt
}

describe('content that one provider refuses', () => {
  const refused = faultyBody('auto:fast', 'moderate-input@bfl')

  test('goes nowhere else unless the caller says so', async () => {
    const answer = await generate(refused)
    expect(answer.status).toBe(400)
    expect(errorOf(answer)).toMatchObject({ code: 'content_policy_violation' })
  })

  test.each([
    ['the header', refused, { 'x-keeprate-on-policy-refusal': 'fallback' }],
    ['the body', { ...refused, keeprate: { on_policy_refusal: 'fallback' } }, {}],
  ])('goes to another provider when %s says so, with a warning', async (_, body, headers) => {
    const answer = await generate(body, { ...headers, 'x-keeprate-cache': 'off' })
    expect(answer.status).toBe(200)
    expect(answer.headers).toMatchObject({
      'x-keeprate-provider': 'openai',
      'x-keeprate-warnings': expect.stringContaining('policy_fallback'),
    })
    const { request, attempts } = await receiptOf(answer)
    expect(request).toMatchObject({ on_policy_refusal: 'fallback' })
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['content_policy_input', 'produced'])
  })
})

describe('what cannot be meant is refused by name:', () => {
  test.each([
    [{ 'x-keeprate-on-policy-refusal': 'maybe' }, {}, 'x-keeprate-on-policy-refusal'],
    [{}, { on_policy_refusal: 'maybe' }, 'keeprate.on_policy_refusal'],
    [{ 'x-keeprate-hedge': 'always' }, {}, 'x-keeprate-hedge'],
    [{ 'x-keeprate-hedge': 'auto' }, {}, 'x-keeprate-hedge'],
    [{ 'x-keeprate-hedge': 'auto' }, { hedge: 'off' }, 'x-keeprate-hedge'],
  ])('%j %j', async (headers, keeprate, param) => {
    const answer = await generate({ prompt: 'a cup', keeprate }, { ...headers } as never)
    expect(answer.status).toBe(400)
    expect(errorOf(answer)).toMatchObject({ param })
  })

  test('but a hedge with a deadline is taken', async () => {
    const headers = { 'x-keeprate-hedge': 'auto', 'x-keeprate-deadline-ms': '60000' }
    const answer = await generate({ prompt: 'a cup', size: '1024x1024' }, headers)
    expect(answer.status).toBe(200)
  })
})

test('keys take turns by weight, by name alone', async () => {
  const names: unknown[] = []
  for (let index = 0; index < 3; index += 1) {
    const body = { model: 'openai/gpt-image-2', prompt: `key ${index} of three`, quality: 'low' }
    const receipt = await receiptOf(await generate(body, { 'x-keeprate-cache': 'off' }))
    names.push(...receipt.attempts.map(({ credential }) => credential))
    expect(JSON.stringify(receipt)).not.toContain('0123456789')
  }
  expect(names.toSorted()).toEqual(['eu', 'eu', 'key-2'])
})

test('the configuration is shown with masked keys', async () => {
  const environment = { KEEPRATE_HOME: stand.home }
  const { output } = await runProgram(['config', 'show', '--json'], environment)
  expect(output).toContain('…aaaa')
  expect(output).not.toContain('0123456789')
})

test('waiting is a figure of its own in quotes and receipts', async () => {
  const waiting = { seconds: expect.any(Number), usd: expect.stringMatching(/^0\.000\d+$/) }
  const quote = await post('/v1/images/quote', { prompt: 'a cup', model: 'auto' })
  const { candidates } = jsonOf(quote) as { readonly candidates: readonly object[] }
  expect(candidates[0]).toMatchObject({ usd: expect.any(String), waiting })
  const { explain } = await receiptOf(await generate({ prompt: 'a cup that is waited for' }))
  expect(explain.offers[0]).toMatchObject({ expected_cost: expect.any(String), waiting })
})
