import type { Nano } from '../money.ts'
import { callerCompute, type WaitingRate } from '../pricing/strategies/index.ts'

/** What waiting for an offer's answer is expected to cost the caller, beside its price. */
export interface Waiting {
  readonly seconds: number
  readonly costNano: Nano
}

/**
 * What a wait costs. The calls of one step run side by side, so one wait stands for all of them. It
 * decides between offers and is never charged, held or booked.
 * @returns undefined when the rate or the time is none.
 * @example 2 GB at $0.0000166667 for 10 seconds = $0.000333334
 */
export function waitingFor(rate: WaitingRate, seconds: number): Waiting | undefined {
  const cost = callerCompute(rate, seconds)
  return cost.ok ? { seconds, costNano: cost.value } : undefined
}
