import type { Nano } from '../../money.ts'
import type { Instant } from '../../time.ts'
import type { FeedSelector, PriceSlot } from './feed-entry.ts'

/** What a provider charged for one call, and what was expected. */
export interface Bill {
  readonly offer: string
  readonly operation: string
  readonly selector: FeedSelector
  readonly images: number
  readonly billedNano: Nano
  readonly expectedNano: Nano
  readonly at: Instant
}

/** The bills of one slot, added up. Two tallies of one slot add up to the tally of all bills. */
export interface BillTally extends PriceSlot {
  readonly bills: number
  readonly images: number
  readonly billedNano: Nano
  readonly expectedNano: Nano
  /** Per image, the cheapest and the dearest bill. */
  readonly leastNano: Nano
  readonly mostNano: Nano
  readonly firstAt: Instant
  readonly lastAt: Instant
}

/** The tally of one bill; undefined for one that made no image or cost nothing. */
export function tallyOf(bill: Bill): BillTally | undefined {
  const { offer, operation, selector, images, billedNano, expectedNano, at } = bill
  if (images <= 0 || billedNano <= 0n) return undefined
  const eachNano = billedNano / BigInt(images)
  const slot = { offer, operation, selector }
  const sums = { bills: 1, images, billedNano, expectedNano }
  return { ...slot, ...sums, leastNano: eachNano, mostNano: eachNano, firstAt: at, lastAt: at }
}

/** Both tallies of one slot as one. */
export const addTallies = (first: BillTally, second: BillTally): BillTally => ({
  ...first,
  bills: first.bills + second.bills,
  images: first.images + second.images,
  billedNano: first.billedNano + second.billedNano,
  expectedNano: first.expectedNano + second.expectedNano,
  leastNano: first.leastNano < second.leastNano ? first.leastNano : second.leastNano,
  mostNano: first.mostNano > second.mostNano ? first.mostNano : second.mostNano,
  firstAt: Math.min(first.firstAt, second.firstAt),
  lastAt: Math.max(first.lastAt, second.lastAt),
})
