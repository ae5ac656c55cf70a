import type { Delivery } from '../core/notices/delivery.ts'
import type { Destination } from '../core/notices/destination.ts'
import type { Instant } from '../core/time.ts'

/** What came of sending. */
export interface Sent {
  readonly isDelivered: boolean
  /** Status of the answer, or why there is none. */
  readonly result: number | string
  /** How long the receiver asked to wait, in milliseconds. */
  readonly retryAfterMs?: number
  /** It will never go: the address is forbidden, or nobody knows it any more. */
  readonly isHopeless?: boolean
  /** The receiver wants nothing any more. */
  readonly isGone?: boolean
}

/** Carries notices to where they go, in the form that is understood there. */
export interface Courier {
  /** Never rejects: what failed is told. */
  send(
    parcel: { readonly delivery: Delivery; readonly destination?: Destination },
    signal: AbortSignal,
  ): Promise<Sent>
  /** Lets connections go. */
  close(): Promise<void>
}

/** The secrets that sign. They are worked out from one that all replicas share, never stored. */
export interface WebhookSecrets {
  /** Those that sign now, the newest first: two while a rotation lasts. */
  of(destination: Destination, now: Instant): readonly string[]
  /** The one for addresses that requests name. */
  ofTenant(tenant: string): string
}
