import { setTimeout as pause } from 'node:timers/promises'
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { defaultLimits } from '../../src/gateway/limits.ts'
import { startCrashStand } from './crash-stand.ts'
import { describe as describePicture, makePng } from './pictures.ts'
import { clearStand, databaseKinds, type Stand, startStand, until } from './stand.ts'

const GENERATIONS = '/v1/images/generations' as const

const LINES = 80
/** As many lines of one key are under way at a time, and may be when their process dies. */
const PARALLEL = defaultLimits.parallelJobsPerKey

interface OutputLine {
  readonly id: string
  readonly custom_id: string
  readonly response: null | {
    readonly status_code: number
    readonly request_id: string
    readonly body: OpenAI.ImagesResponse & { readonly error?: { readonly code: string } }
  }
  readonly error: null | { readonly code: string }
}

const clientOf = (stand: Stand): OpenAI =>
  new OpenAI({ baseURL: `${stand.url}/v1`, apiKey: stand.key, maxRetries: 0 })

const lineOf = (customId: string, body: object, url: string = GENERATIONS): object => ({
  ...{ custom_id: customId, method: 'POST', url, body },
})

/** Uploads lines and makes a batch of them. */
async function create(
  client: OpenAI,
  lines: readonly (object | string)[],
  endpoint: OpenAI.BatchCreateParams['endpoint'] = GENERATIONS,
): Promise<OpenAI.Batch> {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
  const file = await client.files.create({
    file: await toFile(Buffer.from(`${text.join('\n')}\n`), 'lines.jsonl'),
    purpose: 'batch',
  })
  const metadata = { night: 'first' }
  return client.batches.create({
    ...{ input_file_id: file.id, endpoint, completion_window: '24h', metadata },
  })
}

const isOver = ({ status }: OpenAI.Batch): boolean =>
  ['completed', 'failed', 'expired', 'cancelled'].includes(status)

const ended = (client: OpenAI, id: string): Promise<OpenAI.Batch> =>
  until(async () => {
    // Looked at all the time, the gateway would do little else.
    await pause(100)
    const batch = await client.batches.retrieve(id)
    return isOver(batch) ? batch : undefined
  }, 100_000)

async function linesIn(client: OpenAI, id: string | null | undefined): Promise<OutputLine[]> {
  if (id == null) return []
  const text = await (await client.files.content(id)).text()
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as OutputLine)
}

describe.each(databaseKinds())('batches on %s', (kind) => {
  test('no line is lost or made twice when the gateway is killed', async () => {
    const stand = await startCrashStand(kind, '40')
    onTestFinished(() => stand.clear())
    const names = Array.from({ length: LINES }, (_, index) => `shot-${index}`)
    const first = await stand.start()
    const lines = names.map((name) =>
      lineOf(name, { model: 'flux-2-klein-4b', prompt: name, response_format: 'url' }),
    )
    const { id } = await create(clientOf(first), lines)
    const paid = async (): Promise<number> => (await stand.bill()).length
    await until(async () => {
      await pause(20)
      return (await paid()) >= 5 ? true : undefined
    })
    await first.stop('SIGKILL')
    const client = clientOf(await stand.start())
    const batch = await ended(client, id)
    expect(batch).toMatchObject({ status: 'completed', request_counts: { total: LINES } })
    const output = await linesIn(client, batch.output_file_id)
    const errors = await linesIn(client, batch.error_file_id)
    const told = [...output, ...errors].map(({ custom_id }) => custom_id)
    expect(told.toSorted()).toEqual(names.toSorted())
    // A call that was on its way when the gateway died may have been paid, so it is not repeated.
    expect(await paid()).toBeLessThanOrEqual(names.length)
    for (const { response } of errors) {
      expect(response?.body.error?.code).toBe('no_provider_available')
    }
    expect(output.length).toBeGreaterThanOrEqual(LINES - PARALLEL)
    expect(await stand.books()).toMatchObject({ heldNano: 0n, findings: [] })
  })
})

