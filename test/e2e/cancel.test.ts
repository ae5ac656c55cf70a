import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exchange, jsonOf } from './exchange.ts'
import { clearStand, type Stand, startStand, until } from './stand.ts'

let stand: Stand
let client: OpenAI
beforeAll(async () => {
  const environment = {
    KEEPRATE_SANDBOX: 'fal',
    KEEPRATE_SANDBOX_SPEED: '5',
    KEEPRATE_BREAKER_FAILURES: '0',
  }
  stand = await startStand({ environment })
  client = new OpenAI({ baseURL: `${stand.url}/v1`, apiKey: stand.key, maxRetries: 0 })
})
afterAll(() => clearStand(stand))

const get = async (path: string) => {
  const headers = { authorization: `Bearer ${stand.key}` }
  return exchange(stand.url, { path, headers })
}

interface Shown {
  readonly id: string
  readonly status: string
  readonly progress: { readonly attempts: number }
}

const newest = async (): Promise<Shown | undefined> => {
  const { data } = jsonOf(await get('/v1/jobs?limit=1')) as { readonly data: readonly Shown[] }
  const id = data[0]?.id
  return id === undefined ? undefined : (jsonOf(await get(`/v1/jobs/${id}`)) as unknown as Shown)
}

test('the openai client that aborts gives a call up that has not begun, unpaid', async () => {
  const aborting = new AbortController()
  const answer = client.images.generate(
    { prompt: 'a cup sandbox:job-stuck' },
    {
      signal: aborting.signal,
      headers: { 'x-keeprate-cancel-on-disconnect': 'true' },
    },
  )
  const aborted = expect(answer).rejects.toThrow(/abort/i)
  await until(async () => ((await newest())?.progress.attempts === 1 ? true : undefined))
  aborting.abort()
  await aborted
  const job = await until(async () => {
    const found = await newest()
    return found?.status === 'running' ? undefined : found
  })
  expect(job).toMatchObject({ status: 'cancelled', cost: '0', error: { code: 'cancelled' } })
  const receipt = jsonOf(await get(`/v1/requests/${job.id}`))
  expect(receipt).toMatchObject({
    status: 'cancelled',
    summary: { cancelled: { images: 1 } },
    attempts: [{ outcome: 'cancelled', cost: '0', cost_basis: 'not_billed' }],
  })
  const metrics = (await get('/metrics')).body.toString('utf8')
  expect(metrics).toMatch(
    /keeprate_saved_dollars_total\{lever="cancelled",book="simulated"\} 0\.\d/,
  )
})

test('the openai client gets a job where it asked for one, and pictures by its links', async () => {
  const { data, response } = await client.images
    .generate({ prompt: 'a pot' }, { headers: { prefer: 'respond-async' } })
    .withResponse()
  expect(response.status).toBe(202)
  const { id } = data as unknown as Shown
  const job = await until(async () => {
    const found = jsonOf(await get(`/v1/jobs/${id}`)) as unknown as Shown & {
      readonly result: OpenAI.ImagesResponse
    }
    return found.status === 'running' ? undefined : found
  })
  expect(job.status).toBe('completed')
  const picture = await fetch(job.result.data?.[0]?.url ?? '')
  expect(picture.headers.get('content-type')).toMatch(/^image\//)
})
