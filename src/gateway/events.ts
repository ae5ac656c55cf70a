import type { BreakerCause } from '../core/breaker/breaker.ts'
import type { Attempt, RequestRecord } from '../core/jobs/request-record.ts'
import type { LayerName } from '../core/pricebook/layers.ts'
import type { PriceBook } from '../core/pricebook/price-book.ts'
import type { Instant } from '../core/time.ts'

/** What happened, told once from the place where it happened; metrics, alerts and pages listen. */
export type GatewayEvent =
  | {
      readonly kind: 'attempt-settled'
      readonly attempt: Attempt
      readonly isSimulated: boolean
      readonly providerMs: number
    }
  | {
      /** The provider charged otherwise than the book says, by more than the drift limit. */
      readonly kind: 'price-drifted'
      readonly attempt: Attempt
      readonly bookNano: bigint
    }
  | {
      readonly kind: 'request-ended'
      readonly request: RequestRecord
      readonly images: number
      readonly durationMs: number
      readonly overheadMs: number
      readonly cache: 'hit' | 'miss' | 'off'
    }
  | {
      /** Other prices hold from now on; requests that run keep those they began with. */
      readonly kind: 'book-changed'
      /** The layer that was replaced. */
      readonly layer: LayerName
      readonly oldBook: PriceBook
      readonly newBook: PriceBook
    }
  | { readonly kind: 'write-failed'; readonly requestId: string; readonly what: string }
  | {
      /** A circuit breaker opened: of a provider, or of one offer of it. */
      readonly kind: 'provider-down'
      readonly provider: string
      readonly credential: string
      readonly offer?: string
      readonly cause: BreakerCause
      readonly until: Instant
    }
  | {
      readonly kind: 'provider-up'
      readonly provider: string
      readonly credential: string
      readonly offer?: string
    }

/** Passes events on to everybody who listens; a listener that throws does not stop the others. */
export interface EventHub {
  emit(event: GatewayEvent): void
  listen(listener: (event: GatewayEvent) => void): void
}

/** Makes an empty hub. */
export function createEventHub(onError: (error: unknown) => void): EventHub {
  const listeners: ((event: GatewayEvent) => void)[] = []
  return {
    emit: (event) => {
      for (const listener of listeners) {
        try {
          listener(event)
        } catch (error) {
          onError(error)
        }
      }
    },
    listen: (listener) => {
      listeners.push(listener)
    },
  }
}
