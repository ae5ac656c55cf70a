import type { RefusalMode } from '../core/request/image-request.ts'
import { defaultHedgeRule, type HedgeRule } from '../core/routing/hedge-rule.ts'

/** What the operator decided about the way of requests; a request may say otherwise. */
export interface RoutingRules {
  readonly onPolicyRefusal: RefusalMode
  readonly hedge: HedgeRule & {
    /** Whether requests that say nothing about it are hedged. */
    readonly isDefault: boolean
  }
}

/** What holds when nobody says anything: one offer at a time, and none after a refusal. */
export const defaultRoutingRules: RoutingRules = {
  onPolicyRefusal: 'stop',
  hedge: { ...defaultHedgeRule, isDefault: false },
}
