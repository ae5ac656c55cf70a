import { type Batch, endStateOf, type StoredFile } from '../core/jobs/batch.ts'
import { type BatchLine, readBatchLine } from '../core/jobs/batch-line.ts'
import type { RequestRecord } from '../core/jobs/request-record.ts'
import type { JsonObject } from '../core/json.ts'
import { type BatchParts, linesOf } from './batch-input.ts'
import type { Dependencies } from './dependencies.ts'
import { storedError } from './stored-error.ts'
import { storedResult } from './stored-result.ts'

/** Jobs that are read together. */
const PAGE = 200

/** Which of the two files of a batch: lines with pictures, or those without. */
export type OutputKind = 'output' | 'error'

/** What lines are told that were not made, in OpenAI's words. */
const unmade = {
  cancelled: {
    code: 'batch_cancelled',
    message: 'This request was not executed because the batch was cancelled.',
  },
  expired: {
    code: 'batch_expired',
    message: 'This request could not be executed before the completion window expired.',
  },
} as const

/**
 * One of the files of a batch, line by line in the order of its input. Each line of the input is
 * in one of them, once.
 */
export async function* printOutput(
  kind: OutputKind,
  file: StoredFile,
  batch: Batch,
  parts: BatchParts,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  const jobs = jobsOf(batch, parts.deps)
  let job = await jobs.next()
  for await (const { number, text } of linesOf(file, parts.deps)) {
    const read = readBatchLine(text, number, batch.terms.endpoint)
    if (!read.ok) continue
    const record = job.value?.place?.batch?.line === number ? job.value : undefined
    if (record !== undefined) job = await jobs.next()
    const isGood = record !== undefined && (await hasPictures(record, parts.deps))
    if (isGood !== (kind === 'output')) continue
    const line =
      record !== undefined && isGood
        ? await printGood(read.value, record, batch, parts)
        : printBad(record, batch, parts)
    const id = `batch_req_${record?.id.slice('req_'.length) ?? `${batch.id}_${number}`}`
    const whole = { id, custom_id: read.value.customId, ...line }
    yield encoder.encode(`${JSON.stringify(whole)}\n`)
  }
}

async function* jobsOf({ id }: Batch, { stores }: Dependencies): AsyncGenerator<RequestRecord> {
  for (let from = 0; ; ) {
    const page = await stores.queue.lines(id, { from, limit: PAGE })
    yield* page
    if (page.length < PAGE) return
    from = (page.at(-1)?.place?.batch?.line ?? from) + 1
  }
}

/** Whether a job came to pictures, also when it was cancelled late, and all can be read. */
async function hasPictures(record: RequestRecord, deps: Dependencies): Promise<boolean> {
  if ((record.made?.images ?? 0) === 0) return false
  const { images } = await storedResult(record, deps)
  const sizes = await Promise.all(
    images.map(({ record: { digest } }) => deps.images.size(digest).catch(() => undefined)),
  )
  return sizes.length > 0 && sizes.every((size) => size !== undefined)
}

async function printGood(
  { body }: BatchLine,
  record: RequestRecord,
  { terms }: Batch,
  { deps, words }: BatchParts,
): Promise<JsonObject> {
  const printed = await words.print(body, await storedResult(record, deps), terms.baseUrl)
  return { response: { status_code: 200, request_id: record.id, body: printed }, error: null }
}

function printBad(
  record: RequestRecord | undefined,
  batch: Batch,
  { words }: BatchParts,
): JsonObject {
  if (record === undefined || record.state === 'cancelled') {
    const reason = endStateOf(batch) === 'expired' ? unmade.expired : unmade.cancelled
    return { response: null, error: { ...reason } }
  }
  const error = storedError(record)
  const body = words.printError(error, record.id, batch.terms.baseUrl)
  const { status } = error.entry
  return { response: { status_code: status, request_id: record.id, body }, error: null }
}
