import { afterAll, beforeAll, expect, test } from 'vitest'
import { nanoFromDollars } from '../../src/core/money.ts'
import { noisePng } from '../../src/testing/noise-png.ts'
import { exchange, jsonOf } from './exchange.ts'
import { clearStand, type Stand, startStand } from './stand.ts'

let stand: Stand
beforeAll(async () => {
  const config = [
    'sandbox: [together, runware]',
    'purposes: { roomy: { upscale: true, floor: 0.3 } }',
  ].join('\n')
  stand = await startStand({ config, environment: { KEEPRATE_BREAKER_FAILURES: '0' } })
})
afterAll(() => clearStand(stand))

async function ask(path: string, body?: object) {
  const answer = await exchange(stand.url, {
    ...{ method: body === undefined ? 'GET' : 'POST', path },
    headers: { authorization: `Bearer ${stand.key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = answer.body.toString('utf8').slice(0, 300)
  expect([answer.status, text]).toEqual([200, expect.any(String)])
  return { headers: answer.headers, body: jsonOf(answer) as never }
}

interface Receipt {
  readonly cost: string
  readonly explain: { readonly upscale?: { readonly expected_cost: string } }
  readonly attempts: readonly { offer: string; outcome: string; cost: string }[]
}

const wanted = {
  ...{ model: 'auto:roomy', prompt: 'a boat on a lake', size: '1024x1024' },
  response_format: 'url',
}

const photo = Buffer.from(noisePng({ width: 1024, height: 1024 }, 3)).toString('base64')
const edited = {
  ...{ ...wanted, prompt: 'make it blue', keeprate: { category: 'glass' } },
  images: [{ image_url: `data:image/png;base64,${photo}` }],
}

test.each([
  ['picture', '/v1/images/generations', wanted],
  ['edit', '/v1/images/edits', edited],
])('a small %s is enlarged where that is cheaper, and not by strict', async (_, path, body) => {
  const route = (await ask('/v1/route', body)).body as Receipt['explain']
  const { headers } = await ask(path, body)
  expect(headers['x-keeprate-route']).toBe('upscale')
  const receipt: Receipt = (await ask(`/v1/requests/${headers['x-request-id']}`)).body
  expect(receipt.explain.upscale).toEqual(route.upscale)
  const costs = receipt.attempts.map(({ outcome, cost }) => [outcome, nanoFromDollars(cost)])
  expect(costs).toEqual([
    ['produced', expect.any(BigInt)],
    ['produced', expect.any(BigInt)],
  ])
  const nano = costs.reduce((sum, [, cost]) => sum + BigInt(cost ?? 0), 0n)
  expect(nano).toBe(nanoFromDollars(receipt.cost))
  expect(headers['x-keeprate-cost']).toBe(receipt.cost)

  const strict = { ...body, keeprate: { category: 'glass', strict: true } }
  const exact = await ask(path, strict)
  expect(exact.headers).toMatchObject({ 'x-keeprate-route': 'direct', 'x-keeprate-attempts': '1' })
  expect(((await ask('/v1/route', strict)).body as Receipt['explain']).upscale).toBeUndefined()
})
