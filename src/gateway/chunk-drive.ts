import { failure } from '../core/errors/provider-failure.ts'
import type { Batch } from '../core/jobs/batch.ts'
import type { Chunk, ChunkSums } from '../core/jobs/chunk.ts'
import type { JsonObject } from '../core/json.ts'
import type { Instant } from '../core/time.ts'
import type { BatchService } from '../ports/batch-service.ts'
import type { ProviderJob } from '../ports/provider.ts'
import { askingFor, collectChunk, failChunk, hasLines, prepareChunk } from './chunk-collect.ts'
import type { Dependencies } from './dependencies.ts'

/** Limits of driving chunks. */
const limits = {
  /** First pause between two looks; it doubles up to the longest. */
  lookMs: 1_000,
  maxLookMs: 60_000,
  /** How long a batch that was perhaps handed in is looked for before it is handed in again. */
  graceMs: 120_000,
  /** Fetches of the results before the lines without one are given up: they are paid. */
  maxFetches: 6,
  /**
   * How long after the end of its window a batch is waited for that nobody can ask about any more.
   * Its lines are the chunk's for an hour longer.
   */
  lateMs: 47 * 3_600_000,
  /** Share of the window that is kept for the queue to make what the service did not. */
  queueShare: 1 / 8,
} as const

/** When a chunk is due again, and how often its results were fetched in vain. */
interface Pace {
  dueAt: Instant
  pauseMs: number
  fetches: number
}

/** Takes chunks of one batch on, step by step; another process goes on where it leaves off. */
export class ChunkDriver {
  readonly #deps: Dependencies
  readonly #paces = new Map<string, Pace>()
  /** Before this no chunk is due, and none need be read: thousands of lines stand in them. */
  #restsUntil: Instant = 0

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** Does what is due; a step that fails is logged and comes again. */
  async step(batch: Batch): Promise<void> {
    const { stores, clock, log } = this.#deps
    const isCancelled = batch.cancellingAt !== undefined
    if (clock.now() < this.#restsUntil && !isCancelled) return
    this.#restsUntil = Number.POSITIVE_INFINITY
    for (const chunk of await stores.chunks.ofBatch(batch.id)) {
      if (chunk.state === 'ended') continue
      const pace = this.#paceOf(chunk)
      // A cancelling does not wait for the next look.
      const isUrgent = isCancelled && chunk.cancelAskedAt === undefined
      if (clock.now() >= pace.dueAt || isUrgent) {
        try {
          await this.#take(chunk, batch)
        } catch (error) {
          log.warn({ chunkId: chunk.id, error }, 'chunk not taken on')
        }
        pace.dueAt = clock.now() + pace.pauseMs
        pace.pauseMs = Math.min(pace.pauseMs * 2, limits.maxLookMs)
      }
      // One that came further in this step has no pace yet, and is due at the next.
      this.#restsUntil = Math.min(this.#restsUntil, this.#paces.get(chunk.id)?.dueAt ?? 0)
    }
  }

  #paceOf({ id }: Chunk): Pace {
    const pace = this.#paces.get(id) ?? { dueAt: 0, pauseMs: limits.lookMs, fetches: 0 }
    this.#paces.set(id, pace)
    return pace
  }

