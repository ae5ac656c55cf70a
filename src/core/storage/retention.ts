/** Which pictures of an age may go; without any rule all are kept for ever. */
export interface RetentionRule {
  /** All of them, those that somebody rejected, or those that a check refused. */
  readonly only: 'all' | 'rejected' | 'refused'
  readonly olderThanMs: number
  readonly tenant?: string
}
