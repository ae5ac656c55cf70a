import type { Chunk } from '../core/jobs/chunk.ts'

/** Chunks of batches; who drives a batch drives its chunks. */
export interface ChunkStore {
  /** Writes a new chunk, or the lines of one that nobody has begun to hand in. */
  write(chunk: Chunk): Promise<void>
  /** Replaces what is known of a chunk; one that has ended stays as it is. */
  update(chunk: Chunk): Promise<void>
  /** The chunks of a batch, oldest first. */
  ofBatch(batchId: string): Promise<readonly Chunk[]>
}
