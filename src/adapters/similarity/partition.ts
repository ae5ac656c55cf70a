import type { UnitVector } from '../../core/cache/similarity/unit-vector.ts'
import type { Neighbour } from '../../ports/similarity-index.ts'

/** The vectors of one partition, searched in one way. */
export interface Partition {
  readonly size: number
  add(key: string, vector: UnitVector): void
  remove(key: string): void
  nearest(vector: UnitVector, limit: number): Promise<readonly Neighbour[]>
  /** Its vectors, to be put into a partition of another kind. */
  entries(): Iterable<readonly [string, UnitVector]>
}
