/**
 * `node bench/beside-batch.ts`: how long callers wait while a batch takes all that the provider
 * gives. Both are measured in one run, in turns: only their ratio counts. The provider works on a
 * few calls at a time and refuses more, as one with a rate limit does.
 */
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { request } from 'undici'
import { startScript } from './children.ts'
import { generationBody } from './exchange.ts'
import { ADMIN_KEY, startGateway } from './gateway.ts'
import type { SegmentOrder, SegmentResult } from './load.ts'
import { median } from './statistics.ts'

/** The provider: 16 calls at a time, half a second each. */
const UPSTREAM = { delayMs: 500, parallelCalls: 16 }
/** Callers, each with one call at a time: a quarter of what the provider does. */
const CALLERS = 4
/** No picture of a caller has such a number. */
const FIRST_LINE = 10_000_000
/** Lines that are made before callers are measured beside them. */
const WARM_LINES = 100
const LIMIT_MS = 120_000
/** p99 beside a batch, as a multiple of that without one. */
const GOAL = 2

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    images: { type: 'string', default: '400' },
    // 20,000 of them are still being read in while callers are measured.
    lines: { type: 'string', default: '4000' },
  },
})
const lineCount = Number(values.lines)
const order: SegmentOrder = { images: Number(values.images), limitMs: LIMIT_MS }
const home = await mkdtemp(join(tmpdir(), 'keeprate-bench-batch-'))
process.once('exit', () => rmSync(home, { recursive: true, force: true }))

const upstream = startScript('upstream.ts', UPSTREAM)
const { port: upstreamPort } = await upstream.next<{ port: number }>(LIMIT_MS)
const gateway = await startGateway({ upstreamPort, home })
const origin = `http://127.0.0.1:${gateway.port}`
const callers = startScript('load.ts', {
  ...{ origin, bearer: ADMIN_KEY, operation: 'generations', kind: 'small' },
  ...{ connections: CALLERS, mayRefuse: false },
})
const authorization = `Bearer ${ADMIN_KEY}`

interface Batch {
  readonly id: string
  readonly status: string
  readonly request_counts: { readonly completed: number; readonly failed: number }
}

async function ask<Answer>(path: string, body?: object | FormData): Promise<Answer> {
  const isForm = body instanceof FormData
  const type = body === undefined || isForm ? {} : { 'content-type': 'application/json' }
  const content = isForm || body === undefined ? body : JSON.stringify(body)
  const answer = await request(`${origin}/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization, ...type },
    ...(content === undefined ? {} : { body: content }),
  })
  if (answer.statusCode !== 200) throw new Error(`${path}: ${await answer.body.text()}`)
  return (await answer.body.json()) as Answer
}

async function startBatch(round: number): Promise<Batch> {
  const endpoint = '/v1/images/generations'
  const lines = Array.from({ length: lineCount }, (_, index) => {
    const order = { kind: 'small', sequence: FIRST_LINE + round * lineCount + index } as const
    const body = JSON.parse(generationBody(order)) as object
    return JSON.stringify({ custom_id: `${index}`, method: 'POST', url: endpoint, body })
  })
  const form = new FormData()
  form.set('purpose', 'batch')
  form.set('file', new Blob([lines.join('\n')]), 'lines.jsonl')
  const { id } = await ask<{ id: string }>('/files', form)
  return ask<Batch>('/batches', { input_file_id: id, endpoint, completion_window: '24h' })
}

async function batchWhen(id: string, isThere: (batch: Batch) => boolean): Promise<Batch> {
  for (const deadline = performance.now() + LIMIT_MS; performance.now() < deadline; ) {
    const batch = await ask<Batch>(`/batches/${id}`)
    if (isThere(batch)) return batch
    await delay(250)
  }
  throw new Error('the batch does not come to it')
}

async function measure(): Promise<SegmentResult> {
  callers.send(order)
  return callers.next<SegmentResult>(LIMIT_MS + 10_000)
}

const rows: { alone: SegmentResult; beside: SegmentResult; linesPerSecond: number }[] = []
for (let round = 0; round < Number(values.rounds); round += 1) {
  const alone = await measure()
  const { id } = await startBatch(round)
  const before = await batchWhen(id, (batch) => batch.request_counts.completed >= WARM_LINES)
  const beside = await measure()
  const after = await ask<Batch>(`/batches/${id}`)
  const made = after.request_counts.completed - before.request_counts.completed
  await ask<Batch>(`/batches/${id}/cancel`, {})
  await batchWhen(id, ({ status }) => status === 'cancelled')
  rows.push({ alone, beside, linesPerSecond: made / beside.seconds })
}
await callers.stop()
await gateway.stop()
await upstream.stop()

const print = (name: string, { p50Ms, p99Ms, maxMs, errors }: SegmentResult): string =>
  `${name}: p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms, ` +
  `longest ${maxMs.toFixed(0)} ms, ${errors} errors`
for (const [round, { alone, beside, linesPerSecond }] of rows.entries()) {
  console.log(`round ${round + 1}, ${print('without a batch', alone)}`)
  console.log(`round ${round + 1}, ${print('beside a batch', beside)}`)
  console.log(`round ${round + 1}, lines beside them: ${linesPerSecond.toFixed(1)} a second`)
  for (const text of [...alone.failures, ...beside.failures]) console.log(`    ${text}`)
}
const ratio = median(rows.map(({ alone, beside }) => beside.p99Ms / alone.p99Ms))
console.log(`p99 beside a batch / without: ${ratio.toFixed(2)} (goal: below ${GOAL})`)
const errors = rows.reduce((sum, { alone, beside }) => sum + alone.errors + beside.errors, 0)
process.exitCode = errors === 0 ? 0 : 1