  async #take(chunk: Chunk, batch: Batch): Promise<void> {
    const { snapshot, stores, clock } = this.#deps
    const isLate = clock.now() >= batch.expiresAt + limits.lateMs
    if (isLate && chunk.state !== 'written') {
      return this.#lose(chunk, batch, 'its window was over for two days')
    }
    const provider = snapshot().providers.get(chunk.offer.split('/', 1)[0] ?? '')
    const service = provider?.batches
    // Another process may have the provider that this one does not.
    if (service === undefined) return
    if (chunk.state === 'written') {
      if (!(await hasLines(chunk, this.#deps))) {
        await stores.chunks.update({ ...chunk, state: 'ended' })
      } else if (this.#isOver(batch)) await this.#giveBack(chunk, batch)
      else await this.#submit(chunk, batch, service)
    } else if (chunk.state === 'submitting') await this.#adopt(chunk, batch, service)
    else await this.#look(chunk, batch, service)
  }

  /** Nothing more is begun, and what was begun is stopped. */
  #isOver({ cancellingAt, createdAt, expiresAt }: Batch): boolean {
    const latest = expiresAt - (expiresAt - createdAt) * limits.queueShare
    return cancellingAt !== undefined || this.#deps.clock.now() >= latest
  }

  #ending({ cancellingAt, expiresAt }: Batch) {
    return { mayQueue: cancellingAt === undefined && this.#deps.clock.now() < expiresAt }
  }

  async #submit(chunk: Chunk, batch: Batch, service: BatchService): Promise<void> {
    const { stores, clock } = this.#deps
    const calls = await prepareChunk(chunk, this.#deps)
    const written: Chunk = { ...chunk, state: 'submitting', submittingAt: clock.now() }
    await stores.chunks.update(written)
    const submitted = await service.submit(chunk.id, calls, askingFor(chunk))
    if (submitted.kind === 'submitted') return this.#submitted(written, submitted.job)
    const { failure: reason } = submitted
    this.#deps.log.warn({ chunkId: chunk.id, reason }, 'chunk not handed in')
    // What may pass is looked for first, and handed in again when it is not there.
    const mayPass = ['overloaded', 'rate_limited', 'timeout_unknown'].includes(reason.class)
    if (!mayPass && reason.billed !== 'unknown') await this.#giveBack(written, batch)
  }

  async #submitted(chunk: Chunk, job: ProviderJob): Promise<void> {
    const known = { ...job } as unknown as JsonObject
    await this.#deps.stores.chunks.update({ ...chunk, state: 'submitted', job: known })
    this.#paces.delete(chunk.id)
  }

  /** Handed in perhaps: by a process that died, or without an answer. It is never done twice. */
  async #adopt(chunk: Chunk, batch: Batch, service: BatchService): Promise<void> {
    const found = await service.find(chunk.id, askingFor(chunk))
    if (found.kind === 'found') return this.#submitted(chunk, found.job)
    const askedAt = chunk.submittingAt ?? chunk.createdAt
    if (found.kind === 'failed' || this.#deps.clock.now() < askedAt + limits.graceMs) return
    await (this.#isOver(batch) ? this.#giveBack(chunk, batch) : this.#submit(chunk, batch, service))
  }

  async #look(chunk: Chunk, batch: Batch, service: BatchService): Promise<void> {
    const job = chunk.job as unknown as ProviderJob
    if (this.#isOver(batch) && chunk.cancelAskedAt === undefined) {
      const isHeard = await service.cancel(job, askingFor(chunk))
      if (isHeard) {
        const asked = { ...chunk, cancelAskedAt: this.#deps.clock.now() }
        await this.#deps.stores.chunks.update(asked)
        this.#paces.delete(chunk.id)
        return this.#look(asked, batch, service)
      }
    }
    const look = await service.look(job, askingFor(chunk))
    if (look.kind === 'working' || (look.kind === 'failed' && look.isPassing)) return
    if (look.kind === 'failed') return this.#lose(chunk, batch, look.failure.message)
    const pace = this.#paceOf(chunk)
    try {
      const ending = this.#ending(batch)
      await this.#end(chunk, await collectChunk(chunk, look.job, service, ending, this.#deps))
    } catch (error) {
      pace.fetches += 1
      if (pace.fetches < limits.maxFetches) throw error
      await this.#lose(chunk, batch, error instanceof Error ? error.message : String(error))
    }
  }

  /** Lines that were never sent. */
  async #giveBack(chunk: Chunk, batch: Batch): Promise<void> {
    const unsent = failure('cancelled', 'not handed in to the batch service', { billed: false })
    await this.#end(chunk, await failChunk(chunk, unsent, this.#ending(batch), this.#deps))
  }

  /** Lines that were perhaps made, and are paid then. */
  async #lose(chunk: Chunk, batch: Batch, reason: string): Promise<void> {
    const lost = failure('timeout_unknown', `the batch service lost it: ${reason}`)
    await this.#end(chunk, await failChunk(chunk, lost, this.#ending(batch), this.#deps))
  }

  async #end(chunk: Chunk, sums: ChunkSums): Promise<void> {
    await this.#deps.stores.chunks.update({ ...chunk, state: 'ended', sums })
    this.#paces.delete(chunk.id)
  }
}
