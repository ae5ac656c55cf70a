import { sql } from 'kysely'
import type { Engine } from './engine.ts'
import { MAX_FINDINGS } from './findings.ts'

/** What budgets have taken, against the holds and the entries that took it. */
export async function auditBudgets(engine: Engine): Promise<readonly string[]> {
  return [...(await claims(engine)), ...(await windows(engine))]
}

interface ClaimSums {
  readonly hold_id: string
  readonly budget_id: string
  readonly spent_nano: bigint
  readonly settled_nano: bigint
}

/** Every claim against the settlements of its hold that its budget counts. */
async function claims(engine: Engine): Promise<readonly string[]> {
  const query = sql<ClaimSums>`
    select * from (
      select claim.hold_id, claim.budget_id, claim.spent_nano,
        cast(coalesce(sum(entry.amount_nano), 0) as bigint) as settled_nano
      from hold_claims as claim
      left join ledger_entries as entry
        on entry.request_id = claim.request_id and entry.hold_id = claim.hold_id
        and entry.kind = 'settle' and entry.book = claim.book
        and (claim.provider = '' or exists (
          select 1 from attempts as attempt where attempt.id = entry.attempt_id
            and substr(attempt.offer || '/', 1, length(claim.provider) + 1)
              = claim.provider || '/'))
      group by claim.request_id, claim.hold_id, claim.budget_id, claim.spent_nano
    ) as sums
    where spent_nano <> settled_nano
    limit ${MAX_FINDINGS}`
  const { rows } = await engine.execute(query.compile(engine.kysely), { isSlow: true })
  return rows.map(
    (row) =>
      `hold ${row.hold_id} counts ${row.spent_nano} for ${row.budget_id} ` +
      `but entries settle ${row.settled_nano}`,
  )
}

interface WindowDifference {
  readonly budget_id: string
  readonly book: string
  readonly from_at: bigint
  readonly spent_nano: bigint
  readonly held_nano: bigint
}

/** Windows minus what the claims on them add up to: all zero. */
async function windows(engine: Engine): Promise<readonly string[]> {
  const query = sql<WindowDifference>`
    select * from (
      select budget_id, book, from_at, cast(sum(spent) as bigint) as spent_nano,
        cast(sum(held) as bigint) as held_nano
      from (
        select budget_id, book, from_at, spent_nano as spent, held_nano as held
        from budget_windows
        union all
        select claim.budget_id, claim.book, claim.from_at, -claim.spent_nano,
          case when hold.closed_at is null and claim.amount_nano > claim.spent_nano
            then claim.spent_nano - claim.amount_nano else 0 end
        from hold_claims as claim
        left join holds as hold
          on hold.request_id = claim.request_id and hold.id = claim.hold_id
      ) as movements
      group by budget_id, book, from_at
    ) as differences
    where spent_nano <> 0 or held_nano <> 0
    limit ${MAX_FINDINGS}`
  const { rows } = await engine.execute(query.compile(engine.kysely), { isSlow: true })
  return rows.map(
    (row) =>
      `the window of ${row.budget_id} (${row.book}) from ` +
      `${new Date(Number(row.from_at)).toISOString()} is off by ` +
      `${row.spent_nano} spent and ${row.held_nano} held`,
  )
}
