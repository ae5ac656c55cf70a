import type { GateRefusalMode, RefusalMode } from '../core/request/image-request.ts'
import { defaultRepeatRule, type RepeatRule } from '../core/request/repeat-rule.ts'
import { defaultHedgeRule, type HedgeRule } from '../core/routing/hedge-rule.ts'

/** What the operator decided about the way of requests; a request may say otherwise. */
export interface RoutingRules {
  readonly onPolicyRefusal: RefusalMode
  readonly onGateRefusal: GateRefusalMode
  readonly repeats: RepeatRule
  /** Whether all pictures of a group come from one model, unless a request says otherwise. */
  readonly isConsistent: boolean
  /** Whether lines of batches may go to the batch services of providers. */
  readonly usesBatchServices: boolean
  /** Why a provider may not see requests; undefined when it may. */
  readonly dataPolicy?: (provider: string) => string | undefined
  readonly previews: {
    /** Share of the picture's own price that a draft in place of partial images may cost. */
    readonly mostShare: number
  }
  readonly hedge: HedgeRule & {
    /** Whether requests that say nothing about it are hedged. */
    readonly isDefault: boolean
  }
}

/**
 * What holds when nobody says anything: one offer at a time, none after a refusal of content, and
 * the best of what gates refused.
 */
export const defaultRoutingRules: RoutingRules = {
  onPolicyRefusal: 'stop',
  onGateRefusal: 'deliver',
  repeats: defaultRepeatRule,
  isConsistent: false,
  usesBatchServices: true,
  previews: { mostShare: 0.1 },
  hedge: { ...defaultHedgeRule, isDefault: false },
}
