import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, exchange, jsonOf } from './exchange.ts'
import { clearStand, type Stand, startStand } from './stand.ts'

/** Emulated jobs take tenths of a second: longer than the answer to a submit. */
const SPEED = '20'

let stand: Stand
beforeAll(async () => {
  stand = await startStand({
    environment: {
      KEEPRATE_SANDBOX: 'replicate,fal,ideogram',
      KEEPRATE_SANDBOX_SPEED: SPEED,
      KEEPRATE_BREAKER_FAILURES: '0',
    },
  })
})
afterAll(() => clearStand(stand))

const generate = (model: string, prompt: string): Promise<Answer> =>
  exchange(stand.url, {
    method: 'POST',
    path: '/v1/images/generations',
    headers: { authorization: `Bearer ${stand.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, prompt }),
  })

/** How often deliveries of a provider had each result. */
async function results(provider: string): Promise<Readonly<Record<string, number>>> {
  const text = (await exchange(stand.url, { path: '/metrics' })).body.toString('utf8')
  const line = /keeprate_provider_webhooks_total\{provider="(.+)",result="(.+)"\} (\d+)/g
  const found = [...text.matchAll(line)].filter(([, name]) => name === provider)
  return Object.fromEntries(found.map(([, , result, count]) => [result, Number(count)]))
}

/** What the deliveries of one provider were, while something was done. */
async function during(
  provider: string,
  act: () => Promise<Answer>,
): Promise<{ readonly answer: Answer; readonly told: Readonly<Record<string, number>> }> {
  const before = await results(provider)
  const answer = await act()
  const after = await results(provider)
  const names = Object.keys(after).filter((name) => after[name] !== before[name])
  const grown = names.map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)])
  return { answer, told: Object.fromEntries(grown) }
}

/** One picture, by one call. */
async function expectPaidOnce({ status, body, headers }: Answer): Promise<void> {
  expect(status, body.toString('utf8').slice(0, 500)).toBe(200)
  const path = `/v1/requests/${headers['x-request-id']}`
  const authorization = `Bearer ${stand.key}`
  const receipt = jsonOf(await exchange(stand.url, { path, headers: { authorization } }))
  expect(receipt).toMatchObject({
    attempts: [{ status: 'settled', outcome: 'produced', cost_basis: expect.any(String) }],
    images: [{ status: 'published' }],
  })
}

const models = [
  ['replicate', 'replicate/flux-1.1-pro-ultra'],
  ['fal', 'fal/flux-1.1-pro-ultra'],
  ['ideogram', 'ideogram/ideogram-3.0'],
] as const

describe.each(models)('a job at %s', (provider, model) => {
  test('is polled when its end is told', async () => {
    const { answer, told } = await during(provider, () => generate(model, 'a boat'))
    await expectPaidOnce(answer)
    expect(told).toHaveProperty('woken')
  })

  test('may be told before the answer to its submit', async () => {
    const early = 'a boat sandbox:webhook-early'
    const { answer, told } = await during(provider, () => generate(model, early))
    await expectPaidOnce(answer)
    expect(told.job_found).toBe(1)
  })

  test('may be told twice', async () => {
    const twice = 'a boat sandbox:webhook-twice'
    const { answer } = await during(provider, () => generate(model, twice))
    await expectPaidOnce(answer)
  })

  test.each(['reset-in-headers', 'gateway-timeout-billed', 'hang'])(
    'is found when the answer to its submit is lost: %s',
    async (fault) => {
      const lost = `a boat sandbox:${fault}`
      const { answer, told } = await during(provider, () => generate(model, lost))
      await expectPaidOnce(answer)
      expect(told.job_found).toBe(1)
    },
  )

  test('is polled all the same when nobody, or the wrong one, tells its end', async () => {
    const [silent, forged] = await Promise.all([
      generate(model, 'a boat sandbox:webhook-never'),
      during(provider, () => generate(model, 'a boat sandbox:webhook-forged')),
    ])
    await expectPaidOnce(silent)
    await expectPaidOnce(forged.answer)
    expect(forged.told.bad_signature).toBeGreaterThan(0)
    expect(forged.told.woken).toBeUndefined()
  })
})

describe('an address that no provider was given', () => {
  const path = `/v1/provider-webhooks/fal/att_${'0'.repeat(36)}`
  const post = (query: string, body = '{}'): Promise<Answer> =>
    exchange(stand.url, {
      method: 'POST',
      path: `${path}${query}`,
      headers: { 'content-type': 'application/json' },
      body,
    })

  test('is like one where there is nothing, whoever asks', async () => {
    const before = await results('unknown')
    for (const query of ['', '?token=', `?token=${'a'.repeat(43)}`, '?token=a&token=b']) {
      const answer = await post(query)
      expect(answer.status).toBe(404)
      const { error } = jsonOf(answer) as { readonly error: { readonly message: string } }
      expect(error.message).toBe(`There is nothing at ${path}. Check the id and the path.`)
    }
    expect(((await results('unknown')).unknown ?? 0) - (before.unknown ?? 0)).toBe(4)
  })

  test('is refused before a body is read', async () => {
    expect((await post('?token=b', 'x'.repeat(9 * 1024 * 1024))).status).toBe(404)
  })

  test('is in no description of the API', async () => {
    const { paths } = jsonOf(await exchange(stand.url, { path: '/openapi.json' }))
    const ours = (name: string) => name.startsWith('/v1/webhooks')
    const described = Object.keys(paths as object).filter((name) => !ours(name))
    expect(described.filter((name) => name.includes('webhook'))).toEqual([])
  })
})
