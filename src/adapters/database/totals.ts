import type { HoldChangeRow } from './changes.ts'
import type { BalanceRow, HoldRow, LedgerRow } from './schema.ts'

/** A hold as it is after a change. */
export type ChangedHold = Pick<
  HoldRow,
  'id' | 'book' | 'key_id' | 'amount_nano' | 'spent_nano' | 'closed_at'
>

/** What a hold, or a claim of it, still puts aside. */
export const remaining = (amountNano: bigint, spentNano: bigint): bigint =>
  amountNano > spentNano ? amountNano - spentNano : 0n

/** Whether a hold had been closed already when a change came to it. */
export const wasClosedBefore = (hold: ChangedHold, change: HoldChangeRow): boolean =>
  hold.closed_at !== null && change.closed_at === null

/**
 * Collects what a group changes of the running totals, so that a key's row is written once per
 * group and not once per fact: it is the one row that all requests of a key share.
 */
export class Totals {
  readonly #rows = new Map<string, { key_id: string; book: string; spent: bigint; held: bigint }>()

  /** Money was put aside. */
  open(hold: Pick<HoldRow, 'key_id' | 'book' | 'amount_nano'>): void {
    this.#row(hold.key_id, hold.book).held += hold.amount_nano
  }

  /** Money was spent. */
  settle(entry: Pick<LedgerRow, 'key_id' | 'book' | 'amount_nano'>): void {
    this.#row(entry.key_id, entry.book).spent += entry.amount_nano
  }

  /** Holds were used or closed: what is put aside shrinks, but never below nothing. */
  change(holds: readonly ChangedHold[], changes: readonly HoldChangeRow[]): void {
    const changeOf = new Map(changes.map((change) => [change.id, change]))
    for (const hold of holds) {
      const change = changeOf.get(hold.id)
      if (change === undefined || wasClosedBefore(hold, change)) continue
      const used = hold.book === 'real' ? change.real_nano : change.simulated_nano
      const before = remaining(hold.amount_nano, hold.spent_nano - used)
      const after = hold.closed_at === null ? remaining(hold.amount_nano, hold.spent_nano) : 0n
      this.#row(hold.key_id, hold.book).held += after - before
    }
  }

  /** What to add to the balances, in the one order in which every process locks them. */
  rows(): readonly BalanceRow[] {
    return [...this.#rows.entries()]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([, { key_id, book, spent, held }]) => ({
        key_id,
        book,
        spent_nano: spent,
        held_nano: held,
      }))
  }

  #row(keyId: string, book: string) {
    const name = `${book} ${keyId}`
    let row = this.#rows.get(name)
    if (row === undefined) {
      row = { key_id: keyId, book, spent: 0n, held: 0n }
      this.#rows.set(name, row)
    }
    return row
  }
}
