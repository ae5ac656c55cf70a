import type { OfferNames } from '../../core/pricebook/feed/readers/offer-names.ts'
import type { Clock } from '../../ports/clock.ts'
import type { HttpClient } from '../../ports/http-client.ts'

/** What every source over the network is made of. */
export interface SourceParts {
  readonly http: HttpClient
  readonly clock: Clock
  /** Asked at each look, because catalogues change while the process runs. */
  readonly names: () => OfferNames
  /** Id of the source; absent = that of its kind. */
  readonly id?: string
  readonly everyMs?: number
  /** Another place for the same list, such as a mirror. */
  readonly url?: string
  readonly privateOrigins?: readonly string[]
}
