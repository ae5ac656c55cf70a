import { setTimeout as pause } from 'node:timers/promises'
import OpenAI, { toFile } from 'openai'
import { describe, expect, onTestFinished, test } from 'vitest'
import { nanoFromDollars, sumNano } from '../../src/core/money.ts'
import { startCrashStand } from './crash-stand.ts'
import { clearStand, databaseKinds, type Stand, startStand, until } from './stand.ts'

const ENDPOINT = '/v1/images/generations' as const

interface Service {
  readonly offer: string
  readonly lines: number
  readonly made: number
  readonly queued: number
  readonly saved: string
}

type Batch = OpenAI.Batch & {
  readonly keeprate: { readonly cost: string; readonly services: readonly Service[] }
}

const lineOf = (model: string, prompt: string): string =>
  JSON.stringify({
    ...{ custom_id: prompt, method: 'POST', url: ENDPOINT },
    body: { model, prompt, quality: 'low', size: '1024x1024', response_format: 'url' },
  })

const clientOf = ({ url, key }: Stand): OpenAI =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 })

async function create(client: OpenAI, lines: readonly string[]): Promise<string> {
  const upload = await toFile(Buffer.from(lines.join('\n')), 'lines.jsonl')
  const file = await client.files.create({ file: upload, purpose: 'batch' })
  const { id } = await client.batches.create({
    ...{ input_file_id: file.id, endpoint: ENDPOINT, completion_window: '24h' },
  })
  return id
}

const ended = (client: OpenAI, id: string): Promise<Batch> =>
  until(async () => {
    await pause(100)
    const batch = (await client.batches.retrieve(id)) as Batch
    const isOver = ['completed', 'failed', 'expired', 'cancelled'].includes(batch.status)
    return isOver ? batch : undefined
  }, 60_000)

async function namesIn(client: OpenAI, id: string | null | undefined): Promise<string[]> {
  if (id == null) return []
  const text = await (await client.files.content(id)).text()
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { readonly custom_id: string }).custom_id)
}

test('a mixed batch is split among services and the queue, and ends as one file', async () => {
  const stand = await startStand()
  onTestFinished(() => clearStand(stand))
  const client = clientOf(stand)
  const id = await create(client, [
    lineOf('gpt-image-1-mini', 'a cup'),
    lineOf('flux-2-klein-4b', 'a jug'),
    lineOf('gemini-nano-banana-2.1', 'a mug'),
    lineOf('gpt-image-1-mini', 'sandbox:moderate-input'),
    lineOf('gpt-image-1-mini', 'a bowl'),
    lineOf('nobody/nothing', 'a pan'),
  ])
  const batch = await ended(client, id)
  expect(batch).toMatchObject({
    ...{ status: 'completed', request_counts: { total: 6, completed: 4, failed: 2 } },
    keeprate: {
      services: [
        { offer: 'gemini/gemini-nano-banana-2.1', lines: 1, made: 1, queued: 0 },
        { offer: 'openai/gpt-image-1-mini', lines: 3, made: 2, queued: 0 },
      ],
    },
  })
  expect(await namesIn(client, batch.output_file_id)).toEqual(['a cup', 'a jug', 'a mug', 'a bowl'])
  expect(await namesIn(client, batch.error_file_id)).toEqual(['sandbox:moderate-input', 'a pan'])
}, 60_000)

const cups = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => lineOf('gpt-image-1-mini', `cup ${index}`))

describe.each(databaseKinds())('a batch at a service, on %s', (kind) => {
  test('that was handed in when the gateway was killed is found again and paid once', async () => {
    const stand = await startCrashStand(kind, '400')
    onTestFinished(() => stand.clear())
    const first = await stand.start()
    const id = await create(clientOf(first), cups(20))
    await until(async () => ((await stand.callsSent('/v1/batches')) > 0 ? true : undefined))
    await first.stop('SIGKILL')
    const client = clientOf(await stand.start())
    const batch = await ended(client, id)
    expect(batch).toMatchObject({ status: 'completed', request_counts: { completed: 20 } })
    expect(await stand.callsSent('/v1/batches')).toBe(1)
    expect(new Set(await namesIn(client, batch.output_file_id)).size).toBe(20)
    const bill = await stand.bill()
    const billedNano = sumNano(bill.map(({ dollars }) => nanoFromDollars(dollars)))
    expect(bill).toHaveLength(20)
    expect(await stand.books()).toEqual({ spentNano: billedNano, heldNano: 0n, findings: [] })
  }, 120_000)
})

describe('a batch at a service', () => {
  test('that is cancelled costs what was made by then', async () => {
    const stand = await startCrashStand('SQLite', '100')
    onTestFinished(() => stand.clear())
    const client = clientOf(await stand.start())
    const id = await create(client, cups(20))
    await until(async () => ((await stand.callsSent('/v1/batches')) > 0 ? true : undefined))
    await client.batches.cancel(id)
    const batch = await ended(client, id)
    expect(batch.status).toBe('cancelled')
    const made = await namesIn(client, batch.output_file_id)
    const unmade = await namesIn(client, batch.error_file_id)
    expect(new Set([...made, ...unmade]).size).toBe(20)
    expect(await stand.bill()).toHaveLength(made.length)
    const { spentNano, ...rest } = await stand.books()
    expect(rest).toEqual({ heldNano: 0n, findings: [] })
    expect(spentNano).toBe(nanoFromDollars(batch.keeprate.cost))
  }, 120_000)

  test('that the service fails is made by the queue', async () => {
    const stand = await startCrashStand('SQLite', '2000')
    onTestFinished(() => stand.clear())
    const client = clientOf(await stand.start())
    const lines = [
      lineOf('gpt-image-1-mini', 'a cup'),
      lineOf('gpt-image-1-mini', 'sandbox:job-fails'),
    ]
    const batch = await ended(client, await create(client, lines))
    expect(batch).toMatchObject({
      ...{ status: 'completed', request_counts: { completed: 2 } },
      keeprate: { services: [{ lines: 2, made: 0, queued: 2, saved: '0' }] },
    })
    expect(await stand.books()).toMatchObject({ heldNano: 0n, findings: [] })
  }, 120_000)
})
