/** One published picture under one cache key. */
export interface CacheRow {
  readonly cache_key: string
  readonly image_id: string
  readonly tenant: string
  readonly created_at: bigint
  readonly expires_at: bigint
  readonly quality: string | null
  readonly floor_permille: bigint | null
  /** Set while it is pinned: when it will expire after that. */
  readonly unpinned_expires_at: bigint | null
}

/** A prompt with its vector, as base64 of one byte a number. */
export interface SimilarPromptRow {
  readonly partition_key: string
  readonly lens: string
  readonly reuse_key: string
  readonly prompt: string
  readonly vector: string
  readonly created_at: bigint
  readonly expires_at: bigint
}

/** What an upload looks like, as a document. */
export interface KnownUploadRow {
  readonly owner: string
  readonly name: string
  readonly look: string
  readonly seen_at: bigint
}

/** What became of one look-up. */
export interface CacheLookupRow {
  readonly request_id: string
  readonly position: bigint
  readonly tenant: string
  readonly result: string
  readonly image_id: string | null
  readonly similarity_permille: bigint | null
  readonly saved_nano: bigint
  readonly latency_us: bigint
  readonly age_ms: bigint
  readonly at: bigint
  /** `accepted`, `rejected`, or null while nobody said. */
  readonly outcome: string | null
}

/** A scaled or converted picture. */
export interface RenditionRow {
  readonly source: string
  readonly width: bigint
  readonly format: string
  readonly digest: string
  readonly byte_length: bigint
  readonly created_at: bigint
}

/** What was sent in a month. */
export interface SentBytesRow {
  readonly month: string
  readonly bytes: bigint
}

/** What was stored on a day, summed over the times that somebody looked. */
export interface StoredDayRow {
  readonly day: string
  readonly bytes: bigint
  readonly looks: bigint
}
