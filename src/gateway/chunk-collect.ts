import { failure, type ProviderFailure } from '../core/errors/provider-failure.ts'
import type { Chunk, ChunkSums } from '../core/jobs/chunk.ts'
import { isEnded, type RequestRecord } from '../core/jobs/request-record.ts'
import type { Nano } from '../core/money.ts'
import type { PriceRow } from '../core/pricebook/price-row.ts'
import { rate } from '../core/pricing/rate.ts'
import type { Usage } from '../core/pricing/usage.ts'
import type { BatchedCall, BatchService } from '../ports/batch-service.ts'
import type { CallOutcome, ProviderJob } from '../ports/provider.ts'
import type { Dependencies } from './dependencies.ts'
import type { OpenAttempt } from './open-attempt.ts'
import { openRecordStop, rescue, toRun } from './recover.ts'
import { reopen } from './reopen.ts'
import { type EndedAttempt, missingImages, type Run } from './run.ts'
import { SERVICE_TIER } from './service-offer.ts'
import { cacheable } from './stages/cache.ts'
import { prepare } from './stages/execute.ts'

/** What comes of the lines of a chunk. */
export interface ChunkEnding {
  /** Whether there is time left for the queue to make what the service did not. */
  readonly mayQueue: boolean
}

/** A line of a chunk that has not ended. */
interface OpenLine {
  readonly record: RequestRecord
  readonly run: Run
  readonly open: OpenAttempt
}

/** With which credential the service is asked about a chunk. */
export const askingFor = ({ credential }: Chunk): { readonly credential?: string } =>
  credential === undefined ? {} : { credential }

/** The calls of a chunk, with the bytes of their pictures; lines that have ended are left out. */
export async function prepareChunk(
  chunk: Chunk,
  deps: Dependencies,
): Promise<readonly BatchedCall[]> {
  const calls: BatchedCall[] = []
  for (const line of await openLines(chunk, deps)) {
    const prepared = await prepare(line.open, line.run, deps)
    if ('call' in prepared) calls.push(prepared.call)
  }
  return calls
}

/** Settles every line with what the service gave for it; a line without anything was not made. */
export async function collectChunk(
  chunk: Chunk,
  job: ProviderJob,
  service: BatchService,
  ending: ChunkEnding,
  deps: Dependencies,
): Promise<ChunkSums> {
  const open = new Map((await openLines(chunk, deps)).map((line) => [line.open.attempt.id, line]))
  const tally = new Tally(chunk.sums)
  const planOf = (key: string) => open.get(key)?.open.plan
  for await (const { key, outcome } of service.results(job, planOf, askingFor(chunk))) {
    const line = open.get(key)
    if (line === undefined) continue
    open.delete(key)
    tally.add(await endLine(line, outcome, ending, deps))
  }
  const unmade = failure('overloaded', 'the batch service did not make it', { billed: false })
  for (const line of open.values()) {
    tally.add(await endLine(line, { kind: 'failed', failure: unmade }, ending, deps))
  }
  return tally.sums
}

/** Ends all lines that are open with one failure. */
export async function failChunk(
  chunk: Chunk,
  reason: ProviderFailure,
  ending: ChunkEnding,
  deps: Dependencies,
): Promise<ChunkSums> {
  const tally = new Tally(chunk.sums)
  for (const line of await openLines(chunk, deps)) {
    tally.add(await endLine(line, { kind: 'failed', failure: reason }, ending, deps))
  }
  return tally.sums
}

/** Whether the commit of a chunk's lines was written; one whose process died before has none. */
export async function hasLines({ lines }: Chunk, { stores }: Dependencies): Promise<boolean> {
  const [first] = lines
  return first !== undefined && (await stores.requests.request(first.requestId)) !== undefined
}

async function openLines(chunk: Chunk, deps: Dependencies): Promise<readonly OpenLine[]> {
  const { requests } = deps.stores
  const lines: OpenLine[] = []
  for (const { requestId, attemptId } of chunk.lines) {
    const record = await requests.request(requestId)
    // A line that went to the queue, or ended, is not the chunk's any more.
    if (record === undefined || isEnded(record.state) || record.leaseOwner !== chunk.id) continue
    const run = toRun(record, openRecordStop(record).stop, deps)
    const attempt = (await requests.attempts(requestId)).find(({ id }) => id === attemptId)
    const open = attempt && reopen(attempt, record, run)
    if (open !== undefined) lines.push({ record, run, open })
  }
  return lines
}

/** What came of one line. */
interface EndedLine {
  readonly ended: readonly EndedAttempt[]
  readonly isBack: boolean
  readonly row: PriceRow
}

async function endLine(
  { record, open }: OpenLine,
  outcome: CallOutcome,
  { mayQueue }: ChunkEnding,
  deps: Dependencies,
): Promise<EndedLine> {
  // Who cancelled it meanwhile is heard.
  const latest = (await deps.stores.requests.request(record.id)) ?? record
  const { stop } = openRecordStop(latest)
  const bought: CallOutcome = {
    ...outcome,
    usage: { ...outcome.usage, serviceTier: SERVICE_TIER },
  }
  const done = await rescue(
    latest,
    stop,
    {
      prepare: (run) => cacheable(run, deps),
      outcomeOf: () => Promise.resolve(bought),
      backOf: (run) => {
        const isRefused = run.ended.some(({ failures }) => failures.some(isFinal))
        if (!mayQueue || isRefused || missingImages(run) <= 0) return undefined
        if (run.stop.buying.aborted || run.job === undefined) return undefined
        return { state: 'queued', dueAt: deps.clock.now(), tries: run.job.place.tries + 1 }
      },
    },
    deps,
  )
  return { ended: done?.ended ?? [], isBack: done?.isBack ?? false, row: open.row }
}

/** Content that one refused the queue refuses too, or stops at. */
const isFinal = ({ class: failed }: ProviderFailure): boolean =>
  failed === 'content_policy_input' || failed === 'content_policy_output'

/** Sums over lines as they end. */
class Tally {
  #sums: ChunkSums

  constructor(before: ChunkSums | undefined) {
    this.#sums = before ?? { made: 0, queued: 0, savedNano: 0n }
  }

  get sums(): ChunkSums {
    return this.#sums
  }

  add({ ended, isBack, row }: EndedLine): void {
    const { made, queued, savedNano } = this.#sums
    const isMade = ended.some(({ images }) => images.length > 0)
    const saved = ended.reduce((sum, each) => sum + discountOf(each, row), 0n)
    this.#sums = {
      made: made + (isMade ? 1 : 0),
      queued: queued + (isBack ? 1 : 0),
      savedNano: savedNano + saved,
    }
  }
}

/** What a settled call would have cost beyond its price, bought by itself. */
function discountOf({ attempt }: EndedAttempt, row: PriceRow): Nano {
  const { serviceTier, ...usage } = (attempt.usage ?? {}) as unknown as Usage
  if (serviceTier !== SERVICE_TIER || attempt.costNano === 0n) return 0n
  const alone = rate(row, usage)
  return alone.ok ? alone.charge.totalNano - attempt.costNano : 0n
}
