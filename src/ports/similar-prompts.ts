import type { UnitVector } from '../core/cache/similarity/unit-vector.ts'
import type { Instant } from '../core/time.ts'

/** A prompt whose pictures may stand for those of prompts that are near. */
export interface SimilarPrompt {
  /** Digest of everything that must be equal before prompts are compared. */
  readonly partition: string
  /** What made the vector: those of another lens cannot be compared. */
  readonly lens: string
  /** Reuse key that its pictures are cached under. */
  readonly key: string
  readonly prompt: string
  readonly vector: UnitVector
  readonly createdAt: Instant
  readonly expiresAt: Instant
}

/** Place of a prompt in the order in which they came. */
export type PromptCursor = Pick<SimilarPrompt, 'createdAt' | 'key'>

/** Prompts with their vectors, shared by all replicas; each keeps what it uses in memory. */
export interface SimilarPromptStore {
  /** Puts a prompt; one that is there lives as long as the longer of the two. */
  put(prompt: SimilarPrompt): Promise<void>
  /** Prompts of a partition in their order, from behind a place on. */
  list(query: {
    readonly partition: string
    readonly lens: string
    readonly after: PromptCursor
    readonly limit: number
  }): Promise<readonly SimilarPrompt[]>
  /** The prompt under a key. */
  promptOf(place: Pick<SimilarPrompt, 'partition' | 'lens' | 'key'>): Promise<string | undefined>
  /** Deletes up to `limit` that have expired; returns how many went. */
  purge(now: Instant, limit: number): Promise<number>
}
