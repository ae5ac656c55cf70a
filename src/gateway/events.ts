import type { BreakerCause } from '../core/breaker/breaker.ts'
import type { CacheLookup, LookupResult } from '../core/cache/lookup.ts'
import type { Verdict } from '../core/feedback/verdict.ts'
import type { Attempt, ImageRecord, RequestRecord } from '../core/jobs/request-record.ts'
import type { Destination } from '../core/notices/destination.ts'
import type { RecordedChange } from '../core/pricebook/feed/recorded-change.ts'
import type { LayerName } from '../core/pricebook/layers.ts'
import type { PriceBook } from '../core/pricebook/price-book.ts'
import type { Instant } from '../core/time.ts'
import type { DeliveryResult } from './delivery-result.ts'

/**
 * How a hedge ended: it gave the answer; the silent offer did after all; neither did; or there was
 * no leave to make it.
 */
export type HedgeOutcome = 'won' | 'lost' | 'failed' | 'blocked'

/** What happened, told once from the place where it happened; metrics, alerts and pages listen. */
export type GatewayEvent =
  | {
      readonly kind: 'attempt-settled'
      readonly attempt: Attempt
      readonly isSimulated: boolean
      readonly providerMs: number
      /** Pictures that came. */
      readonly images: number
      /** What the price book makes of the call; the cost is the attempt's. */
      readonly bookNano: bigint
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
      /** What was not spent, because the caller did not want the rest any more. */
      readonly cancelledNano?: bigint
    }
  | {
      /** Somebody said whether a picture is kept. */
      readonly kind: 'verdict-given'
      readonly image: ImageRecord
      readonly verdict: Verdict
      /** What the same rater had said before. */
      readonly before?: Verdict
    }
  | {
      /** What look-ups came to, some seconds later. */
      readonly kind: 'lookups-noted'
      readonly lookups: readonly CacheLookup[]
    }
  | {
      /** Somebody said whether a picture was right that the cache gave. */
      readonly kind: 'hit-judged'
      readonly tier: LookupResult
      readonly isAccepted: boolean
    }
  | {
      /** Other prices hold from now on; requests that run keep those they began with. */
      readonly kind: 'book-changed'
      /** The layer that was replaced. */
      readonly layer: LayerName
      readonly oldBook: PriceBook
      readonly newBook: PriceBook
    }
  | {
      /** Prices changed, or a change waits for a second opinion; with what that means. */
      readonly kind: 'price-changed'
      readonly recorded: RecordedChange
    }
  | {
      /** What a provider charges is not what the book says, bill after bill. */
      readonly kind: 'bills-drifted'
      readonly offer: string
      readonly direction: 'dearer' | 'cheaper'
      /** Bills since the last alarm or change of prices. */
      readonly bills: number
      /** The last of them. */
      readonly billedNano: bigint
      readonly expectedNano: bigint
    }
  | {
      /** A price source could not be read. */
      readonly kind: 'feed-failed'
      readonly source: string
      readonly error: string
      readonly failures: number
      /** The last look that succeeded. */
      readonly fetchedAt?: Instant
      /** No look succeeded for three times as long as one should take. */
      readonly isStale: boolean
    }
  | { readonly kind: 'feed-read'; readonly source: string; readonly fetchedAt: Instant }
  | {
      /** A client that asked again got what was paid for before. */
      readonly kind: 'answer-repeated'
      readonly how: 'adopted' | 'replayed'
    }
  | {
      /** A provider, or somebody who says so, reported a job. */
      readonly kind: 'delivery-received'
      /** One that is configured here, or `unknown`. */
      readonly provider: string
      readonly result: DeliveryResult
    }
  | {
      /** What was spent reached a share of a budget. */
      readonly kind: 'budget-threshold'
      /** Name of the budget, as its owner knows it. */
      readonly budget: string
      /** Absent when it is not one tenant's. */
      readonly tenant?: string
      /** 100 when nothing is left. */
      readonly percent: number
      readonly spentNano: bigint
      readonly limitNano: bigint
      /** When it begins anew. */
      readonly resetsAt?: Instant
    }
  | {
      /** A call cost much more than its like. */
      readonly kind: 'cost-unusual'
      readonly attempt: Attempt
      /** Dollars each picture cost, and what is usual. */
      readonly eachNano: bigint
      readonly usualNano: bigint
      /** Robust standard deviations. */
      readonly score: number
    }
  | {
      /** A notice was sent: it arrived, is tried again, or waits for a person. */
      readonly kind: 'delivery-tried'
      readonly result: 'delivered' | 'failed' | 'dead'
    }
  | {
      /** Jobs were taken from the queue. */
      readonly kind: 'jobs-claimed'
      readonly count: number
    }
  | {
      /** Requests of processes that died, or were out of reach too long, were taken over. */
      readonly kind: 'work-taken-over'
      readonly count: number
    }
  | {
      /** A receiver of notices gets nothing any more, until somebody enables it. */
      readonly kind: 'webhook-disabled'
      readonly destination: Destination
    }
  | { readonly kind: 'write-failed'; readonly requestId: string; readonly what: string }
  | {
      /** The calls of an offer became too slow, or fast enough again. */
      readonly kind: 'latency-exceeded' | 'latency-recovered'
      readonly offer: string
      /** Over the calls of the last minutes. */
      readonly p95Ms: number
      readonly limitMs: number
      readonly calls: number
    }
  | {
      /** A second offer was asked while the first one was silent, and how that ended. */
      readonly kind: 'hedge-ended'
      readonly requestId: string
      readonly outcome: HedgeOutcome
    }
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
