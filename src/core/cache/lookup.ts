import type { Nano } from '../money.ts'
import { upperBound } from '../statistics/binomial-bound.ts'
import type { Instant } from '../time.ts'

/** How a picture was found; the surest first. */
export const cacheTiers = ['exact', 'normalised', 'phash', 'semantic'] as const
/** See {@link cacheTiers}. */
export type CacheTier = (typeof cacheTiers)[number]

/**
 * What a look-up came to: a tier, nothing, or a semantic hit that was made anew to be compared.
 */
export type LookupResult = CacheTier | 'miss' | 'check'

/** One picture that the cache gave, or a request that it gave none. */
export interface CacheLookup {
  readonly requestId: string
  /** Place among the pictures of the request. */
  readonly position: number
  readonly tenant: string
  readonly result: LookupResult
  readonly imageId?: string
  readonly similarity?: number
  /** What the router would have paid for it at that moment. */
  readonly savedNano: Nano
  readonly latencyMs: number
  /** How old the picture was. */
  readonly ageMs: number
  readonly at: Instant
}

/** Sums of look-ups of one result. */
export interface TierSums {
  readonly result: LookupResult
  readonly lookups: number
  readonly accepted: number
  readonly rejected: number
  /** Without those that were rejected. */
  readonly savedNano: Nano
  /** What rejected hits would have cost to make: nothing was saved, and the time is lost. */
  readonly lostNano: Nano
  readonly latencyMs: number
  readonly ageMs: number
}

/** One tier of the report. */
export interface TierReport extends TierSums {
  /** Share of all pictures and misses that this tier answered. */
  readonly hitRate: number
  /** Of hits that somebody judged. */
  readonly wrongRate: number
  /** 95 % Clopper-Pearson bound of it; 1 while nobody judged any. */
  readonly wrongUpper95: number
  readonly meanLatencyMs: number
  readonly meanAgeMs: number
}

/** Makes rates of sums; a tier that never answered has a line too. */
export function reportTiers(sums: readonly TierSums[]): readonly TierReport[] {
  const all = sums.reduce((total, { lookups }) => total + lookups, 0)
  return [...cacheTiers, 'check' as const, 'miss' as const].map((result) => {
    const found = sums.find((each) => each.result === result) ?? { ...nothing, result }
    const { lookups, accepted, rejected } = found
    const judged = accepted + rejected
    return {
      ...found,
      hitRate: share(lookups, all),
      wrongRate: share(rejected, judged),
      wrongUpper95: upperBound(rejected, judged),
      meanLatencyMs: share(found.latencyMs, lookups),
      meanAgeMs: share(found.ageMs, lookups),
    }
  })
}

const nothing: Omit<TierSums, 'result'> = {
  ...{ lookups: 0, accepted: 0, rejected: 0 },
  ...{ savedNano: 0n, lostNano: 0n, latencyMs: 0, ageMs: 0 },
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)
