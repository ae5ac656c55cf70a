import type { Alert } from '../core/alerts/alert.ts'
import type { Instant } from '../core/time.ts'

/** An alert as it is remembered. */
export interface StoredAlert extends Alert {
  readonly id: string
  readonly lastAt: Instant
  /** How often it was raised. */
  readonly seen: number
  /** Absent while it waits for the end of a quiet time. */
  readonly toldAt?: Instant
  readonly resolvedAt?: Instant
}

/** What was alarming, over all replicas: one of them tells of it. */
export interface AlertStore {
  /**
   * Notes an alert; one that is open already is only counted.
   * @returns whether the caller is to tell of it now.
   */
  raise(
    alert: Alert,
    order: {
      readonly id: string
      /** An open alert that was told before this instant is told again. */
      readonly toldBefore: Instant
      /** It waits, however long it was not told. */
      readonly isQuiet: boolean
    },
  ): Promise<boolean>
  /**
   * Ends an open alert.
   * @returns whether it was open, and somebody was told of it.
   */
  resolve(openKey: string, at: Instant): Promise<boolean>
  /** Those that waited for the end of a quiet time and are still open; each is given once. */
  takeHeld(now: Instant, token: string): Promise<readonly StoredAlert[]>
  /** Open alerts of some kinds. */
  open(kinds: readonly Alert['kind'][]): Promise<readonly StoredAlert[]>
  /** Newest first; `after` is the id of the last one seen. */
  list(query: {
    readonly limit: number
    readonly after?: string
    readonly kind?: Alert['kind']
    readonly isOpen?: boolean
  }): Promise<readonly StoredAlert[]>
}
