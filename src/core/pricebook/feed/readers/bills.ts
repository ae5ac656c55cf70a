import { dollarsFromNano } from '../../../money.ts'
import { dayOf } from '../../../time.ts'
import type { BillTally } from '../bill-tally.ts'
import { type FeedEntry, type FeedReading, type SkippedEntry, slotKey } from '../feed-entry.ts'

/** So many bills make a price; fewer may be a promotion or a mistake. */
const LEAST_BILLS = 20
/** Bills of one slot that differ by more depend on something that a slot does not say. */
const MOST_SPREAD_PERCENT = 2n
/** Within this the book is right, and there is nothing to learn. */
const LEAST_DRIFT_PERCENT = 2n

/** What the reader of bills needs to know. */
export interface BillsContext {
  /** Id of the source. */
  readonly source: string
  /**
   * Slots whose price in force was learned from bills. There the book agrees with the bills because
   * it has learned, which is no reason to forget.
   */
  readonly inForce: ReadonlySet<string>
}

/**
 * Learns prices from what providers charged: where twenty bills or more of one offer, operation,
 * quality and size agree with each other and not with the book, their mean is what a picture costs.
 * Whatever depends on more than that (prompts, input images) does not agree and is left alone.
 */
export function readBills(
  tallies: readonly BillTally[],
  { source, inForce }: BillsContext,
): FeedReading {
  const entries: FeedEntry[] = []
  const skipped: SkippedEntry[] = []
  for (const tally of tallies) {
    const text = whyNot(tally, inForce.has(slotKey(tally)))
    const key = [tally.offer, tally.operation, tally.selector.quality, tally.selector.size]
      .filter((part) => part !== null)
      .join(' ')
    if (text === undefined) entries.push(entryOf(tally, key, source))
    else skipped.push({ key, code: 'not_settled', text })
  }
  return { entries, skipped }
}

function whyNot(tally: BillTally, isInForce: boolean): string | undefined {
  const { bills, leastNano, mostNano, billedNano, expectedNano } = tally
  if (bills < LEAST_BILLS) return `${bills} bills; ${LEAST_BILLS} make a price`
  if ((mostNano - leastNano) * 100n > leastNano * MOST_SPREAD_PERCENT) {
    return 'the bills differ among each other'
  }
  const drift = billedNano > expectedNano ? billedNano - expectedNano : expectedNano - billedNano
  if (isInForce) return undefined
  const isKnown = drift * 100n <= expectedNano * LEAST_DRIFT_PERCENT
  return isKnown ? 'the book has this price already' : undefined
}

function entryOf(tally: BillTally, key: string, source: string): FeedEntry {
  const { offer, operation, selector, bills, images, billedNano, firstAt, lastAt } = tally
  const usd = dollarsFromNano(billedNano / BigInt(images))
  return {
    what: 'price',
    offer,
    operation,
    selector,
    components: [{ kind: 'per_image', usd }],
    // What was charged includes whatever modifiers there are.
    modifiers: [],
    validFrom: dayOf(firstAt),
    validTo: null,
    currency: 'USD',
    confidence: 'derived',
    doubts: [],
    evidence: {
      source,
      key,
      url: `urn:keeprate:bills:${encodeURIComponent(offer)}`,
      readAt: dayOf(lastAt),
      note: `the mean of ${bills} bills`,
    },
  }
}
