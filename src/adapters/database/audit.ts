import { sql } from 'kysely'
import { auditBudgets } from './audit-budgets.ts'
import { auditUsage } from './audit-usage.ts'
import type { Engine } from './engine.ts'
import { MAX_FINDINGS } from './findings.ts'

/**
 * Checks the books against each other. Each check is one statement, so it sees one instant of the
 * database, and the database does the adding up, so memory does not grow with the ledger.
 */
export async function audit(engine: Engine): Promise<readonly string[]> {
  const findings: string[] = []
  for (const check of [holds, strayEntries, attempts, balances, auditBudgets, auditUsage]) {
    findings.push(...(await check(engine)))
  }
  return findings
}

interface HoldSums {
  readonly id: string
  readonly amount_nano: bigint
  readonly spent_nano: bigint
  readonly closed_at: bigint | null
  readonly opens: bigint
  readonly opened_nano: bigint
  readonly settled_nano: bigint
  readonly closes: bigint
  readonly released_nano: bigint
}

/** Every hold against its entries: opened once, used as settled, closed once and covered. */
async function holds(engine: Engine): Promise<readonly string[]> {
  const closing = sql`entry.kind in ('release', 'expire')`
  const query = sql<HoldSums>`
    select * from (
      select hold.id, hold.amount_nano, hold.spent_nano, hold.closed_at,
        count(case when entry.kind = 'hold' then 1 end) as opens,
        cast(coalesce(sum(case when entry.kind = 'hold' then entry.amount_nano end), 0)
          as bigint) as opened_nano,
        cast(coalesce(sum(case when entry.kind = 'settle' and entry.book = hold.book
          then entry.amount_nano end), 0) as bigint) as settled_nano,
        count(case when ${closing} then 1 end) as closes,
        cast(coalesce(sum(case when ${closing} then entry.amount_nano end), 0)
          as bigint) as released_nano
      from holds as hold
      left join ledger_entries as entry
        on entry.request_id = hold.request_id and entry.hold_id = hold.id
      group by hold.request_id, hold.id, hold.amount_nano, hold.spent_nano, hold.closed_at
    ) as sums
    where opens <> 1 or opened_nano <> amount_nano or settled_nano <> spent_nano
      or closes <> case when closed_at is null then 0 else 1 end
      or (closed_at is not null and settled_nano + released_nano < amount_nano)
    limit ${MAX_FINDINGS}`
  const { rows } = await engine.execute(query.compile(engine.kysely), { isSlow: true })
  return rows.map(holdFinding)
}

function holdFinding(hold: HoldSums): string {
  const closes = hold.closed_at === null ? 0n : 1n
  if (hold.opens !== 1n) return `hold ${hold.id} has ${hold.opens} opening entries`
  if (hold.opened_nano !== hold.amount_nano) {
    return `hold ${hold.id} is ${hold.amount_nano} but its entry opens ${hold.opened_nano}`
  }
  if (hold.settled_nano !== hold.spent_nano) {
    return `hold ${hold.id} counts ${hold.spent_nano} spent but entries settle ${hold.settled_nano}`
  }
  if (hold.closes !== closes) {
    return `hold ${hold.id} has ${hold.closes} closing entries, expected ${closes}`
  }
  return (
    `hold ${hold.id} of ${hold.amount_nano} is not covered: ` +
    `${hold.settled_nano} spent, ${hold.released_nano} released`
  )
}

/** Entries that belong to no hold, and settlements of no attempt. */
async function strayEntries(engine: Engine): Promise<readonly string[]> {
  const query = sql<{ readonly id: string }>`
    select entry.id from ledger_entries as entry
    left join holds as hold on hold.request_id = entry.request_id and hold.id = entry.hold_id
    left join attempts as attempt on attempt.id = entry.attempt_id
    where hold.id is null or (entry.kind = 'settle' and attempt.id is null)
    limit ${MAX_FINDINGS}`
  const { rows } = await engine.execute(query.compile(engine.kysely), { isSlow: true })
  return rows.map((row) => `ledger entry ${row.id} belongs to no hold or to no attempt`)
}

/** Every settled attempt has been booked at its cost, once, and nothing else has. */
async function attempts(engine: Engine): Promise<readonly string[]> {
  const query = sql<{ readonly id: string; readonly cost_nano: bigint; booked_nano: bigint }>`
    select * from (
      select attempt.id, attempt.state, attempt.cost_nano, count(entry.id) as settles,
        cast(coalesce(sum(entry.amount_nano), 0) as bigint) as booked_nano
      from attempts as attempt
      left join ledger_entries as entry
        on entry.request_id = attempt.request_id and entry.attempt_id = attempt.id
        and entry.kind = 'settle'
      group by attempt.id, attempt.state, attempt.cost_nano
    ) as sums
    where settles <> case when state = 'settled' then 1 else 0 end
      or (state = 'settled' and booked_nano <> cost_nano)
    limit ${MAX_FINDINGS}`
  const { rows } = await engine.execute(query.compile(engine.kysely), { isSlow: true })
  return rows.map(
    (row) => `attempt ${row.id} cost ${row.cost_nano} but ${row.booked_nano} is booked`,
  )
}

interface BalanceDifference {
  readonly key_id: string
  readonly book: string
  readonly spent_nano: bigint
  readonly held_nano: bigint
}

/** Running totals minus what entries and open holds add up to: all zero. */
async function balances(engine: Engine): Promise<readonly string[]> {
  const query = sql<BalanceDifference>`
    select * from (
      select key_id, book, cast(sum(spent) as bigint) as spent_nano,
        cast(sum(held) as bigint) as held_nano
      from (
        select key_id, book, spent_nano as spent, held_nano as held from balances
        union all
        select key_id, book, -amount_nano, 0 from ledger_entries where kind = 'settle'
        union all
        select key_id, book, 0,
          case when amount_nano > spent_nano then spent_nano - amount_nano else 0 end
        from holds where closed_at is null
      ) as movements
      group by key_id, book
    ) as differences
    where spent_nano <> 0 or held_nano <> 0
    limit ${MAX_FINDINGS}`
  const { rows } = await engine.execute(query.compile(engine.kysely), { isSlow: true })
  return rows.map(
    (row) =>
      `balance of ${row.key_id} (${row.book}) is off by ` +
      `${row.spent_nano} spent and ${row.held_nano} held`,
  )
}
