import { makeId } from '../core/ids.ts'
import type { Batch } from '../core/jobs/batch.ts'
import type { Chunk } from '../core/jobs/chunk.ts'
import type { Fact } from '../core/jobs/request-record.ts'
import { openLine, type ServiceLine } from './chunk-lines.ts'
import type { Dependencies } from './dependencies.ts'
import type { Enqueued } from './to-queued.ts'

/** A chunk that takes more lines. */
interface OpenChunk {
  /** As it is written; undefined until it is. */
  written: Chunk | undefined
  chunk: Chunk
  bytes: number
}

/**
 * Puts lines together that one batch of a provider can hold: those of one offer and operation. A
 * chunk grows from one group of lines to the next until it is full, and each time it is written
 * before the lines are, so that no line is ever without one.
 */
export class ChunkFiller {
  readonly #batch: Batch
  readonly #deps: Dependencies
  readonly #open = new Map<string, OpenChunk>()
  /** Those that have lines of this group, full ones too. */
  readonly #touched = new Set<OpenChunk>()
  #asked: Enqueued[] = []
  #facts: Fact[] = []

  constructor(batch: Batch, deps: Dependencies) {
    this.#batch = batch
    this.#deps = deps
  }

  /** What begins the lines of this group. */
  get facts(): readonly Fact[] {
    return this.#facts
  }

  /** The lines of this group as the queue takes them. */
  get asked(): readonly Enqueued[] {
    return this.#asked
  }

  /** Adds a line to this group. */
  async add(line: ServiceLine): Promise<void> {
    const open = this.#roomFor(line)
    const { facts, ...opened } = await openLine(line, open.chunk, this.#batch, this.#deps)
    open.chunk = { ...open.chunk, lines: [...open.chunk.lines, opened] }
    open.bytes += line.bytes
    this.#touched.add(open)
    this.#facts.push(...facts)
    this.#asked.push(line.asked)
  }

  /** Writes down which lines the chunks of this group have; the lines come next. */
  async write(): Promise<void> {
    for (const { chunk } of this.#touched) await this.#deps.stores.chunks.write(chunk)
  }

  /** The lines of this group are written: the next one begins. */
  keep(): void {
    for (const open of this.#touched) open.written = open.chunk
    this.#clear()
  }

  /** The lines of this group went elsewhere. */
  async undo(): Promise<void> {
    for (const open of this.#touched) {
      open.chunk = { ...open.chunk, lines: open.written?.lines ?? [] }
      await this.#deps.stores.chunks.write(open.chunk)
    }
    this.#open.clear()
    this.#clear()
  }

  #clear(): void {
    this.#touched.clear()
    this.#facts = []
    this.#asked = []
  }

  #roomFor({ offer: { candidate, service }, bytes }: ServiceLine): OpenChunk {
    const name = `${candidate.offer} ${candidate.fit.operation}`
    const { limits } = service
    const found = this.#open.get(name)
    const hasRoom =
      found !== undefined &&
      found.chunk.lines.length < limits.lines &&
      found.bytes + bytes <= limits.bytes
    if (hasRoom) return found
    const { clock, random } = this.#deps
    const now = clock.now()
    const { offer, model } = candidate
    const provider = this.#deps.snapshot().providers.get(model.provider)
    const { typicalSeconds } = model
    const to = provider && { provider, offer, typicalSeconds }
    const credential = to && this.#deps.traffic.assignBatch(to)
    const chunk: Chunk = {
      ...{ id: makeId('chk', random.bytes(16), now), batchId: this.#batch.id, state: 'written' },
      ...{ createdAt: now, offer, lines: [] },
      ...(credential === undefined ? {} : { credential }),
    }
    const opened = { written: undefined, chunk, bytes: 0 }
    this.#open.set(name, opened)
    return opened
  }
}
