import type { BillTally } from '../../core/pricebook/feed/bill-tally.ts'
import { readBills } from '../../core/pricebook/feed/readers/bills.ts'
import type { Clock } from '../../ports/clock.ts'
import type { PriceSource } from '../../ports/price-source.ts'

const EVERY_MS = 3_600_000

/** What the source of learned prices is made of. */
export interface BillsSourceParts {
  readonly clock: Clock
  /** The tallies of recent bills: with a window, or old prices would be learned for ever. */
  readonly tallies: (signal: AbortSignal) => Promise<readonly BillTally[]>
  /** Slots whose price in force was learned; see the reader. */
  readonly inForce: () => ReadonlySet<string>
  readonly everyMs?: number
}

/** Prices learned from what providers really charged. */
export function createBillsSource(parts: BillsSourceParts): PriceSource {
  const { clock, tallies, inForce, everyMs = EVERY_MS } = parts
  const id = 'learned-from-bills'
  return {
    id,
    kind: 'learned-from-bills',
    trust: 'charged',
    everyMs,
    fetch: async (_version, signal) => {
      const reading = readBills(await tallies(signal), { source: id, inForce: inForce() })
      return { kind: 'read', reading, version: {}, fetchedAt: clock.now() }
    },
  }
}
