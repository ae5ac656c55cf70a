import type { JsonObject } from '../json.ts'
import type { Instant } from '../time.ts'
import type { Priority } from './queue-place.ts'

/** What a batch asks for, line by line. */
export const batchEndpoints = ['/v1/images/generations', '/v1/images/edits'] as const
/** See {@link batchEndpoints}. */
export type BatchEndpoint = (typeof batchEndpoints)[number]

/** Limits of a batch: those of OpenAI's (platform guide "Batch API", read 2026-11-20). */
export const batchLimits = { lines: 50_000, fileBytes: 200 * 1024 * 1024 } as const

/** The tag that all lines of a batch have; its value is the id of the batch. */
export const BATCH_TAG = 'batch'

/** The scope of budgets that count one batch and nothing else. */
export const batchScope = (id: string): string => `tag:${BATCH_TAG}=${id}`

/** States of a batch, in OpenAI's words. */
export type BatchState =
  | 'validating'
  | 'in_progress'
  | 'finalizing'
  | 'completed'
  | 'failed'
  | 'expired'
  | 'cancelling'
  | 'cancelled'

/** What is wrong with a line of an input file, or with the file. */
export interface BatchFault {
  readonly code: string
  /** Counted from 1; absent when it is the whole file. */
  readonly line?: number
  readonly message: string
  readonly param?: string
}

/** What a batch was made with; it never changes. */
export interface BatchTerms {
  readonly endpoint: BatchEndpoint
  readonly inputFileId: string
  /** As it was written: `24h`. */
  readonly window: string
  readonly priority: Priority
  readonly metadata?: Readonly<Record<string, string>>
  /** Where its links lead. */
  readonly baseUrl: string
  /** How long its files are kept. */
  readonly outputTtlMs?: number
}

/** When which state was reached, and what validation found. */
export interface BatchProgress {
  readonly inProgressAt?: Instant
  readonly finalizingAt?: Instant
  readonly expiredAt?: Instant
  readonly faults?: readonly BatchFault[]
}

/** Many requests in one file, made in the background. Its lines are jobs of the queue. */
export interface Batch {
  readonly id: string
  readonly tenant: string
  readonly keyId: string
  readonly state: BatchState
  readonly createdAt: Instant
  /** Lines that have not been made by then are not made any more. */
  readonly expiresAt: Instant
  readonly cancellingAt?: Instant
  readonly endedAt?: Instant
  /** Lines; 0 until they are counted. */
  readonly total: number
  readonly outputFileId?: string
  readonly errorFileId?: string
  /** As `QueuePlace.fence`: who drives the batch has the last number. */
  readonly fence: number
  readonly terms: BatchTerms
  readonly progress: BatchProgress
}

/** A file of a tenant: lines for a batch, or what came of one. Its bytes lie in the image store. */
export interface StoredFile {
  readonly id: string
  readonly tenant: string
  readonly purpose: 'batch' | 'batch_output'
  readonly filename: string
  readonly digest: string
  readonly byteLength: number
  readonly createdAt: Instant
  readonly expiresAt?: Instant
}

/** Which state a batch ends in, once none of its lines runs any more. */
export const endStateOf = ({ cancellingAt, progress }: Batch): BatchState => {
  if (cancellingAt !== undefined) return 'cancelled'
  return progress.expiredAt === undefined ? 'completed' : 'expired'
}

/** Terms and progress hold nothing but what JSON holds. */
export const toBatchJson = (part: BatchTerms | BatchProgress): JsonObject =>
  part as unknown as JsonObject
