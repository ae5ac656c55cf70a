import type { ImageRecord } from '../core/jobs/request-record.ts'
import type { ImageFormat } from '../core/request/image-request.ts'
import type { RetentionRule } from '../core/storage/retention.ts'
import type { StoredDay } from '../core/storage/storage-cost.ts'
import type { Instant } from '../core/time.ts'

/** A picture that was scaled or converted for somebody to look at. */
export interface Rendition {
  /** Digest of the picture that it was made of. */
  readonly source: string
  readonly width: number
  readonly format: ImageFormat
  readonly digest: string
  readonly byteLength: number
  readonly createdAt: Instant
}

/** What is stored, as one sum. */
export interface StoredSum {
  readonly pictures: number
  /** Each content once, with originals, renditions and files; uploads are not among them. */
  readonly bytes: number
}

/** Bytes that were sent in a month, `2026-11`. */
export interface MonthTraffic {
  readonly month: string
  readonly bytes: number
}

/** What the database knows of stored pictures beside what made them. */
export interface KeptPictures {
  rendition(wanted: Pick<Rendition, 'source' | 'width' | 'format'>): Promise<Rendition | undefined>
  /** One that is there stays. */
  addRendition(rendition: Rendition): Promise<void>
  /** All pictures in the order of their ids, from behind one on; removed ones among them. */
  list(query: { readonly after: string; readonly limit: number }): Promise<readonly ImageRecord[]>
  /** Pictures that a rule lets go now, oldest first; never those that the cache has pinned. */
  due(query: {
    readonly rule: RetentionRule
    readonly now: Instant
    readonly limit: number
  }): Promise<readonly ImageRecord[]>
  /**
   * Marks pictures as removed and takes them out of the cache; their records stay.
   * @returns digests that no other picture needs, renditions among them: their bytes may go.
   */
  remove(ids: readonly string[]): Promise<readonly string[]>
  /** Marks a picture whose bytes the store lost, and takes it out of the cache. */
  markLost(id: string): Promise<void>
  /** Takes that back: its bytes are there again. */
  markFound(id: string): Promise<void>
  /** Lets go of an original that the store lost; what was made of it and is served stays. */
  forgetOriginal(id: string): Promise<void>
  stored(): Promise<StoredSum>
  /** Adds a look at what is stored to those of its day. */
  noteStored(look: StoredDay): Promise<void>
  /** The last days on which somebody looked, oldest first, with the mean of the looks. */
  storedDays(limit: number): Promise<readonly StoredDay[]>
  addTraffic(traffic: MonthTraffic): Promise<void>
  /** Newest first. */
  traffic(limit: number): Promise<readonly MonthTraffic[]>
}
