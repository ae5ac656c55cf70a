import type { FlawedEntry, PriceEntry } from '../feed-entry.ts'
import type { LitellmKey } from './litellm-key.ts'
import type { LitellmRow } from './litellm-price.ts'

/** A row with all that its key says. */
export interface LitellmItem {
  readonly key: string
  readonly row: LitellmRow
  readonly parts: LitellmKey
  /** Whether the key names the model as the catalogue does. */
  readonly isOwnName: boolean
  readonly entry: PriceEntry | FlawedEntry
}
