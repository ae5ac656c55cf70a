import type { Nano } from '../../money.ts'
import { startOfDay } from '../../time.ts'
import { makePriceBook, type PriceBook, validatePriceBook } from '../price-book.ts'
import type { PriceRow } from '../price-row.ts'
import { quote } from '../quote.ts'
import type { PriceSlot } from './feed-entry.ts'
import { type ReferenceRequest, referenceRequests } from './reference-requests.ts'

/** What the reference requests cost, by their ids; a request without a price is missing. */
export type ReferenceQuotes = ReadonlyMap<string, Nano>

/**
 * Quotes the reference requests that a slot can serve. A request is bent to the slot's selectors
 * (an `hd` row is asked for `hd`), so that every price is compared at what it is the price of.
 * Rows of other offers do no harm; rows that contradict each other give no quote at all.
 */
export function quoteReferences(
  rows: readonly PriceRow[],
  slot: PriceSlot,
  day: string,
): ReferenceQuotes {
  const own = rows.filter(
    ({ offer, operation }) => offer === slot.offer && operation === slot.operation,
  )
  if (own.length === 0 || validatePriceBook(own).length > 0) return new Map()
  const book = makePriceBook(own, () => 'reference')
  return new Map(
    requestsFor(slot).flatMap((request) => {
      const nano = quoteOne(book, slot, request, day)
      return nano === undefined ? [] : [[request.id, nano] as const]
    }),
  )
}

function requestsFor(slot: PriceSlot): readonly ReferenceRequest[] {
  const kind = slot.operation === 'generate' ? 'generate' : 'edit'
  return referenceRequests.filter(({ usage }) => usage.operation === kind)
}

function quoteOne(
  book: PriceBook,
  slot: PriceSlot,
  request: ReferenceRequest,
  day: string,
): Nano | undefined {
  const { selector, offer, operation } = slot
  const asked = {
    quality: selector.quality ?? request.quality,
    resolution: selector.resolution ?? request.usage.resolution ?? '1k',
    size: selector.size ?? request.usage.size ?? '1024x1024',
  }
  const [width, height] = asked.size.split('x').map(Number)
  const isArea = Number.isSafeInteger(width) && Number.isSafeInteger(height)
  const usage = {
    ...request.usage,
    ...asked,
    ...(isArea ? { width: width ?? 0, height: height ?? 0 } : {}),
    operation,
  }
  const usages = { low: usage, expected: usage, high: usage }
  const quoted = quote(book, { offer, operation, ...asked }, startOfDay(day), usages)
  return quoted.ok ? quoted.quote.expectedNano : undefined
}
