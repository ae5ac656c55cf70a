import type { Batch } from '../core/jobs/batch.ts'
import type { Chunk, ChunkLine } from '../core/jobs/chunk.ts'
import type { Fact } from '../core/jobs/request-record.ts'
import { makePlan } from '../core/routing/make-plan.ts'
import type { Dependencies } from './dependencies.ts'
import type { Run } from './run.ts'
import { findService, type ServiceOffer } from './service-offer.ts'
import { afford } from './stages/afford.ts'
import { draftAttempts } from './stages/execute.ts'
import { makeHold, toRecord } from './stages/hold.ts'
import { beginRun } from './stages/normalise.ts'
import { listPrice, looksNano } from './stages/plan.ts'
import { openStop } from './stop-order.ts'
import { type Enqueued, toQueued } from './to-queued.ts'

/** A line that a batch service makes, before it is in a chunk. */
export interface ServiceLine {
  /** As it would go into the queue. */
  readonly asked: Enqueued
  readonly run: Run
  readonly offer: ServiceOffer
  /** Bytes that it has on the way. */
  readonly bytes: number
}

/** A line of a chunk, with the facts that begin it. */
export interface OpenedLine extends ChunkLine {
  readonly facts: readonly Fact[]
}

/** How long a chunk owns its lines beyond the end of its batch: results may come late. */
const OWNED_AFTER_MS = 48 * 3_600_000
/** Base64 and the words around it. */
const WIRE_FACTOR = 1.4
const LINE_BYTES = 2_048

/** The way of a line to a batch service; undefined when the queue makes it. */
export async function toServiceLine(
  asked: Enqueued,
  batch: Batch,
  deps: Dependencies,
): Promise<ServiceLine | undefined> {
  if (!deps.rules.usesBatchServices) return undefined
  let run: Run
  try {
    run = beginRun(asked.request, asked.caller, { watch: {}, stop: openStop() }, deps)
  } catch {
    // The queue says what is wrong with it.
    return undefined
  }
  const offer = await findService(run, batch, deps)
  if (offer === undefined) return undefined
  const { images, mask, prompt } = run.request
  const inputs = [...images, ...(mask === undefined ? [] : [mask])]
  const { inputBytes: most = Number.POSITIVE_INFINITY } = offer.service.limits
  if (inputs.some(({ byteLength }) => byteLength > most)) return undefined
  const inputBytes = inputs.reduce((sum, { byteLength }) => sum + byteLength, 0)
  return { asked, run, offer, bytes: inputBytes * WIRE_FACTOR + prompt.length + LINE_BYTES }
}

/** A line begins as a job that runs already: its chunk owns it, and the money is put aside. */
export async function openLine(
  { asked, run, offer }: ServiceLine,
  { id: chunkId, credential }: Pick<Chunk, 'id' | 'credential'>,
  batch: Batch,
  deps: Dependencies,
): Promise<OpenedLine> {
  const queued = toQueued(asked, deps)
  const { candidate } = offer
  const made = makePlan({
    ...{ candidates: [candidate], exclusions: [], ranking: 'cheapest', maxSteps: 1 },
    besideNano: looksNano(run, [candidate], deps),
  })
  const [chosen] = made.explanation
  const reason = 'its batch service costs less than the best offer of the queue'
  const plan = { ...made, explanation: chosen === undefined ? [] : [{ ...chosen, reason }] }
  const place = queued.place && { ...queued.place, fence: 1 }
  const job = place && { job: { record: { ...queued, place }, place, earlier: 0 } }
  const listNano = listPrice(run, deps)
  const listed = listNano === undefined ? {} : { listNano }
  const planned = await afford({ ...run, ...job, ...listed, id: queued.id, plan }, deps)
  const request = {
    ...toRecord(planned, deps),
    ...{ leaseOwner: chunkId, leaseUntil: batch.expiresAt + OWNED_AFTER_MS },
  }
  const hold = makeHold(request, plan.holdNano, deps)
  const [draft] = draftAttempts(planned, candidate, 0, deps)
  if (draft === undefined) throw new TypeError('a line without a call')
  const named = credential === undefined ? {} : { credential }
  const call = { ...draft.attempt.call, ...named, chunk: chunkId }
  const attempt = { ...draft.attempt, call }
  return {
    ...{ requestId: request.id, attemptId: attempt.id },
    facts: [
      { kind: 'request-accepted', request },
      { kind: 'hold-opened', hold, claims: planned.claims ?? [] },
      { kind: 'attempt-started', attempt },
    ],
  }
}
