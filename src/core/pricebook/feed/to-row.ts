import { type PriceRow, priceRowSchema } from '../price-row.ts'
import type { PriceEntry } from './feed-entry.ts'

/**
 * The row of a book that an entry makes, or undefined when it is none. What the source does not
 * speak of (modifiers, which failures are billed) is taken from the row that holds.
 */
export function toRow(entry: PriceEntry, standing: PriceRow | undefined): PriceRow | undefined {
  const { evidence } = entry
  const modifiers = entry.modifiers ?? standing?.modifiers
  const isForeign =
    entry.currency !== 'USD' && modifiers?.some(({ kind }) => kind === 'currency') !== true
  if (isForeign) return undefined
  const parsed = priceRowSchema.safeParse({
    offer: entry.offer,
    operation: entry.operation,
    when: entry.selector,
    components: entry.components,
    ...(modifiers === undefined ? {} : { modifiers }),
    billed_on: entry.billedOn ?? standing?.billed_on ?? {},
    valid_from: entry.validFrom,
    valid_to: entry.validTo,
    source: {
      url: evidence.url,
      read_at: evidence.readAt,
      confidence: entry.confidence,
      ...(evidence.note === undefined ? {} : { note: evidence.note }),
    },
  })
  return parsed.success ? parsed.data : undefined
}
