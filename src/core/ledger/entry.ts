import type { Nano } from '../money.ts'
import type { Instant } from '../time.ts'

/** Real and simulated spend are separate books; nothing ever adds them up. */
export type Book = 'real' | 'simulated'

/** Money put aside before anything is sent: the worst case of the whole plan. */
export interface Hold {
  readonly id: string
  readonly requestId: string
  readonly book: Book
  /** The virtual key that pays. */
  readonly keyId: string
  readonly amountNano: Nano
  readonly openedAt: Instant
}

/**
 * One line of the ledger. Entries never change; a mistake is corrected by another entry.
 * `hold` opens (+amount), each `settle` books what an attempt cost, and exactly one `release` or
 * `expire` closes a hold with what was left of it.
 */
export interface LedgerEntry {
  /**
   * Derived from what it records (`<hold>:open`, `<attempt>:settle`, `<hold>:close`), so that a
   * second one collides.
   */
  readonly id: string
  readonly kind: 'hold' | 'settle' | 'release' | 'expire'
  readonly book: Book
  readonly keyId: string
  readonly requestId: string
  readonly holdId: string
  readonly attemptId?: string
  readonly amountNano: Nano
  readonly at: Instant
}

/** What a key has spent and what is still put aside, in one book. */
export interface Balance {
  readonly spentNano: Nano
  readonly heldNano: Nano
}

/** Opens a hold. */
export const openEntry = (hold: Hold): LedgerEntry => ({
  id: `${hold.id}:open`,
  kind: 'hold',
  book: hold.book,
  keyId: hold.keyId,
  requestId: hold.requestId,
  holdId: hold.id,
  amountNano: hold.amountNano,
  at: hold.openedAt,
})

/** Books the cost of one attempt against a hold; may exceed it when tokens were misjudged. */
export const settleEntry = (
  hold: Hold,
  attempt: { readonly id: string; readonly costNano: Nano; readonly book: Book },
  at: Instant,
): LedgerEntry => ({
  id: `${attempt.id}:settle`,
  kind: 'settle',
  book: attempt.book,
  keyId: hold.keyId,
  requestId: hold.requestId,
  holdId: hold.id,
  attemptId: attempt.id,
  amountNano: attempt.costNano,
  at,
})

/** Closes a hold; `release` after work has ended, `expire` when nobody can end it any more. */
export const closeEntry = (
  hold: Hold,
  kind: 'release' | 'expire',
  spentNano: Nano,
  at: Instant,
): LedgerEntry => ({
  id: `${hold.id}:close`,
  kind,
  book: hold.book,
  keyId: hold.keyId,
  requestId: hold.requestId,
  holdId: hold.id,
  amountNano: hold.amountNano > spentNano ? hold.amountNano - spentNano : 0n,
  at,
})
