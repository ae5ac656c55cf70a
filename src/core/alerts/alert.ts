import type { JsonObject } from '../json.ts'
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
] as const
/** See {@link alertKinds}. */
export type AlertKind = (typeof alertKinds)[number]

/** Something a person should hear of. */
export interface Alert {
  readonly kind: AlertKind
  /** `info` is news; `warning` wants a look; `critical` costs money or pictures now. */
  readonly severity: 'info' | 'warning' | 'critical'
  /** What it is about: an offer, a provider, a source. Equal alerts are told once in a while. */
  readonly subject: string
  /** One sentence. */
  readonly text: string
  readonly at: Instant
  /** The facts, for machines. Dollars are decimal strings. */
  readonly data: JsonObject
}

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
    default:
      return `alert.${kind}`
  }
}
