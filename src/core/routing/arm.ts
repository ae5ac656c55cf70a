import type { Belief } from '../acceptance/posterior.ts'
import type { Nano } from '../money.ts'

/** One way to make the picture: an offer with its settings. Its price is known, never learned. */
export interface Arm {
  /** `provider/model` and settings; names the arm in explanations. */
  readonly name: string
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
}

/**
 * Nano-dollars as a number, for expectations: they are no money that is booked, so a double will
 * do. Exact up to nine million dollars.
 */
export type ExpectedNano = number

/** The parts of an attempt together, with the caller's waiting at so much a second. */
export function attemptCost(arm: Arm, secondNano: ExpectedNano): ExpectedNano {
  const { priceNano, moderationNano = 0n, storageNano = 0n, egressNano = 0n } = arm.cost
  const paid = Number(priceNano + moderationNano + storageNano + egressNano)
  return paid + secondNano * meanOf(arm.seconds)
}

const meanOf = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / Math.max(1, numbers.length)
