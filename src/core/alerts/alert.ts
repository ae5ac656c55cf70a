import type { JsonObject } from '../json.ts'
import type { Severity } from '../notices/notice.ts'
import type { Instant } from '../time.ts'

/** What alerts are about. On the wire they are events of type `alert.<kind>`, or as named here. */
export const alertKinds = [
  'price_changed',
  'price_held',
  'feed_stale',
  'billing_drift',
  'zero_cost',
  'unknown_outcome',
  'provider_down',
  'provider_up',
  'latency_exceeded',
  'latency_recovered',
  'cost_per_accepted',
  'cost_drift',
  'acceptance_drop',
  'cache_hit_drop',
  'cost_anomaly',
  'model_shutdown',
  'budget_threshold',
  'budget_exceeded',
  'webhook_disabled',
  'recovered',
] as const
/** See {@link alertKinds}. */
export type AlertKind = (typeof alertKinds)[number]

/** Kinds that tell of an instant: they are over when they are told. */
export const newsKinds = [
  ...(['price_changed', 'provider_up', 'latency_recovered', 'recovered'] as const),
] as const satisfies readonly AlertKind[]
/** See {@link newsKinds}. */
export type NewsKind = (typeof newsKinds)[number]

/** Whether an alert is over when it is told. */
export const isNews = ({ kind }: Pick<Alert, 'kind'>): boolean =>
  newsKinds.some((news) => news === kind)

/** Something a person should hear of. */
export interface Alert {
  readonly kind: AlertKind
  /** `info` is news; `warning` wants a look; `critical` costs money or pictures now. */
  readonly severity: Severity
  /** What it is about: an offer, a provider, a source. Equal alerts are told once in a while. */
  readonly subject: string
  /** One sentence. */
  readonly text: string
  readonly at: Instant
  /** The facts, for machines. Dollars are decimal strings. */
  readonly data: JsonObject
  /** Id of the fact it tells: it is told once, however many notice it. */
  readonly fact?: string
  /** Whose it is; absent for what concerns the operator alone. */
  readonly tenant?: string
  /** What this is the end of, by its open key: told only when that was. */
  readonly ends?: string
}

/** What is told apart: of each there is no more than one open alert. */
export const openKeyOf = ({ kind, subject, fact }: Pick<Alert, 'kind' | 'subject' | 'fact'>) =>
  `${kind}\n${fact ?? subject}`

/** The event's name in webhooks: those that other tools know have names of their own. */
export const eventTypeOf = ({ kind }: Pick<Alert, 'kind'>): string => {
  switch (kind) {
    case 'price_changed':
      return 'price.changed'
    case 'provider_down':
      return 'provider.down'
    case 'provider_up':
      return 'provider.up'
    case 'latency_exceeded':
      return 'latency.exceeded'
    case 'cost_drift':
      return 'cost_per_accepted.drift'
    case 'budget_threshold':
      return 'budget.threshold'
    case 'budget_exceeded':
      return 'budget.exceeded'
    default:
      return `alert.${kind}`
  }
}

/** Filters of who wants alerts and no news of pictures. */
export const alertPatterns: readonly string[] = [
  ...['price.*', 'budget.*', 'latency.*', 'cost_per_accepted.*', 'provider.*', 'alert.*'],
]
