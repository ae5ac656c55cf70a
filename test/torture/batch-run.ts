import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import OpenAI, { toFile } from 'openai'
import { openDatabase } from '../../src/adapters/database/open-database.ts'
import { makeHome, type Stand, startStand } from '../e2e/stand.ts'
import { type CountingProvider, startCountingProvider } from './counting-provider.ts'

/** How large a batch is, and how often its gateway dies before it is cancelled. */
export interface BatchPlay {
  readonly lines: number
  readonly kills: number
  /** When it is cancelled, as a share of its lines. */
  readonly cancelAt: number
  /** How long the provider takes for a picture. */
  readonly delayMs: number
}

/** What came of a batch. */
export interface BatchOutcome {
  readonly status: string
  /** Lines with a picture. */
  readonly made: number
  /** Calls that the provider got. */
  readonly asked: number
  /** Calls of which nobody knows, because their gateway died. */
  readonly unknown: number
  /** How long after the cancelling the last call was sent. */
  readonly lastAfterCancelMs: number
  readonly seconds: number
  /** What must never be. */
  readonly flaws: readonly string[]
}

const ADMIN_KEY = 'sk-admin-of-the-torture'
/** A call that is sent later than this after the cancelling is a flaw. */
const CANCEL_LIMIT_MS = 1_000
const LIMIT_MS = 3_600_000

/**
 * Lets gateways die over one batch, as often as asked, then cancels it: no line is paid twice, none
 * is missing from the two files, and nothing is sent once it is cancelled.
 */
export async function tortureBatch(play: BatchPlay): Promise<BatchOutcome> {
  const home = await makeHome()
  const provider = await startCountingProvider(play.delayMs)
  const start = (): Promise<Stand> =>
    startStand({
      home,
      config: `providers:
  openai: { base_url: "${provider.baseUrl}", allow_private: true, api_key: "key" }
`,
      environment: {
        KEEPRATE_ADMIN_KEY: ADMIN_KEY,
        KEEPRATE_BREAKER_FAILURES: '0',
        // The provider has no batches of its own; the queue is what is tortured.
        KEEPRATE_BATCH_SERVICES: 'off',
      },
    })
  const begun = performance.now()
  let stand = await start()
  try {
    const { id } = await createBatch(clientOf(stand), play)
    for (let kill = 1; kill <= play.kills; kill += 1) {
      const share = (play.cancelAt * kill) / (play.kills + 1)
      await askedAtLeast(provider, Math.floor(play.lines * share))
      await stand.stop('SIGKILL')
      stand = await start()
    }
    await askedAtLeast(provider, Math.floor(play.lines * play.cancelAt))
    const cancelledAt = Date.now()
    const client = clientOf(stand)
    await client.batches.cancel(id)
    const batch = await whenEnded(client, id)
    const told = await readFiles(client, batch)
    const unknown = told.codes.filter((code) => code === 'no_provider_available').length
    await stand.stop()
    const lastAfterCancelMs = provider.lastAt() - cancelledAt
    const flaws = [
      ...flawsOf(told, provider, play),
      ...(lastAfterCancelMs > CANCEL_LIMIT_MS ? [`sent ${lastAfterCancelMs} ms too late`] : []),
      ...(unknown > play.kills * 64 ? [`${unknown} calls of which nobody knows`] : []),
      ...(await auditOf(home)),
    ]
    const { status } = batch
    const seconds = (performance.now() - begun) / 1_000
    const counts = { made: told.made.length, asked: provider.asked.size, unknown }
    return { status, ...counts, lastAfterCancelMs, seconds, flaws }
  } finally {
    await stand.stop('SIGKILL')
    await provider.close()
    await rm(home, { recursive: true, force: true })
  }
}

const clientOf = ({ url }: Stand): OpenAI =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey: ADMIN_KEY, maxRetries: 0 })

async function createBatch(client: OpenAI, { lines }: BatchPlay): Promise<OpenAI.Batch> {
  const endpoint = '/v1/images/generations'
  const text = Array.from({ length: lines }, (_, line) => {
    const body = { model: 'gpt-image-2', prompt: `cup ${line}`, size: '1024x1024', quality: 'low' }
    const answered = { ...body, response_format: 'url' }
    const whole = { custom_id: nameOf(line), method: 'POST', url: endpoint, body: answered }
    return JSON.stringify(whole)
  })
  const upload = await toFile(Buffer.from(text.join('\n')), 'lines.jsonl')
  const file = await client.files.create({ file: upload, purpose: 'batch' })
  return client.batches.create({ input_file_id: file.id, endpoint, completion_window: '24h' })
}

const nameOf = (line: number): string => `line-${line}`

async function askedAtLeast({ asked }: CountingProvider, calls: number): Promise<void> {
  for (const end = Date.now() + LIMIT_MS; asked.size < calls; await pause(5)) {
    if (Date.now() > end) throw new Error(`only ${asked.size} of ${calls} calls came`)
  }
}

async function whenEnded(client: OpenAI, id: string): Promise<OpenAI.Batch> {
  for (const end = Date.now() + LIMIT_MS; Date.now() < end; await pause(100)) {
    const batch = await client.batches.retrieve(id)
    if (['completed', 'failed', 'expired', 'cancelled'].includes(batch.status)) return batch
  }
  throw new Error('the batch does not end')
}

/** What the two files of a batch say. */
interface Told {
  readonly made: readonly string[]
  readonly unmade: readonly string[]
  readonly codes: readonly (string | undefined)[]
}

interface Line {
  readonly custom_id: string
  readonly response: null | { readonly body: { readonly error?: { readonly code: string } } }
  readonly error: null | { readonly code: string }
}

async function readFiles(client: OpenAI, batch: OpenAI.Batch): Promise<Told> {
  const output = await linesOf(client, batch.output_file_id)
  const errors = await linesOf(client, batch.error_file_id)
  return {
    made: output.map(({ custom_id }) => custom_id),
    unmade: errors.map(({ custom_id }) => custom_id),
    codes: errors.map(({ response, error }) => response?.body.error?.code ?? error?.code),
  }
}

async function linesOf(client: OpenAI, id: string | null | undefined): Promise<readonly Line[]> {
  if (id == null) return []
  const { body } = await client.files.content(id)
  if (body === null) throw new Error(`the file ${id} is empty`)
  const lines: Line[] = []
  for await (const text of createInterface(Readable.fromWeb(body as never))) {
    if (text !== '') lines.push(JSON.parse(text) as Line)
  }
  return lines
}

function flawsOf(told: Told, { asked }: CountingProvider, { lines }: BatchPlay): string[] {
  const names = [...told.made, ...told.unmade]
  const twice = [...asked.values()].filter(({ length }) => length > 1).length
  const missing = Array.from({ length: lines }, (_, line) => nameOf(line)).filter(
    (
      (known) => (name: string) =>
        !known.has(name)
    )(new Set(names)),
  )
  return [
    ...(twice > 0 ? [`${twice} lines were sent twice`] : []),
    ...(missing.length > 0 ? [`${missing.length} lines are in no file`] : []),
    ...(names.length > lines ? [`${names.length - lines} lines are told twice`] : []),
    ...(told.made.length > asked.size ? ['more was made than asked for'] : []),
  ]
}

async function auditOf(home: string): Promise<readonly string[]> {
  const { ledger, close } = await openDatabase(join(home, 'keeprate.db'))
  try {
    const { heldNano } = await ledger.balance('key_admin', 'real')
    return [...(await ledger.audit()), ...(heldNano === 0n ? [] : [`${heldNano} is still held`])]
  } finally {
    await close()
  }
}
