import { GatewayError } from '../core/errors/gateway-error.ts'
import { type Batch, type BatchFault, batchLimits, type StoredFile } from '../core/jobs/batch.ts'
import { type BatchLine, readBatchLine, tagLine } from '../core/jobs/batch-line.ts'
import type { Fact } from '../core/jobs/request-record.ts'
import type { BatchWords } from './batch-words.ts'
import { isBudgetRefusal } from './budget-refusal.ts'
import { ChunkFiller } from './chunk-filler.ts'
import { toServiceLine } from './chunk-lines.ts'
import type { Dependencies } from './dependencies.ts'
import type { JobDesk } from './job-desk.ts'
import { readLines, type TextLine } from './read-lines.ts'
import { type Enqueued, refusedFacts } from './to-queued.ts'

/** Faults that are told of one file. */
const MAX_FAULTS = 100
/**
 * Lines that are put into the queue together. Callers' writes wait for one such group at most: some
 * 10 ms on SQLite; larger groups bring nothing more.
 */
const LINES_AT_ONCE = 64
/**
 * How long reading goes on before others have a turn. Quoting a line takes 0.3 to 3 ms, and a file
 * has 50,000 of them.
 */
const TURN_MS = 4

/** What reading a batch needs. */
export interface BatchParts {
  readonly deps: Dependencies
  readonly jobs: JobDesk
  readonly words: BatchWords
}

/** The lines of an input file; whoever goes through them stands in nobody's way for long. */
export async function* linesOf(
  { digest, byteLength }: StoredFile,
  { images, clock }: Dependencies,
): AsyncGenerator<TextLine> {
  let turnMs = clock.monotonicMs()
  for await (const line of readLines(images.read(digest, { start: 0, end: byteLength - 1 }))) {
    yield line
    if (clock.monotonicMs() - turnMs < TURN_MS) continue
    await new Promise((next) => setImmediate(next))
    turnMs = clock.monotonicMs()
  }
}

/** Reads a whole input file once, before anything of it is made. */
export async function validateInput(
  file: StoredFile,
  { terms: { endpoint } }: Batch,
  deps: Dependencies,
): Promise<{ readonly total: number; readonly faults: readonly BatchFault[] }> {
  const faults: BatchFault[] = []
  const names = new Set<string>()
  let total = 0
  for await (const { number, text } of linesOf(file, deps)) {
    total += 1
    if (total > batchLimits.lines) {
      const message = `A batch has at most ${batchLimits.lines} lines.`
      return { total, faults: [{ code: 'too_many_lines', line: number, message }] }
    }
    const read = readBatchLine(text, number, endpoint)
    if (!read.ok) faults.push(read.refusal)
    else if (names.has(read.value.customId)) {
      const message = 'Another line has the same custom_id.'
      faults.push({ code: 'duplicate_custom_id', line: number, message, param: 'custom_id' })
    } else names.add(read.value.customId)
    if (faults.length >= MAX_FAULTS) break
  }
  if (total === 0) faults.push({ code: 'empty_file', message: 'The file has no lines.' })
  return { total, faults }
}

/**
 * Puts the lines into the queue that are not in it yet, each exactly once: where it broke off is
 * known by the last line that is there. A body that cannot be asked for is a line that has failed.
 * @param mayGoOn asked before each group of lines.
 */
export async function queueInput(
  file: StoredFile,
  batch: Batch,
  { deps, jobs, words }: BatchParts,
  mayGoOn: () => Promise<boolean>,
): Promise<void> {
  const { endpoint, priority } = batch.terms
  const caller = { keyId: batch.keyId, tenant: batch.tenant }
  const last = await deps.stores.queue.lastLine(batch.id)
  const chunks = new ChunkFiller(batch, deps)
  let requests: Enqueued[] = []
  let refused: Fact[] = []
  let count = 0
  const flush = async (): Promise<void> => {
    await enqueueAll({ requests, chunks, facts: refused }, { jobs })
    requests = []
    refused = []
    count = 0
  }
  for await (const { number, text } of linesOf(file, deps)) {
    if (number <= last) continue
    if (count === 0 && !(await mayGoOn())) return
    const place = { priority, batch: { id: batch.id, line: number } }
    const read = readBatchLine(text, number, endpoint)
    try {
      if (!read.ok) throw new GatewayError('invalid_request', read.refusal.message)
      const { body } = read.value satisfies BatchLine
      const request = await words.read(endpoint, body, caller.tenant)
      const asked = { request: tagLine(request, batch.id), caller, place }
      const service = await toServiceLine(asked, batch, deps)
      if (service === undefined) requests.push(asked)
      else await chunks.add(service)
    } catch (error) {
      // Without the database nobody knows what is wrong with a line.
      const isRefusal = GatewayError.isInstance(error) && error.code !== 'ledger_unavailable'
      if (!isRefusal) throw error
      refused.push(...refusedFacts({ caller, place }, error, deps))
    }
    count += 1
    if (count >= LINES_AT_ONCE) await flush()
  }
  await flush()
}

/**
 * Writes lines down, all or none; when a budget has no room for all that go to services, they wait
 * for it in the queue.
 */
async function enqueueAll(
  {
    requests,
    chunks,
    facts,
  }: {
    readonly requests: readonly Enqueued[]
    readonly chunks: ChunkFiller
    readonly facts: readonly Fact[]
  },
  { jobs }: Pick<BatchParts, 'jobs'>,
): Promise<void> {
  await chunks.write()
  try {
    await jobs.enqueue(requests, () => [...facts, ...chunks.facts])
    chunks.keep()
  } catch (error) {
    if (!isBudgetRefusal(error)) throw error
    await jobs.enqueue([...requests, ...chunks.asked], () => facts)
    await chunks.undo()
  }
}
