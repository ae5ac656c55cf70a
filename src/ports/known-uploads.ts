import type { PictureLook } from '../core/quality/measures/picture-look.ts'
import type { Instant } from '../core/time.ts'

/** What an upload looks like, under the name that cache keys have for it. */
export interface KnownUpload {
  /** Tenant or pool whose upload it was: no other one's requests are compared with it. */
  readonly owner: string
  readonly name: string
  readonly look: PictureLook
  readonly seenAt: Instant
}

/** Place of an upload in the order in which they were seen. */
export type UploadCursor = Pick<KnownUpload, 'seenAt' | 'name'>

/** Looks of uploads, shared by all replicas. */
export interface KnownUploadStore {
  /** Puts one; one that is there counts as seen now. */
  put(upload: KnownUpload): Promise<void>
  /** Uploads of an owner in their order, from behind a place on. */
  list(query: {
    readonly owner: string
    readonly after: UploadCursor
    readonly limit: number
  }): Promise<readonly KnownUpload[]>
  /** Deletes up to `limit` of those that an owner has beyond the newest `kept`, or that are old. */
  purge(query: {
    readonly kept: number
    readonly before: Instant
    readonly limit: number
  }): Promise<number>
}
