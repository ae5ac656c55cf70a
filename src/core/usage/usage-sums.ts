import type { Book } from '../ledger/entry.ts'
import type { Nano } from '../money.ts'

/**
 * What usage is told apart by. A text is empty where there is none: a request that named no
 * purpose, or one that failed before any offer made a picture.
 */
export interface UsageSeries {
  readonly book: Book
  readonly tenant: string
  readonly keyId: string
  /** `provider/model` of a call; of a request, the one that made its first picture. */
  readonly offer: string
  readonly operation: string
  /** `WxH` that was asked of the provider, not what the picture was scaled to afterwards. */
  readonly size: string
  readonly quality: string
  readonly purpose: string
}

/** Everything that is counted. A call counts when it is settled, a request when it has ended. */
export interface UsageSums {
  readonly requests: bigint
  readonly failedRequests: bigint
  /** Pictures in answers, cached ones included. */
  readonly delivered: bigint
  /** Pictures in answers that the cache gave. */
  readonly cached: bigint
  /** Requests without a list price: what they saved is unknown, which is not zero. */
  readonly unlisted: bigint
  readonly listNano: Nano
  readonly savedNano: Nano
  /** Calls to providers. */
  readonly attempts: bigint
  readonly failedAttempts: bigint
  /** Pictures that came from providers and were paid, whether or not they were good. */
  readonly images: bigint
  /** Cost that providers reported. */
  readonly reportedNano: Nano
  /** Cost by the price book. */
  readonly bookNano: Nano
  /** Cost of calls of which nobody knows whether they were charged. */
  readonly suspectedNano: Nano
}

/** Usage of one series. */
export interface UsageRow {
  readonly series: UsageSeries
  readonly sums: UsageSums
}

/** Nothing. */
export const noUsage: UsageSums = {
  requests: 0n,
  failedRequests: 0n,
  delivered: 0n,
  cached: 0n,
  unlisted: 0n,
  listNano: 0n,
  savedNano: 0n,
  attempts: 0n,
  failedAttempts: 0n,
  images: 0n,
  reportedNano: 0n,
  bookNano: 0n,
  suspectedNano: 0n,
}

/** The names of all sums. */
const usageSumNames = Object.keys(noUsage) as readonly (keyof UsageSums)[]

/** Two usages together. */
export const addUsage = (left: UsageSums, right: UsageSums): UsageSums =>
  Object.fromEntries(usageSumNames.map((name) => [name, left[name] + right[name]])) as {
    readonly [Name in keyof UsageSums]: bigint
  }

/** What was spent, however it is known: equals what the ledger's entries settle. */
export const costOf = ({ reportedNano, bookNano, suspectedNano }: UsageSums): Nano =>
  reportedNano + bookNano + suspectedNano

/** Provider and model of an offer. */
export function splitOffer(offer: string): { readonly provider: string; readonly model: string } {
  const at = offer.indexOf('/')
  return at === -1
    ? { provider: offer, model: '' }
    : { provider: offer.slice(0, at), model: offer.slice(at + 1) }
}
