import { windowName } from './admit-holds.ts'
import type { ClaimSpendRow, HoldClaimRow, WindowMoveRow } from './budget-rows.ts'
import type { HoldChangeRow } from './changes.ts'
import type { LedgerRow } from './schema.ts'
import { type ChangedHold, remaining, wasClosedBefore } from './totals.ts'
import type { SettledCall } from './usage-totals.ts'

/** A claim as it is after a change. */
export type ChangedClaim = Omit<HoldClaimRow, 'provider' | 'to_at'>

const claimName = ({
  request_id,
  hold_id,
  budget_id,
}: Pick<HoldClaimRow, 'request_id' | 'hold_id' | 'budget_id'>): string =>
  `${request_id} ${hold_id} ${budget_id}`

/** The provider of an offer: `bfl` of `bfl/flux-2-pro`. */
const providerOf = ({ offer }: Pick<SettledCall, 'offer'>): string => offer.split('/', 1)[0] ?? ''

/**
 * What settlements take of claims, one row for each claim of a changed hold, so that a close can be
 * told from what was spent until then. Money counts in the window that it was put aside in, however
 * late the answer came, and spend of the other book does not count.
 */
export function claimSpends(
  claims: readonly HoldClaimRow[],
  changes: readonly HoldChangeRow[],
  entries: readonly LedgerRow[],
  calls: readonly SettledCall[],
): readonly ClaimSpendRow[] {
  const changed = new Set(changes.map(({ request_id, id }) => `${request_id} ${id}`))
  const providers = new Map(calls.map((call) => [call.id, providerOf(call)]))
  const settled = new Map<string, LedgerRow[]>()
  for (const entry of entries) {
    if (entry.kind !== 'settle') continue
    const name = `${entry.request_id} ${entry.hold_id}`
    settled.set(name, [...(settled.get(name) ?? []), entry])
  }
  return claims.flatMap((claim): ClaimSpendRow[] => {
    const { request_id, hold_id, budget_id, book, provider } = claim
    const name = `${request_id} ${hold_id}`
    if (!changed.has(name)) return []
    const spent_nano = (settled.get(name) ?? [])
      .filter((entry) => entry.book === book)
      .filter(({ attempt_id }) => provider === '' || providers.get(attempt_id ?? '') === provider)
      .reduce((sum, { amount_nano }) => sum + amount_nano, 0n)
    return [{ request_id, hold_id, budget_id, spent_nano }]
  })
}

/** Collects what a group moves in the windows of budgets, so that each is written once. */
export class WindowTotals {
  readonly #moves = new Map<string, WindowMoveRow>()

  /** Money was put aside. */
  open(claim: HoldClaimRow): void {
    this.#add(claim, 0n, claim.amount_nano)
  }

  /** Claims were spent of, or their holds closed: what is put aside shrinks, to nothing at most. */
  change(
    claims: readonly ChangedClaim[],
    spends: readonly ClaimSpendRow[],
    holds: readonly ChangedHold[],
    changes: readonly HoldChangeRow[],
  ): void {
    const spentOf = new Map(spends.map((spend) => [claimName(spend), spend.spent_nano]))
    const holdOf = new Map(holds.map((hold) => [hold.id, hold]))
    const changeOf = new Map(changes.map((change) => [change.id, change]))
    for (const claim of claims) {
      const added = spentOf.get(claimName(claim)) ?? 0n
      const [hold, change] = [holdOf.get(claim.hold_id), changeOf.get(claim.hold_id)]
      if (hold === undefined || change === undefined) continue
      const { amount_nano, spent_nano } = claim
      const isOpen = !wasClosedBefore(hold, change)
      const before = isOpen ? remaining(amount_nano, spent_nano - added) : 0n
      const after = hold.closed_at === null ? remaining(amount_nano, spent_nano) : 0n
      this.#add(claim, added, after - before)
    }
  }

  /** What to add to the windows, which are all locked by now. */
  rows(): readonly WindowMoveRow[] {
    return [...this.#moves.entries()]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([, move]) => move)
  }

  #add(claim: Pick<HoldClaimRow, 'budget_id' | 'book' | 'from_at'>, spent: bigint, held: bigint) {
    const { budget_id, book, from_at } = claim
    const name = windowName(claim)
    const { spent_nano = 0n, held_nano = 0n } = this.#moves.get(name) ?? {}
    this.#moves.set(name, {
      ...{ budget_id, book, from_at },
      ...{ spent_nano: spent_nano + spent, held_nano: held_nano + held },
    })
  }
}
