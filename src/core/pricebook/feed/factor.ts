import type { ReferenceQuotes } from './reference-quote.ts'

/** How many times the old price the new one is, over all requests that both can price. */
export interface Factor {
  /** The least ratio of new to old. */
  readonly low: number
  /** The greatest ratio of new to old. */
  readonly high: number
  /** How many ratios there were. */
  readonly compared: number
}

/** Ratios are for thresholds and for people; no money is computed with them. */
const SCALE = 1_000_000_000n

/**
 * Compares two tariffs at the reference requests; undefined when no request has both prices. A new
 * price of zero is the ratio 0, an old one of zero says nothing.
 */
export function factorOf(before: ReferenceQuotes, after: ReferenceQuotes): Factor | undefined {
  const ratios: number[] = []
  for (const [id, old] of before) {
    const now = after.get(id)
    if (now === undefined || old <= 0n) continue
    ratios.push(Number((now * SCALE) / old) / Number(SCALE))
  }
  return factorFrom(ratios)
}

/** The range of some ratios; undefined when there is none. */
export function factorFrom(ratios: readonly number[]): Factor | undefined {
  if (ratios.length === 0) return undefined
  return { low: Math.min(...ratios), high: Math.max(...ratios), compared: ratios.length }
}

/** Whether two prices are the same but for a share of the smaller one. */
export const isWithin = (factor: Factor, share: number): boolean =>
  factor.high <= 1 + share && factor.low >= 1 / (1 + share)
