import { type Nano, nanoFromDollars } from '../core/money.ts'

/** What an emulated provider would have charged for one call. */
export interface BillEntry {
  readonly provider: string
  /** Milliseconds since 1970, by the sandbox's clock. */
  readonly at: number
  readonly model: string
  readonly images: number
  /** Exact decimal string. */
  readonly dollars: string
  /** The emulated provider's own id of the call. */
  readonly requestId: string
}

/** Sum of what one provider would have charged. */
export interface BillTotal {
  readonly calls: number
  readonly images: number
  readonly nano: Nano
}

/** Entries kept; totals go on beyond them. */
const MAX_ENTRIES = 100_000

/** The sandbox's truth about money: tests compare the gateway's ledger with it. */
export interface BillBook {
  /** @throws when the entry is no amount of money or no number of images. */
  add(entry: BillEntry): void
  /** The latest entries, oldest first. */
  entries(): readonly BillEntry[]
  /** By provider; those that charged nothing are absent. */
  totals(): ReadonlyMap<string, BillTotal>
}

/** An empty bill book. */
export function createBillBook(): BillBook {
  const entries: BillEntry[] = []
  const totals = new Map<string, BillTotal>()
  return {
    add(entry) {
      const nano = nanoFromDollars(entry.dollars)
      if (nano < 0n || !Number.isInteger(entry.images) || entry.images < 0) {
        throw new RangeError(`not a bill: ${entry.images} images for ${entry.dollars} dollars`)
      }
      const old = totals.get(entry.provider) ?? { calls: 0, images: 0, nano: 0n }
      totals.set(entry.provider, {
        calls: old.calls + 1,
        images: old.images + entry.images,
        nano: old.nano + nano,
      })
      entries.push(entry)
      if (entries.length > MAX_ENTRIES) entries.shift()
    },
    entries: () => [...entries],
    totals: () => totals,
  }
}
