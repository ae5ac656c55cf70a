/** What a check found, as numbers and words for receipts and logs. */
export type Measured = Readonly<Record<string, string | number | boolean | readonly string[]>>

/** What one check says about one picture. */
export interface Verdict {
  /**
   * `skipped`: the check has nothing to do with this picture. `unknown`: it has, but cannot tell,
   * for want of history or of a tool.
   */
  readonly outcome: 'passed' | 'failed' | 'skipped' | 'unknown'
  /** How well, 0 to 1; only what passed or failed has one. */
  readonly score?: number
  /** In words, for people. */
  readonly reason: string
  readonly measured: Measured
}

/** A picture that is as it should be. */
export const passed = (score: number, reason: string, measured: Measured = {}): Verdict => ({
  outcome: 'passed',
  ...{ score, reason, measured },
})

/** A picture that must not be shown for this purpose. */
export const failed = (score: number, reason: string, measured: Measured = {}): Verdict => ({
  outcome: 'failed',
  ...{ score, reason, measured },
})

/** A check that has nothing to do with the picture. */
export const skipped = (reason: string, measured: Measured = {}): Verdict => ({
  outcome: 'skipped',
  ...{ reason, measured },
})

/** A check that cannot tell. */
export const unknown = (reason: string, measured: Measured = {}): Verdict => ({
  outcome: 'unknown',
  ...{ reason, measured },
})
