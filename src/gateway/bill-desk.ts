import type { Attempt } from '../core/jobs/request-record.ts'
import type { Nano } from '../core/money.ts'
import { addTallies, type BillTally, tallyOf } from '../core/pricebook/feed/bill-tally.ts'
import { type DriftState, nextDrift, noDrift } from '../core/pricebook/feed/drift.ts'
import { anySelector, slotKey } from '../core/pricebook/feed/feed-entry.ts'
import { dayOf, type Instant } from '../core/time.ts'
import type { PriceStore } from '../ports/price-store.ts'
import type { GatewayEvent } from './events.ts'

/** Limits of adding up bills. */
const limits = {
  /** Slots whose bills are kept at one time; more is a mistake somewhere. */
  maxSlots: 10_000,
  /** A day is forgotten so long after its end: a bill of its last second may come late. */
  graceMs: 3_600_000,
} as const

/** A call whose provider said what it charged. */
export interface ReportedBill {
  readonly attempt: Attempt
  /** What the price book makes of it. */
  readonly bookNano: Nano
  readonly images: number
  readonly at: Instant
  /** An emulator's bill may be an alarm, but teaches nothing of real prices. */
  readonly isSimulated?: boolean
}

/**
 * Adds up what providers charge and watches whether it is what the book expects. A drift is told
 * after a few bills (CUSUM), long before enough of them have come to learn a price from.
 */
export class BillDesk {
  readonly #store: PriceStore
  readonly #owner: string
  readonly #emit: (event: GatewayEvent) => void
  readonly #drifts = new Map<string, DriftState>()
  /** By UTC day, then by slot. */
  readonly #days = new Map<string, Map<string, BillTally>>()
  readonly #unwritten = new Set<string>()

  constructor(parts: {
    readonly store: PriceStore
    readonly owner: string
    readonly emit: (event: GatewayEvent) => void
  }) {
    this.#store = parts.store
    this.#owner = parts.owner
    this.#emit = parts.emit
  }

  /** Takes one bill. Never throws: it hangs on the event of a settled call. */
  take({ attempt, bookNano, images, at, isSimulated }: ReportedBill): void {
    const settings = (attempt.call.settings ?? {}) as Record<string, unknown>
    const size = attempt.call.expectedSize as { width?: unknown; height?: unknown } | undefined
    const usage = (attempt.usage ?? {}) as { operation?: unknown }
    const text = (value: unknown) => (typeof value === 'string' ? value : null)
    const bill = {
      offer: attempt.offer,
      operation: text(usage.operation) ?? 'generate',
      selector: {
        ...anySelector,
        quality: text(settings.quality),
        resolution: text(settings.resolution),
        size: size === undefined ? null : `${size.width}x${size.height}`,
      },
      ...{ images, billedNano: attempt.costNano, expectedNano: bookNano, at },
    }
    const key = slotKey(bill)
    this.#watch(key, bill.offer, { billedNano: bill.billedNano, expectedNano: bookNano, at })
    const tally = tallyOf(bill)
    if (tally === undefined || isSimulated === true) return
    const day = dayOf(at)
    const tallies = this.#days.get(day) ?? new Map<string, BillTally>()
    const known = tallies.get(key)
    if (known === undefined && tallies.size >= limits.maxSlots) return
    tallies.set(key, known === undefined ? tally : addTallies(known, tally))
    this.#days.set(day, tallies)
    this.#unwritten.add(day)
  }

  /** Writes what has come since the last time; days that are long over are then forgotten here. */
  async flush(now: Instant): Promise<void> {
    for (const day of [...this.#unwritten]) {
      this.#unwritten.delete(day)
      const tallies = [...(this.#days.get(day)?.values() ?? [])]
      try {
        await this.#store.putBills({ day, owner: this.#owner, tallies })
      } catch (error) {
        this.#unwritten.add(day)
        throw error
      }
    }
    const oldest = dayOf(now - limits.graceMs)
    for (const day of this.#days.keys()) {
      // A bill that came while the others were written is still to be written.
      if (day < oldest && !this.#unwritten.has(day)) this.#days.delete(day)
    }
  }

  /** Other prices hold: what bills differed from the old ones says nothing of the new. */
  forgetDrifts(): void {
    this.#drifts.clear()
  }

  #watch(
    key: string,
    offer: string,
    bill: { readonly billedNano: Nano; readonly expectedNano: Nano; readonly at: Instant },
  ): void {
    const before = this.#drifts.get(key) ?? noDrift
    const after = nextDrift(before, bill)
    if (!this.#drifts.has(key) && this.#drifts.size >= limits.maxSlots) return
    this.#drifts.set(key, after)
    if (before.alarmedAt !== null || after.alarmedAt === null || after.direction === null) return
    const { direction, bills } = after
    const { billedNano, expectedNano } = bill
    this.#emit({ kind: 'bills-drifted', offer, direction, bills, billedNano, expectedNano })
  }
}
