import type { Nano } from '../money.ts'
import type { Candidate } from './plan.ts'

/** When a second offer is asked while the first one is silent. */
export interface HedgeRule {
  /** Milliseconds of silence, or the 95th percentile of the offer's own latest calls. */
  readonly after: 'p95' | number
  /** Instead of a percentile that is not measured yet; without it nothing is hedged until then. */
  readonly untilMeasuredMs?: number
  /** Of what the request may cost: more is not risked on a call that cannot be cancelled. */
  readonly maxCostShare: number
}

/** After the 95th percentile about one call in twenty is made twice. The share is ours. */
export const defaultHedgeRule: HedgeRule = { after: 'p95', maxCostShare: 0.5 }

/** How long an offer may be silent; undefined when it is never hedged. */
export const silenceMs = (rule: HedgeRule, p95Ms: number | undefined): number | undefined =>
  rule.after === 'p95' ? (p95Ms ?? rule.untilMeasuredMs) : rule.after

const MILLION = 1_000_000

/**
 * Whether an offer may be asked beside a silent one: another provider, and one whose calls can be
 * taken back, or cost little enough to be lost.
 * @param budgetNano what the request may cost: the caller's limit, or else its hold.
 */
export function mayHedge(
  offers: { readonly silent: Candidate; readonly other: Candidate },
  { isCancellable, budgetNano }: { readonly isCancellable: boolean; readonly budgetNano: Nano },
  { maxCostShare }: HedgeRule,
): boolean {
  const { silent, other } = offers
  if (other.model.provider === silent.model.provider) return false
  const shareNano = (budgetNano * BigInt(Math.round(maxCostShare * MILLION))) / BigInt(MILLION)
  return isCancellable || other.quote.expectedNano <= shareNano
}
