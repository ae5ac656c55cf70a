import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, exchange, jsonOf } from './exchange.ts'
import { filePart, makeForm, textPart } from './multipart.ts'
import { makePng } from './pictures.ts'
import {
  clearStand,
  type Database,
  databaseKinds,
  makeDatabase,
  type Stand,
  startStand,
} from './stand.ts'

describe.each(databaseKinds())('an Idempotency-Key on %s', (kind) => {
  let database: Database
  let stand: Stand
  beforeAll(async () => {
    database = await makeDatabase(kind)
    stand = await startStand({ database, environment: { KEEPRATE_BREAKER_FAILURES: '0' } })
  })
  afterAll(async () => {
    await clearStand(stand)
    await database.drop()
  })

  const send = (
    name: string,
    body: object | ReturnType<typeof makeForm>,
    { path = '/v1/images/generations', headers = {} } = {},
  ): Promise<Answer> => {
    const isForm = 'body' in body && Buffer.isBuffer(body.body)
    const form = body as ReturnType<typeof makeForm>
    return exchange(stand.url, {
      method: 'POST',
      path,
      headers: {
        authorization: `Bearer ${stand.key}`,
        'idempotency-key': name,
        ...(isForm ? form.headers : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: isForm ? form.body : JSON.stringify(body),
    })
  }
  /** What may differ: when it was sent, and whether it is the first. */
  const sameHeaders = ({ headers }: Answer) => {
    const { date: _, 'idempotent-replayed': __, connection: ___, ...rest } = headers
    return rest
  }
  const expectReplay = (first: Answer, again: Answer): void => {
    expect(first.headers['idempotent-replayed']).toBeUndefined()
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect(again.status).toBe(first.status)
    expect(sameHeaders(again)).toEqual(sameHeaders(first))
    expect(Buffer.compare(again.body, first.body)).toBe(0)
  }

  const cheap = { model: 'gpt-image-2', quality: 'low', size: '1024x1024' } as const
  const off = { keeprate: { cache: 'off' } } as const

  test.each<[string, object]>([
    ['pictures as base64', { response_format: 'b64_json' }],
    ['pictures as links', { response_format: 'url' }],
    ['several pictures', { n: 3 }],
    ['a stream', { stream: true }],
    ['a failure', { prompt: 'sandbox:gateway-timeout-billed' }],
    ['a refusal of the content', { prompt: 'sandbox:moderate-input' }],
  ])('gives the same answer, byte by byte: %s', async (what, more) => {
    const body = { ...cheap, ...off, model: 'openai/gpt-image-2', prompt: what, ...more }
    const first = await send(`generate ${what}`, body)
    expectReplay(first, await send(`generate ${what}`, body))
  })

  test('of an edit is the same whatever the boundary of its form', async () => {
    const picture = await makePng({ width: 1024, height: 1024 })
    const form = () =>
      makeForm([
        ...Object.entries(cheap).map(([key, value]) => textPart(key, value)),
        textPart('prompt', 'a boat'),
        filePart('image', picture),
      ])
    const path = '/v1/images/edits'
    const first = await send('an edit', form(), { path })
    expect(first.status).toBe(200)
    expectReplay(first, await send('an edit', form(), { path }))
    const other = makeForm([textPart('prompt', 'a boat'), filePart('image', picture)])
    const refused = await send('an edit', other, { path })
    expect(refused.status).toBe(422)
  })

  test('of a job leads to the same job', async () => {
    const body = { ...cheap, ...off, prompt: 'a job' }
    const headers = { prefer: 'respond-async' }
    const [first, again] = [
      await send('a job', body, { headers }),
      await send('a job', body, { headers }),
    ]
    expect([first.status, again.status]).toEqual([202, 202])
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect(again.headers.location).toBe(first.headers.location)
  })

  test('is not sent with another request', async () => {
    await send('once', { ...cheap, ...off, prompt: 'a cup' })
    const refused = await send('once', { ...cheap, ...off, prompt: 'a mug' })
    expect(refused.status).toBe(422)
    expect(jsonOf(refused).error).toMatchObject({
      code: 'idempotency_key_reused',
      param: 'Idempotency-Key',
    })
    expect(refused.headers['x-should-retry']).toBe('false')
  })

  test.each([
    ['too long', 'x'.repeat(256)],
    ['empty', ''],
    ['not ASCII', 'caf\u{e9}'],
  ])('that is %s is refused before anything is done', async (_, name) => {
    const refused = await send(name, { ...cheap, prompt: 'a cup' })
    expect(refused.status).toBe(400)
    expect(jsonOf(refused).error).toMatchObject({
      code: 'invalid_request',
      param: 'Idempotency-Key',
    })
  })

  test('is not used up by a request that is wrong', async () => {
    expect((await send('try', { ...cheap, prompt: 'a cup', n: 0 })).status).toBe(400)
    const right = await send('try', { ...cheap, ...off, prompt: 'a cup' })
    expect(right.status).toBe(200)
    expect(right.headers['idempotent-replayed']).toBeUndefined()
  })

  test('of twenty twins at once makes one call, and the openai client takes it', async () => {
    const { images } = new OpenAI({ baseURL: `${stand.url}/v1`, apiKey: stand.key, maxRetries: 0 })
    const twins = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const headers = { 'Idempotency-Key': 'twins' }
        const asked = images.generate({ ...cheap, prompt: 'twins' }, { headers })
        const { data, response } = await asked.withResponse()
        return { ...data, isReplay: response.headers.get('idempotent-replayed') === 'true' }
      }),
    )
    expect(new Set(twins.map(({ data }) => data?.[0]?.b64_json)).size).toBe(1)
    expect(twins.filter(({ isReplay }) => !isReplay)).toHaveLength(1)
    const metrics = (await exchange(stand.url, { path: '/metrics' })).body.toString('utf8')
    expect(metrics).toMatch(/keeprate_repeated_answers_total\{kind="replayed"\} \d+/)
  })
})
