/** What somebody said of a picture. */
export interface VerdictRow {
  readonly image_id: string
  readonly rater: string
  readonly request_id: string
  readonly tenant: string
  /** 1 or 0. */
  readonly is_accepted: bigint
  readonly score: string | null
  readonly reason: string | null
  readonly at: bigint
}
