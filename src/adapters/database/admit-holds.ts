import { type BudgetRefusal, leftOf } from '../../core/budgets/claim.ts'
import type { Book } from '../../core/ledger/entry.ts'
import type { Batch } from './batch.ts'
import type { BudgetWindowRow, HoldClaimRow, WindowKeyRow } from './budget-rows.ts'
import { fromNullable } from './columns.ts'
import type { RefusedBatch, Steps } from './engine.ts'
import { askRows } from './write-rows.ts'
import type { Writes } from './writes.ts'

/** What became of the holds of a group. */
export interface Admission {
  readonly admitted: readonly Batch[]
  readonly refused: readonly RefusedBatch[]
  /** Claims of holds that were open before and that the group changes. */
  readonly earlier: readonly HoldClaimRow[]
}

/** Names a window, and the order in which every process locks windows. */
export const windowName = ({ budget_id, book, from_at }: Omit<WindowKeyRow, 'to_at'>): string =>
  `${budget_id} ${book} ${from_at}`

/**
 * Finds room for the holds of a group, one after the other. The windows of all that the group will
 * move are locked before anything else is written, so what is read here stays true to the end; a
 * commit that finds no room is left out, and the others are none the worse for it.
 */
export function* admitHolds(writes: Writes, batches: readonly Batch[]): Steps<Admission> {
  // Several commits of a group may change one hold.
  const changed = new Map(
    batches.flatMap(({ rows }) =>
      rows.holdChanges.map(({ request_id, id }) => [`${request_id} ${id}`, { request_id, id }]),
    ),
  )
  const earlier = yield* askRows(writes.claimsOf, [...changed.values()])
  const windows = yield* lockWindows(writes, [
    ...earlier,
    ...batches.flatMap(({ rows }) => rows.claims),
  ])
  const admitted: Batch[] = []
  const refused: RefusedBatch[] = []
  for (const [index, batch] of batches.entries()) {
    // A commit may open many holds: each finds the room that those before it have left.
    const { claims } = batch.rows
    const blockedAt = claims.findIndex((claim) => !take(claim, windows))
    const blocking = claims[blockedAt]
    if (blocking === undefined) {
      admitted.push(batch)
      continue
    }
    for (const claim of claims.slice(0, blockedAt)) giveBack(claim, windows)
    refused.push({ index, refusal: refusalOf(blocking, windows) })
  }
  return { admitted, refused, earlier }
}

type Windows = Map<string, BudgetWindowRow>

function* lockWindows(writes: Writes, claims: readonly HoldClaimRow[]): Steps<Windows> {
  const keys = new Map<string, WindowKeyRow>()
  for (const claim of claims) {
    const { budget_id, book, from_at, to_at } = claim
    keys.set(windowName(claim), { budget_id, book, from_at, to_at })
  }
  const inOrder = [...keys].sort(([left], [right]) => (left < right ? -1 : 1))
  const rows = yield* askRows(
    writes.lockWindows,
    inOrder.map(([, key]) => key),
  )
  return new Map(rows.map((row) => [windowName(row), row]))
}

function windowOf(claim: HoldClaimRow, windows: Windows): BudgetWindowRow {
  const window = windows.get(windowName(claim))
  if (window === undefined) throw new TypeError('a window was not locked')
  return window
}

function leftIn(claim: HoldClaimRow, windows: Windows): bigint | undefined {
  const { limit_nano, spent_nano, held_nano } = windowOf(claim, windows)
  return leftOf({
    ...{ limitNano: limit_nano ?? undefined, spentNano: spent_nano, heldNano: held_nano },
  })
}

/** Takes what a claim asks for; false when there is no room for it. */
function take(claim: HoldClaimRow, windows: Windows): boolean {
  const left = leftIn(claim, windows)
  if (left !== undefined && claim.amount_nano > left) return false
  change(claim, claim.amount_nano, windows)
  return true
}

const giveBack = (claim: HoldClaimRow, windows: Windows): void =>
  change(claim, -claim.amount_nano, windows)

function change(claim: HoldClaimRow, amountNano: bigint, windows: Windows): void {
  const window = windowOf(claim, windows)
  const held_nano = window.held_nano + amountNano
  windows.set(windowName(claim), { ...window, held_nano })
}

function refusalOf(claim: HoldClaimRow, windows: Windows): BudgetRefusal {
  return {
    budgetId: claim.budget_id,
    book: claim.book as Book,
    window: { from: Number(claim.from_at), to: fromNullable(claim.to_at, Number) },
    limitNano: windowOf(claim, windows).limit_nano ?? 0n,
    leftNano: leftIn(claim, windows) ?? 0n,
    askedNano: claim.amount_nano,
  }
}
