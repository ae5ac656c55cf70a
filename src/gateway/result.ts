import type { CallSettings } from '../core/catalog/settings.ts'
import type { ImageRecord } from '../core/jobs/request-record.ts'
import type { JsonObject } from '../core/json.ts'
import type { Book } from '../core/ledger/entry.ts'
import type { Nano } from '../core/money.ts'
import type { Usage } from '../core/pricing/usage.ts'
import { lowestScore } from '../core/quality/quality-note.ts'
import type { Warning } from '../core/request/image-request.ts'
import type { Instant } from '../core/time.ts'

/** One picture of an answer. */
export interface DeliveredImage {
  readonly record: ImageRecord
  /** The bytes, from memory or from the store. */
  load(): Promise<Uint8Array>
}

/** The answer to one request. */
export interface GatewayResult {
  readonly requestId: string
  readonly createdAt: Instant
  /** Links in the answer begin with it, so that an answer given again has the same ones. */
  readonly answeredAt: Instant
  readonly images: readonly DeliveredImage[]
  readonly costNano: Nano
  /** Undefined when the model asked for has no price here. */
  readonly listCostNano?: Nano
  readonly savedNano?: Nano
  /** What the tightest of its budgets has left; undefined when none limits it. */
  readonly budgetLeftNano?: Nano
  /** Simulated spend is never mixed with real. */
  readonly book: Book
  /** `provider/model` of the first picture. */
  readonly provider: string
  readonly model: string
  /** `direct`, `fallback:2`, `cache`. */
  readonly route: string
  readonly attempts: number
  /** `MISS`, `HIT exact`, `OFF`, or `ADOPTED` when it was owed from an earlier request. */
  readonly cache: string
  readonly priceVersion: string
  readonly warnings: readonly Warning[]
  /** What the provider resolved `auto` to. */
  readonly resolved: CallSettings
  /** Tokens of all attempts that produced pictures, when the provider counts them. */
  readonly tokens?: Usage['tokens']
  /** What drafting came to beside both ways to do without, as receipts say it; all expected. */
  readonly drafts?: JsonObject
  /** Lowest score of its pictures, 0 to 1; absent when no gate looked at any of them. */
  readonly score?: number
  /** Time of the answer that was not spent waiting for providers, in milliseconds. */
  readonly overheadMs: number
  /** Gives back the memory reserved for the pictures; call it once they were sent. */
  release(): void
}

/** The score of an answer, from those of its pictures. */
export function scored(images: readonly ImageRecord[]): Pick<GatewayResult, 'score'> {
  const score = lowestScore(images.map(({ quality }) => quality))
  return score === undefined ? {} : { score }
}
