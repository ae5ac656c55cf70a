import type { Instant } from '../time.ts'

/** What somebody says of a picture: kept, or not. */
export interface Verdict {
  readonly imageId: string
  readonly requestId: string
  readonly tenant: string
  /** Who says so; another verdict of the same rater takes this one's place. */
  readonly rater: string
  readonly isAccepted: boolean
  /** 0 to 1, as the rater measures. */
  readonly score?: number
  readonly reason?: string
  readonly at: Instant
}

/** Limits of what may be said. */
export const verdictLimits = { maxReasonCharacters: 1_000, maxRaterCharacters: 200 } as const
