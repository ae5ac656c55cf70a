import type { Nano } from '../../money.ts'
import type { Instant } from '../../time.ts'
import type { PriceChange } from './price-change.ts'

/** What a purpose is called whose requests name none. */
export const NO_PURPOSE = '(none)'

/** One purpose whose requests go elsewhere since a change. */
export interface Reroute {
  readonly purpose: string
  /** `provider/model` that was chosen before, and is chosen now; null = none could be called. */
  readonly from: string | null
  readonly to: string | null
  /** Recent requests of the purpose that were planned anew, and how many of them go elsewhere. */
  readonly requests: number
  readonly moved: number
}

/** What a change of prices means for the own traffic. Estimates, from calls of the last 30 days. */
export interface PriceImpact {
  /** Calls to the offer in the last 30 days, and how many of them were priced anew. */
  readonly calls: number
  readonly sampled: number
  /** Dollars a month that the same calls would cost more (less, when negative), in nano-dollars. */
  readonly monthlyNano: Nano
  /** Purposes that are routed elsewhere since. */
  readonly reroutes: readonly Reroute[]
}

/** A change as it is kept: a fact that never changes afterwards. */
export interface RecordedChange {
  readonly change: PriceChange
  /** Null where there is nothing to compare, such as a first price. */
  readonly impact: PriceImpact | null
  readonly recordedAt: Instant
}
