import type { JsonObject } from '../json.ts'
import type { Instant } from '../time.ts'
import type { Notice } from './notice.ts'

/** States of a delivery: `dead` waits for a person, who may replay it. */
export const deliveryStates = ['pending', 'delivered', 'dead'] as const
/** See {@link deliveryStates}. */
export type DeliveryState = (typeof deliveryStates)[number]

/** What came of one try. */
export interface Try {
  readonly at: Instant
  /** Status of the answer, or why there is none. */
  readonly result: number | string
  readonly durationMs: number
}

/** One notice on its way to one destination; its id is the id that receivers see. */
export interface Delivery {
  /** Ordered by time, so that receivers can put in order what arrives otherwise. */
  readonly id: string
  /** Owner of the destination; of a request's own address the tenant of the request. */
  readonly owner: string
  /** Absent when a request named the address itself. */
  readonly destinationId?: string
  /** The address that a request named. */
  readonly url?: string
  readonly notice: Notice
  readonly state: DeliveryState
  /** The latest ones, oldest first. */
  readonly tries: readonly Try[]
  /** All of them, since the last replay. */
  readonly tryCount: number
  readonly nextAt: Instant
  readonly endedAt?: Instant
}

/** A notice as it is kept for a while, for those who listen; its id is ordered by time. */
export interface KeptNotice {
  readonly id: string
  readonly notice: Notice
}

/** A notice with what is owed of it: all that is written of one. */
export interface ToldNotice extends KeptNotice {
  readonly deliveries: readonly Delivery[]
}

/**
 * Pauses before each try, in milliseconds: over three days in all, as Standard Webhooks has them
 * (github.com/standard-webhooks/standard-webhooks, spec of 2023-11, read 2026-11-20).
 */
const PAUSES_MS = [
  ...[0, 5_000, 5 * 60_000, 30 * 60_000, 2 * 3_600_000, 5 * 3_600_000],
  ...[10 * 3_600_000, 14 * 3_600_000, 20 * 3_600_000, 24 * 3_600_000],
]

/** What is added to a pause at most, so that receivers that come back are not stormed. */
const JITTER = 0.1
/** The longest wait that a receiver may ask for. */
const MAX_RETRY_AFTER_MS = 24 * 3_600_000

/**
 * When a delivery that failed is tried again.
 * @param chance 0 to 1.
 * @returns milliseconds; undefined when it was the last try.
 */
export function pauseAfter(
  tries: number,
  { chance, retryAfterMs = 0 }: { readonly chance: number; readonly retryAfterMs?: number },
): number | undefined {
  const pauseMs = PAUSES_MS[tries]
  if (pauseMs === undefined) return undefined
  const jittered = pauseMs * (1 + JITTER * chance)
  return Math.round(Math.max(jittered, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS)))
}

/** Tries that a record keeps. */
const MAX_KEPT_TRIES = 20

/** The tries with one more, bounded. */
export const withTry = (tries: readonly Try[], one: Try): readonly Try[] =>
  [...tries, one].slice(-MAX_KEPT_TRIES)

/** A delivery as callers see it: what it tells is left to the receiver. */
export const printDelivery = (delivery: Delivery): JsonObject => ({
  id: delivery.id,
  object: 'webhook.delivery',
  webhook_id: delivery.destinationId ?? null,
  url: delivery.url ?? null,
  type: delivery.notice.type,
  status: delivery.state,
  created_at: new Date(delivery.notice.at).toISOString(),
  attempts: delivery.tryCount,
  next_attempt_at: delivery.state === 'pending' ? new Date(delivery.nextAt).toISOString() : null,
  ended_at: delivery.endedAt === undefined ? null : new Date(delivery.endedAt).toISOString(),
  log: delivery.tries.map(({ at, result, durationMs }) => ({
    at: new Date(at).toISOString(),
    result,
    duration_ms: Math.round(durationMs),
  })),
})
