import { type Budget, budgetName, toldLimit } from '../budgets/budget.ts'
import { dollarsFromNano } from '../money.ts'
import type { Instant } from '../time.ts'
import type { Alert, AlertKind, NewsKind } from './alert.ts'

/** What was not found for so long is over; a figure that lies at its limit must not flap. */
const UNFOUND_MS = 2 * 3_600_000
/** What single calls tell, or a process that may have died, is over after a day without another. */
const UNSEEN_MS = 24 * 3_600_000

/** An alert that is open, and when it was raised last. */
export type OpenAlert = Alert & { readonly lastAt: Instant }

/** What is known now of what may be over. */
export interface AlertTruths {
  readonly now: Instant
  /** Whether a look finds it now. */
  readonly isFound: (alert: Alert) => boolean
  readonly budgets: readonly Budget[]
  /** Webhooks that are disabled. */
  readonly disabled: ReadonlySet<string>
  /** Price sources whose last look failed. */
  readonly failing: ReadonlySet<string>
  /** Offers of which a price change waits for somebody. */
  readonly held: ReadonlySet<string>
}

type Rule = (alert: OpenAlert, truths: AlertTruths) => boolean

const isUnfound: Rule = (alert, { now, isFound }) =>
  !isFound(alert) && now - alert.lastAt >= UNFOUND_MS

const isUnseen: Rule = ({ lastAt }, { now }) => now - lastAt >= UNSEEN_MS

/** Of the window, or of the limit, that it was told of: what is spent stays spent. */
const isPast: Rule = ({ data }, { now, budgets }) => {
  const { budget: name, percent, limit, resets_at: resetsAt } = data
  if (typeof resetsAt === 'number' && resetsAt <= now) return true
  const budget = budgets.find((each) => budgetName(each) === name)
  const whole = budget === undefined ? undefined : toldLimit(budget, Number(percent))
  return whole === undefined || dollarsFromNano(whole) !== limit
}

/** How each kind ends that lasts. A kind without a rule does not compile. */
const rules: { readonly [Kind in Exclude<AlertKind, NewsKind>]: Rule } = {
  cost_per_accepted: isUnfound,
  cost_drift: isUnfound,
  acceptance_drop: isUnfound,
  cache_hit_drop: isUnfound,
  // The next of its days tells it anew; the last one ends with the model.
  model_shutdown: (alert, { isFound }) => !isFound(alert),
  billing_drift: isUnseen,
  zero_cost: isUnseen,
  unknown_outcome: isUnseen,
  cost_anomaly: isUnseen,
  provider_down: isUnseen,
  latency_exceeded: isUnseen,
  feed_stale: ({ subject }, { failing }) => !failing.has(subject),
  price_held: ({ subject }, { held }) => !held.has(subject),
  webhook_disabled: ({ subject }, { disabled }) => !disabled.has(subject),
  budget_threshold: isPast,
  budget_exceeded: isPast,
}

/** The kinds that last until something ends them. */
export const lastingKinds = Object.keys(rules) as readonly (keyof typeof rules)[]

/** Whether an open alert is over by itself, as far as is known now. */
export const isOver: Rule = (alert, truths) =>
  alert.kind in rules && rules[alert.kind as keyof typeof rules](alert, truths)
