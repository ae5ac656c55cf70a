import type { JsonObject } from '../json.ts'
import type { Nano } from '../money.ts'
import type { Instant } from '../time.ts'

/**
 * How far a chunk has come. Each state is written before the act it announces, as with attempts.
 */
export type ChunkState =
  /** Its lines are paid for in advance, and nothing was sent. */
  | 'written'
  /** About to be handed in, or handed in and not answered: the provider knows it by its id. */
  | 'submitting'
  /** The provider works on it. */
  | 'submitted'
  /** All its lines have ended, or went to the queue. */
  | 'ended'

/** One line in a chunk. */
export interface ChunkLine {
  readonly requestId: string
  readonly attemptId: string
}

/** What a chunk came to. */
export interface ChunkSums {
  /** Lines that ended with a picture. */
  readonly made: number
  /** Lines that went on to the queue. */
  readonly queued: number
  /** What the pictures would have cost beyond what was paid, had they been calls of their own. */
  readonly savedNano: Nano
}

/** Lines of one batch that are handed in together as one of the provider's own batches. */
export interface Chunk {
  readonly id: string
  readonly batchId: string
  /** `provider/model`, the same for all lines. */
  readonly offer: string
  /** Which of the provider's credentials it is handed in with; the only one when absent. */
  readonly credential?: string
  readonly state: ChunkState
  readonly createdAt: Instant
  readonly lines: readonly ChunkLine[]
  readonly submittingAt?: Instant
  /** The provider's batch. */
  readonly job?: JsonObject
  /** When the provider was asked to stop it. */
  readonly cancelAskedAt?: Instant
  readonly sums?: ChunkSums
}
