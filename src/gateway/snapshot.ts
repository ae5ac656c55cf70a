import type { Catalog } from '../core/catalog/catalog.ts'
import type { MeasuredSeconds } from '../core/catalog/measured-seconds.ts'
import type { Model } from '../core/catalog/model.ts'
import type { PriceBook } from '../core/pricebook/price-book.ts'
import type { WaitingRate } from '../core/pricing/strategies/index.ts'
import type { Provider } from '../ports/provider.ts'

/**
 * What a request sees of the control plane, taken once at its start: a price or a provider that
 * changes in mid-flight never reaches it.
 */
export interface Snapshot {
  readonly catalog: Catalog
  readonly book: PriceBook
  readonly providers: ReadonlyMap<string, Provider>
  /** Seconds that calls alike took, where they are paid by the second. */
  readonly measured?: MeasuredSeconds
  /** What waiting costs callers, where the operator says so. */
  readonly waiting?: WaitingPrice
}

/** What a second of waiting costs, and how many of them an offer is expected to take. */
export interface WaitingPrice {
  readonly rate: WaitingRate
  readonly secondsOf: (model: Model) => number
}
