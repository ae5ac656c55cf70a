import type { OfferNames } from './offer-names.ts'

/** What a reader needs beside the text of a source. */
export interface ReaderContext {
  /** Id of the source. */
  readonly source: string
  readonly names: OfferNames
  /** UTC day. */
  readonly today: string
}
