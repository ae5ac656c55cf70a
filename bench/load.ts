/**
 * The load generator: a closed loop of C connections, each asking for the next picture as soon as
 * it has checked the last one. A process of its own, so that its work is counted for nobody else.
 *
 * Started as `node bench/load.ts '<LoadSettings>'`. Each line with a SegmentOrder on standard input
 * runs a segment and is answered by one line with a SegmentResult.
 */
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { type Dispatcher, Pool } from 'undici'
import { checkAnswer } from './check-answer.ts'
import { endWithParent } from './child-side.ts'
import { EDIT_CONTENT_TYPE, editBodies, generationBody, type Operation } from './exchange.ts'
import { type PictureKind, pictureTemplate } from './pictures.ts'
import { quantileOfSorted } from './statistics.ts'

/** How the load generator is started. */
export interface LoadSettings {
  readonly origin: string
  readonly bearer: string
  readonly operation: Operation
  readonly kind: PictureKind
  readonly connections: number
  /** Take a 429 with retry-after as an answer: wait as told and ask again. */
  readonly mayRefuse: boolean
}

/** One order to the load generator. */
export interface SegmentOrder {
  readonly images: number
  /** After this time no new picture is asked for. */
  readonly limitMs: number
}

/** What a segment gave; `images` counts right answers only. */
export interface SegmentResult {
  readonly images: number
  readonly errors: number
  readonly wrong: number
  /** 429 answers that carried retry-after; only where the scenario allows them. */
  readonly refused: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** The first few errors in words. */
  readonly failures: readonly string[]
}

/** One connection's memory, used again for every picture. */
interface Lane {
  buffer: Buffer
  length: number
  readonly body: (sequence: number) => Buffer | string
}

interface Exchange {
  readonly status: number
  readonly retryAfterMs: number | undefined
}

interface Segment {
  readonly images: number
  readonly deadline: number
  taken: number
  right: number
  errors: number
  wrong: number
  refused: number
  readonly latencies: Float64Array
  readonly failures: string[]
}

const EXCHANGE_LIMIT_MS = 60_000
const ATTEMPTS_LIMIT = 500
const WAIT_LIMIT_MS = 1_000
const FAILURES_KEPT = 2

const settings = JSON.parse(process.argv[2] ?? '{}') as LoadSettings
const pool = new Pool(settings.origin, {
  connections: settings.connections,
  pipelining: 1,
  headersTimeout: EXCHANGE_LIMIT_MS,
  bodyTimeout: EXCHANGE_LIMIT_MS,
})
const path = `/v1/images/${settings.operation}`
const headers = {
  authorization: `Bearer ${settings.bearer}`,
  'content-type': settings.operation === 'edits' ? EDIT_CONTENT_TYPE : 'application/json',
}
const lanes = Array.from({ length: settings.connections }, openLane)
let nextSequence = 1

endWithParent(() => pool.destroy())

for await (const line of createInterface({ input: process.stdin })) {
  const result = await runSegment(JSON.parse(line) as SegmentOrder)
  process.stdout.write(`${JSON.stringify(result)}\n`)
}

async function runSegment(order: SegmentOrder): Promise<SegmentResult> {
  const startedAt = performance.now()
  const segment: Segment = {
    images: order.images,
    deadline: startedAt + order.limitMs,
    taken: 0,
    right: 0,
    errors: 0,
    wrong: 0,
    refused: 0,
    latencies: new Float64Array(order.images),
    failures: [],
  }
  await Promise.all(lanes.map((lane) => runLane(lane, segment)))
  const seconds = (performance.now() - startedAt) / 1000
  const sorted = segment.latencies.subarray(0, segment.right).sort()
  return {
    images: segment.right,
    errors: segment.errors,
    wrong: segment.wrong,
    refused: segment.refused,
    seconds,
    p50Ms: quantileOfSorted(sorted, 0.5),
    p99Ms: quantileOfSorted(sorted, 0.99),
    maxMs: quantileOfSorted(sorted, 1),
    failures: segment.failures,
  }
}

