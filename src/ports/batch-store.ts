import type { Batch, StoredFile } from '../core/jobs/batch.ts'
import type { ToldNotice } from '../core/notices/delivery.ts'
import type { Instant } from '../core/time.ts'

/** What the driver of a batch may change of it. */
export type BatchChange = Partial<
  Pick<Batch, 'state' | 'endedAt' | 'total' | 'outputFileId' | 'errorFileId' | 'progress'>
>

/** Batches, and who drives them. */
export interface BatchStore {
  create(batch: Batch): Promise<void>
  /** Undefined for an unknown batch and for another tenant's alike. */
  batch(id: string, tenant: string): Promise<Batch | undefined>
  /** Newest first; `after` is the id of the last one seen. */
  list(query: {
    readonly tenant: string
    readonly limit: number
    readonly after?: string
  }): Promise<readonly Batch[]>
  /** Notes that a batch is to be cancelled; false when it has ended, or nearly so. */
  cancel(id: string, at: Instant): Promise<boolean>
  /** Takes unfinished batches whose lease has run out; two callers never get the same one. */
  claim(claim: {
    readonly owner: string
    readonly now: Instant
    readonly leaseUntil: Instant
    readonly limit: number
    readonly id?: string
  }): Promise<readonly Batch[]>
  /** Extends leases of `owner`. */
  renew(lease: {
    readonly owner: string
    readonly ids: readonly string[]
    readonly leaseUntil: Instant
  }): Promise<void>
  /**
   * Changes a batch, and keeps the files that it ended with; without the change they are forgotten.
   * What is told of it is written with the change.
   * @returns false when another process drives it by now, or it has ended.
   */
  update(
    batch: Pick<Batch, 'id' | 'fence'>,
    change: BatchChange,
    files?: readonly StoredFile[],
    told?: ToldNotice,
  ): Promise<boolean>
}
