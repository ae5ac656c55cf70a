import { afterAll, beforeAll, expect, test } from 'vitest'
import { clearStand, type Stand, startStand } from './stand.ts'

let stand: Stand
beforeAll(async () => {
  stand = await startStand({
    config: [
      'sandbox: [bfl, stability, openai]',
      'purposes:',
      '  thumbnail: { floor: 0.4 }',
      '  product: { floor: 0.4 }',
    ].join('\n'),
    environment: {
      KEEPRATE_ADMIN_KEY: 'an-admin-key-for-tests',
      KEEPRATE_BREAKER_FAILURES: '0',
    },
  })
})
afterAll(() => clearStand(stand))

interface Answer {
  readonly status: number
  readonly headers: Headers
  // The shapes are checked below, where they are used.
  readonly body: Record<string, never>
}

async function call(method: string, path: string, body?: object, headers = {}): Promise<Answer> {
  const response = await fetch(`${stand.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${stand.key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Answer['body'],
  }
}

type Json = Readonly<Record<string, unknown>>

interface Row {
  readonly offer: string
  readonly step?: number
  readonly role: string
  readonly reason: string
  readonly expected_cost?: string
  readonly per_accepted?: string
  readonly price?: { readonly read_at: string }
  readonly acceptance?: Readonly<Record<'mean' | 'low' | 'high' | 'own' | 'inherited', number>>
}

/** What would be tried now. */
async function route(draft: object): Promise<readonly Row[]> {
  const { status, body } = await call('POST', '/v1/route', { model: 'auto', ...draft })
  expect(status, JSON.stringify(body)).toBe(200)
  return body.offers as unknown as readonly Row[]
}

let pictures = 0
/** Makes pictures of a kind and keeps those of some offers. @returns the offers that made them */
async function use(
  kind: { readonly prompt: string; readonly purpose: string },
  times: number,
  keeps: (offer: string) => boolean,
): Promise<readonly string[]> {
  const made: string[] = []
  for (let time = 0; time < times; time += 1) {
    pictures += 1
    const { status, headers, body } = await call('POST', '/v1/images/generations', {
      ...{ model: `auto:${kind.purpose}`, prompt: `${kind.prompt}, take ${pictures}` },
      response_format: 'url',
    })
    expect(status, JSON.stringify(body)).toBe(200)
    const provider = headers.get('x-keeprate-provider')
    const offer = `${provider}/${headers.get('x-keeprate-model')}`
    made.push(offer)
    const id = headers.get('x-request-id')
    const said = await call('POST', `/v1/requests/${id}/feedback`, { accepted: keeps(offer) })
    expect(said.status).toBe(200)
  }
  return made
}

test('thumbnails drift away from what is rejected, and the receipt says why', async () => {
  const kind = { prompt: 'a red cup on a table', purpose: 'thumbnail' }
  const [first] = await route({ prompt: kind.prompt, keeprate: { purpose: 'thumbnail' } })
  const refused = first?.offer ?? ''
  const made = await use(kind, 30, (offer) => offer !== refused)
  const liked = made.at(-1)
  expect(liked).not.toBe(refused)
  expect(made.slice(-10).filter((offer) => offer === liked).length).toBeGreaterThanOrEqual(8)
  const rows = await route({ prompt: kind.prompt, keeprate: { purpose: 'thumbnail' } })
  const chosen = rows.find(({ step }) => step === 1)
  const loser = rows.find(({ offer, step }) => offer === refused && step === undefined)
  expect(chosen?.acceptance?.own).toBeGreaterThan(3)
  expect(chosen?.price?.read_at).toMatch(/^\d{4}-\d{2}-\d{2}$/)
  expect(['dominated', 'below_floor', 'reserve']).toContain(loser?.role ?? 'reserve')
})

test('each offer of the catalogue is in the plan, or loses for one known reason', async () => {
  const rows = await route({ prompt: 'a red cup on a table', keeprate: { purpose: 'thumbnail' } })
  const models = await call('GET', '/v1/models')
  const listed = models.body.data as unknown as readonly { readonly keeprate?: Row }[]
  const offers = listed.flatMap(({ keeprate }) => keeprate?.offer ?? [])
  const named = new Set(rows.map(({ offer }) => offer))
  expect(offers.length).toBeGreaterThan(10)
  expect(offers.filter((offer) => !named.has(offer))).toEqual([])
  const losers = rows.filter(({ step }) => step === undefined)
  const reasons = ['dominated', 'below_floor', 'too_slow', 'capability_missing', 'breaker_open']
  for (const { offer, role, price, expected_cost } of losers) {
    expect([...reasons, 'budget', 'pinned'], offer).toContain(role)
    if (expected_cost !== undefined) expect(price?.read_at, offer).toMatch(/^\d{4}-\d\d-\d\d$/)
  }
})

test('a receipt proves its own explanation: its log gives the same decision again', async () => {
  const { body } = await call('GET', '/v1/requests?limit=20')
  const ids = (body.data as unknown as readonly { readonly id: string }[]).map(({ id }) => id)
  expect(ids).toHaveLength(20)
  for (const id of ids) {
    const { body: decision } = await call('GET', `/v1/requests/${id}/decision`)
    const receipt = await call('GET', `/v1/requests/${id}`)
    const { exploring, log } = (receipt.body.explain as unknown as { decision: Json }).decision
    const [picture] = receipt.body.images as unknown as readonly Json[]
    expect(picture?.feedback, id).toMatchObject([{ accepted: expect.any(Boolean), score: null }])
    const draw = (log as { readonly exploration: Json }).exploration.draw
    expect(decision, id).toMatchObject({ reproduced: true, exploring, draw })
    const [first] = decision.arms as unknown as readonly Json[]
    expect(first).toMatchObject({ price: expect.any(String), acceptance: expect.any(Object) })
  }
  const named = await call('POST', '/v1/images/generations', {
    ...{ model: 'auto:cheapest', prompt: 'a cup by its name', response_format: 'url' },
  })
  const id = named.headers.get('x-request-id')
  expect((await call('GET', `/v1/requests/${id}/decision`)).body).toMatchObject({
    ...{ reproduced: null, reason: expect.stringContaining('named a model or a rank') },
  })
  expect((await call('GET', '/v1/requests/req_unknown/decision')).status).toBe(404)
})

test('glass that a model fails on goes elsewhere; other products stay with it', async () => {
  const plain = { prompt: 'a wooden spoon on white', purpose: 'product' }
  const glass = { prompt: 'a glass bottle on white', purpose: 'product' }
  await use(plain, 10, () => true)
  const of = async ({ prompt, purpose }: typeof plain) =>
    (await route({ prompt, keeprate: { purpose } }))[0]?.offer
  const before = await of(glass)
  await use(glass, 20, (offer) => offer !== before)
  expect(await of(glass)).not.toBe(before)
  expect(await of(plain)).toBe(before)
})

test('a dry run buys nothing and says what the image route would do', async () => {
  const asked = { model: 'auto:thumbnail', prompt: 'a blue cup' }
  const dry = await call('POST', '/v1/images/generations', asked, { 'x-keeprate-dry-run': 'on' })
  expect(dry.body).toMatchObject({
    object: 'route',
    traits: { purpose: 'thumbnail', basis: { purpose: 'model' } },
    decision: { propensity: 1, exploring: false },
  })
  expect(dry.headers.get('x-keeprate-cost')).toBeNull()
})

test('a pin and a ban hold at once; names that nobody has are refused', async () => {
  const asked = { prompt: 'a blue cup', keeprate: { purpose: 'blog' } }
  const [first] = await route(asked)
  const ban = { kind: 'ban', offer: first?.offer, purpose: 'blog' }
  expect((await call('POST', '/v1/route/orders', ban)).status).toBe(200)
  const banned = await route(asked)
  expect(banned[0]?.offer).not.toBe(first?.offer)
  expect(banned.find(({ offer }) => offer === first?.offer)?.reason).toMatch(/banned/)
  const query = `kind=ban&offer=${encodeURIComponent(first?.offer ?? '')}&purpose=blog`
  expect((await call('DELETE', `/v1/route/orders?${query}`)).status).toBe(200)
  expect((await route(asked))[0]?.offer).toBe(first?.offer)
  const nobody = await call('POST', '/v1/route/orders', { kind: 'pin', offer: 'nobody/nothing' })
  expect(nobody.status).toBe(400)
  expect(nobody.body).toMatchObject({ error: { param: 'offer' } })
  const slip = await call('POST', '/v1/route/orders', { kind: 'pin', offr: 'bfl' })
  expect(slip.body).toMatchObject({
    error: { param: 'offr', message: expect.stringContaining('It takes kind, offer, purpose.') },
  })
})

test('a figure of the business is taken beside what is usual, and refused alone', async () => {
  const made = await call('POST', '/v1/images/generations', {
    ...{ model: 'auto:preview', prompt: 'a cup that sells', response_format: 'url' },
  })
  const path = `/v1/requests/${made.headers.get('x-request-id')}/performance`
  const taken = await call('POST', path, { value: 0.031, baseline: 0.02 })
  expect(taken.body).toMatchObject({ object: 'performance', data: [{ above: true }] })
  const alone = await call('POST', path, { value: 0.031 })
  expect([alone.status, alone.body]).toMatchObject([400, { error: { param: 'baseline' } }])
  const nobody = await call('POST', '/v1/images/img_nobody/performance', { value: 1, baseline: 1 })
  expect(nobody.status).toBe(404)
})

test('recommendations tell outcomes from priors', async () => {
  const { body } = await call('GET', '/v1/recommendations')
  const rows = body.data as unknown as readonly Record<string, string>[]
  const basisOf = (purpose: string) => rows.find((row) => row.purpose === purpose)?.basis
  expect(basisOf('thumbnail')).toBe('outcomes')
  expect(rows.some(({ purpose, category }) => purpose === 'product' && category === 'glass')).toBe(
    true,
  )
})

test('a named model makes what its display needs and says what it left out', async () => {
  const asked = { model: 'gpt-image-2', prompt: 'a cup on show', quality: 'low' }
  const on = (display: string, more = {}) =>
    call(
      'POST',
      '/v1/images/generations',
      { ...asked, response_format: 'url', ...more },
      {
        'x-keeprate-display': display,
      },
    )
  const usd = async (headers = {}) => {
    const { body } = await call('POST', '/v1/images/quote', asked, headers)
    return Number((body.candidates as unknown as readonly { readonly usd: string }[])[0]?.usd)
  }
  expect(await usd({ 'x-keeprate-display': '300x200@2' })).toBeLessThan(0.8 * (await usd()))
  const fine = await on('300x200@3')
  expect(fine.body).toMatchObject({ size: '600x400' })
  const { warnings } = fine.body.keeprate as unknown as {
    warnings: readonly { readonly param: string }[]
  }
  expect(warnings.map(({ param }) => param)).toEqual(['display', 'size', 'size'])
  expect((await on('200x300', { size: '1024x1024' })).body).toMatchObject({ size: '1024x1024' })
  expect((await on('5000x5000')).status).toBe(400)
  expect((await on('300x200@3', { keeprate: { strict: true } })).body).toMatchObject({
    error: { message: expect.stringContaining('With strict nothing may be adapted') },
  })
})

test.each(['__proto__', 'constructor', 'Größe 2'])(
  'a purpose and a category may be called %s',
  async (name) => {
    const [first] = await route({ prompt: 'a cup', keeprate: { purpose: name, category: name } })
    expect(first).toMatchObject({ role: 'chosen', step: 1 })
  },
)
