import type { Belief } from '../acceptance/posterior.ts'
import type { Nano } from '../money.ts'

/** One way to make the picture: an offer with its settings. Its price is known, never learned. */
export interface Arm {
  /** `provider/model` and settings; names the arm in explanations. */
  readonly name: string
  /** The same without its settings. */
  readonly offer: string
  readonly provider: string
  readonly cost: AttemptCost
  readonly belief: Belief
  /** Standard deviations above the mean at which it is worth a try; see `optimismFor`. */
  readonly optimism?: number
  /** Seconds of calls alike, in no order; never empty, see `secondsOf`. */
  readonly seconds: readonly number[]
}

/** What one attempt costs beside the gate and the caller's waiting, part by part. */
export interface AttemptCost {
  /** The provider's price with its markup. */
  readonly priceNano: Nano
  readonly moderationNano?: Nano
  readonly storageNano?: Nano
  readonly egressNano?: Nano
}

/** The check between two attempts. */
export interface Gate {
  /** α: P(pass given good). */
  readonly passGood: number
  /** β: P(pass given bad). */
  readonly passBad: number
  readonly costNano: Nano
  readonly seconds: number
  /** Somebody wants nothing that was not looked at, whatever that costs. */
  readonly isRequired?: boolean
}

/**
 * Nano-dollars as a number, for expectations: they are no money that is booked, so a double will
 * do. Exact up to nine million dollars.
 */
export type ExpectedNano = number

/**
 * The parts of an attempt together, with the caller's waiting at so much a second.
 * @example ten seconds of a function with 2 GB at $0.0000166667 a GB-second: $0.000333
 */
export function attemptCost(
  cost: AttemptCost,
  secondNano: ExpectedNano,
  seconds: number,
): ExpectedNano {
  const { priceNano, moderationNano = 0n, storageNano = 0n, egressNano = 0n } = cost
  return Number(priceNano + moderationNano + storageNano + egressNano) + secondNano * seconds
}