describe('the openai client', () => {
  const good = { model: 'gpt-image-1-mini', prompt: 'a cup', quality: 'low' }
  let stand: Stand
  let client: OpenAI
  beforeAll(async () => {
    stand = await startStand()
    client = clientOf(stand)
  })
  afterAll(() => clearStand(stand))

  test('drives a batch from upload to output', async () => {
    for (const text of ['\x89PNG', '', ' \n']) {
      const file = await toFile(Buffer.from(text, 'latin1'), 'x.jsonl')
      const upload = client.files.create({ file, purpose: 'batch' })
      await expect(upload).rejects.toMatchObject({ status: 400, param: 'file' })
    }
    const batch = await create(client, [
      lineOf('picture', good),
      lineOf('link', { ...good, prompt: 'a jug', n: 2, response_format: 'url' }),
      lineOf('bad body', { ...good, n: 99 }),
      lineOf('refused', { ...good, prompt: 'sandbox:moderate-input' }),
      lineOf('no model', { ...good, model: 'nobody/nothing' }),
    ])
    expect(batch).toMatchObject({ object: 'batch', status: 'validating', endpoint: GENERATIONS })
    const done = await ended(client, batch.id)
    expect(done).toMatchObject({
      status: 'completed',
      metadata: { night: 'first' },
      request_counts: { total: 5, completed: 2, failed: 3 },
      keeprate: { images: 3, priority: 'low' },
    })
    const output = await linesIn(client, done.output_file_id)
    expect(output.map(({ custom_id }) => custom_id)).toEqual(['picture', 'link'])
    const [picture, link] = output.map(({ response }) => response?.body.data ?? [])
    const bytes = Buffer.from(picture?.[0]?.b64_json ?? '', 'base64')
    expect(await describePicture(bytes)).toMatchObject({ width: 1024, format: 'png' })
    expect(link).toHaveLength(2)
    expect((await fetch(link?.[0]?.url ?? '')).status).toBe(200)
    const errors = await linesIn(client, done.error_file_id)
    const codes = errors.map(({ custom_id, response }) => [
      ...[custom_id, response?.status_code, response?.body.error?.code],
    ])
    expect(codes).toEqual([
      ['bad body', 400, 'invalid_request'],
      ['refused', 400, 'content_policy_violation'],
      ['no model', 404, 'model_not_found'],
    ])
    const listed = await client.batches.list({ limit: 1 })
    expect(listed.data.map(({ id }) => id)).toEqual([batch.id])
    const input = done.input_file_id
    expect(await client.files.delete(input)).toMatchObject({ id: input, deleted: true })
    await expect(client.files.retrieve(input)).rejects.toMatchObject({ status: 404 })
  })

  test('makes edits, is told what is wrong with a file, and cancels', async () => {
    const png = (await makePng({ width: 512, height: 512 })).toString('base64')
    const edit = { prompt: 'more sun', images: [{ image_url: `data:image/png;base64,${png}` }] }
    const edits = await create(
      client,
      [lineOf('edit', { ...edit, model: 'gpt-image-1-mini' }, '/v1/images/edits')],
      '/v1/images/edits',
    )
    expect(await ended(client, edits.id)).toMatchObject({ request_counts: { completed: 1 } })

    const faulty = await create(client, [
      lineOf('twin', good),
      'no JSON',
      lineOf('twin', good),
      lineOf('elsewhere', good, '/v1/images/edits'),
    ])
    const failed = await ended(client, faulty.id)
    expect(failed.status).toBe('failed')
    expect(failed.errors?.data).toMatchObject([
      { line: 2, code: 'invalid_json_line' },
      { line: 3, code: 'duplicate_custom_id', param: 'custom_id' },
      { line: 4, code: 'invalid_url', param: 'url' },
    ])

    const slow = Array.from({ length: 200 }, (_, index) =>
      lineOf(`slow ${index}`, { model: 'flux-2-max', prompt: `${index} sandbox:job-stuck` }),
    )
    const many = await create(client, slow)
    await until(async () => {
      const { status } = await client.batches.retrieve(many.id)
      return status === 'in_progress' ? status : undefined
    })
    expect((await client.batches.cancel(many.id)).status).toBe('cancelling')
    const cancelled = await ended(client, many.id)
    expect(cancelled.status).toBe('cancelled')
    const unmade = await linesIn(client, cancelled.error_file_id)
    // What ran when it was cancelled may have ended with a picture.
    const made = await linesIn(client, cancelled.output_file_id)
    expect(new Set([...made, ...unmade].map(({ custom_id }) => custom_id)).size).toBe(200)
    expect(made.length + unmade.length).toBe(200)
    expect(made.length).toBeLessThanOrEqual(PARALLEL)
    expect(new Set(unmade.map(({ error }) => error?.code))).toEqual(new Set(['batch_cancelled']))
  })
})
