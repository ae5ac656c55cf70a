import type { UnitVector } from '../core/cache/similarity/unit-vector.ts'

/** What was found near a vector. */
export interface Neighbour {
  readonly key: string
  /** Cosine, -1 to 1. */
  readonly similarity: number
}

/**
 * Vectors in memory, in partitions that never meet: who asks in one is answered from that one.
 * A partition whose vectors are of one length takes no others.
 */
export interface SimilarityIndex {
  /** Adds a vector; one that is there under the key stays. */
  add(partition: string, key: string, vector: UnitVector): void
  remove(partition: string, key: string): void
  /**
   * The nearest ones, nearest first. Never keeps the main thread for more than 5 ms at once.
   */
  nearest(partition: string, vector: UnitVector, limit: number): Promise<readonly Neighbour[]>
  /** Vectors in a partition. */
  size(partition: string): number
}