async function runLane(lane: Lane, segment: Segment): Promise<void> {
  while (segment.taken < segment.images && performance.now() < segment.deadline) {
    segment.taken += 1
    const sequence = nextSequence
    nextSequence += 1
    try {
      await fetchPicture(lane, segment, sequence)
    } catch (error) {
      countFailure(segment, `picture ${sequence}: ${String(error)}`)
    }
  }
}

/** Asks until the picture is there; asks again only after a 429 that says when. */
async function fetchPicture(lane: Lane, segment: Segment, sequence: number): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS_LIMIT; attempt += 1) {
    const askedAt = performance.now()
    const { status, retryAfterMs } = await exchange(lane, sequence)
    const latencyMs = performance.now() - askedAt
    if (status === 200) return countAnswer(lane, segment, sequence, latencyMs)
    const mayWait = settings.mayRefuse && status === 429 && retryAfterMs !== undefined
    if (!mayWait || performance.now() > segment.deadline) {
      const text = lane.buffer.toString('utf8', 0, Math.min(lane.length, 200))
      return countFailure(segment, `picture ${sequence}: status ${status} ${text}`)
    }
    segment.refused += 1
    await delay(Math.min(retryAfterMs, WAIT_LIMIT_MS))
  }
  countFailure(segment, `picture ${sequence}: refused ${ATTEMPTS_LIMIT} times`)
}

function countAnswer(lane: Lane, segment: Segment, sequence: number, latencyMs: number): void {
  const check = checkAnswer(lane.buffer.subarray(0, lane.length), { kind: settings.kind, sequence })
  if (check === 'right') {
    segment.latencies[segment.right] = latencyMs
    segment.right += 1
  } else if (check === 'wrong') segment.wrong += 1
  else countFailure(segment, `picture ${sequence}: the answer is not JSON with one picture`)
}

function countFailure(segment: Segment, failure: string): void {
  segment.errors += 1
  if (segment.failures.length < FAILURES_KEPT) segment.failures.push(failure)
}

/** One request on a raw dispatcher; the body of the answer ends up in the lane's buffer. */
function exchange(lane: Lane, sequence: number): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    let status = 0
    let retryAfterMs: number | undefined
    lane.length = 0
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: () => undefined,
      onResponseStart(_controller, statusCode, answerHeaders) {
        status = statusCode
        retryAfterMs = readRetryAfter(answerHeaders)
      },
      onResponseData(_controller, chunk) {
        if (lane.length + chunk.length > lane.buffer.length) growBuffer(lane, chunk.length)
        chunk.copy(lane.buffer, lane.length)
        lane.length += chunk.length
      },
      onResponseEnd: () => resolve({ status, retryAfterMs }),
      onResponseError: (_controller, error) => reject(error),
    }
    pool.dispatch({ path, method: 'POST', headers, body: lane.body(sequence) }, handler)
  })
}

function openLane(): Lane {
  const order = (sequence: number): string => generationBody({ kind: settings.kind, sequence })
  return {
    buffer: Buffer.allocUnsafeSlow(pictureTemplate(settings.kind).base64Length + 16_384),
    length: 0,
    body: settings.operation === 'edits' ? editBodies(settings.kind) : order,
  }
}

function growBuffer(lane: Lane, extra: number): void {
  const larger = Buffer.allocUnsafeSlow((lane.length + extra) * 2)
  lane.buffer.copy(larger, 0, 0, lane.length)
  lane.buffer = larger
}

/** Milliseconds to wait, from `retry-after-ms` or `retry-after` in seconds. */
function readRetryAfter(answerHeaders: Record<string, unknown>): number | undefined {
  const milliseconds = Number(answerHeaders['retry-after-ms'] ?? Number.NaN)
  if (Number.isFinite(milliseconds)) return milliseconds
  const seconds = Number(answerHeaders['retry-after'] ?? Number.NaN)
  return Number.isFinite(seconds) ? seconds * 1_000 : undefined
}
