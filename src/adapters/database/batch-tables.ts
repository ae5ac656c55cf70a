/** A file; its bytes lie in the image store, under their digest. */
export interface FileRow {
  readonly id: string
  readonly tenant: string
  readonly purpose: string
  readonly filename: string
  readonly digest: string
  readonly byte_length: bigint
  readonly created_at: bigint
  readonly expires_at: bigint | null
}

/** A batch; `terms` and `progress` are documents. */
export interface BatchRow {
  readonly id: string
  readonly tenant: string
  readonly key_id: string
  readonly state: string
  readonly created_at: bigint
  readonly expires_at: bigint
  readonly cancelling_at: bigint | null
  readonly ended_at: bigint | null
  readonly total: bigint
  readonly output_file_id: string | null
  readonly error_file_id: string | null
  readonly lease_owner: string | null
  readonly lease_until: bigint | null
  readonly fence: bigint
  readonly terms: string
  readonly progress: string
}

/** Lines of a batch at a provider's own batch service; the rest of it is a document. */
export interface ChunkRow {
  readonly id: string
  readonly batch_id: string
  readonly state: string
  readonly created_at: bigint
  readonly document: string
}
