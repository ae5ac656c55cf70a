import { sql } from 'kysely'
import { QUARTER_MS, usageSpans } from '../../core/usage/slots.ts'
import type { Engine } from './engine.ts'
import { MAX_FINDINGS } from './findings.ts'
import { type UsageSumColumns, usageSumNames } from './usage-rows.ts'

/**
 * Checks usage against what it sums up: quarters against ledger, calls and requests, then hours
 * and days against quarters.
 */
export async function auditUsage(engine: Engine): Promise<readonly string[]> {
  const findings = [...(await quarters(engine))]
  for (const spanMs of usageSpans) {
    if (spanMs !== QUARTER_MS) findings.push(...(await coarserSlots(engine, spanMs)))
  }
  return findings
}

const TEXTS = ['book', 'tenant', 'key_id', 'offer', 'operation', 'size', 'quality', 'purpose']

type Difference = UsageSumColumns & {
  readonly slot: bigint
  readonly book: string
  readonly tenant: string
  readonly key_id: string
  readonly offer: string
}

const textList = (table: string) => sql.join(TEXTS.map((name) => sql.ref(`${table}.${name}`)))

const sums = (sign: 1 | -1) =>
  sql.join(
    usageSumNames.map((name) => {
      const column = sql.ref(`total.${name}`)
      return sign === 1 ? column : sql`-${column}`
    }),
  )

const addedUp = sql.join(
  usageSumNames.map((name) => sql`cast(sum(${sql.ref(name)}) as bigint) as ${sql.ref(name)}`),
)

const anyDiffers = sql.join(
  usageSumNames.map((name) => sql`${sql.ref(name)} <> 0`),
  sql` or `,
)

/** Every settled call and every ended request, as it should be counted. */
const facts = sql`
  select entry.at, entry.book, coalesce(request.tenant, '') as tenant, entry.key_id,
    attempt.offer, coalesce(request.operation, '') as operation, attempt.size, attempt.quality,
    coalesce(request.purpose, '') as purpose,
    0 as requests, 0 as failed_requests, 0 as delivered, 0 as cached, 0 as unlisted,
    0 as list_nano, 0 as saved_nano, 1 as attempts,
    case when attempt.outcome = 'produced' then 0 else 1 end as failed_attempts,
    coalesce(attempt.made_images, 0) as images,
    case when attempt.cost_basis = 'reported' then entry.amount_nano else 0 end as reported_nano,
    case when attempt.cost_basis in ('reported', 'suspected') then 0
      else entry.amount_nano end as book_nano,
    case when attempt.cost_basis = 'suspected' then entry.amount_nano else 0 end as suspected_nano
  from ledger_entries as entry
  join attempts as attempt on attempt.id = entry.attempt_id
  left join requests as request on request.id = attempt.request_id
  where entry.kind = 'settle'
  union all
  select coalesce(ended_at, created_at), book, tenant, key_id, coalesce(made_offer, ''), operation,
    coalesce(made_size, ''), coalesce(made_quality, ''), purpose,
    1, case when state = 'failed' then 1 else 0 end, coalesce(made_images, 0),
    coalesce(made_cached, 0), case when list_cost_nano is null then 1 else 0 end,
    coalesce(list_cost_nano, 0), coalesce(saved_nano, 0), 0, 0, 0, 0, 0, 0
  from requests where state in ('completed', 'failed', 'cancelled')`

async function quarters(engine: Engine): Promise<readonly string[]> {
  const query = sql<Difference>`
    select * from (
      select slot, ${textList('moved')}, ${addedUp} from (
        select total.slot, ${textList('series')}, ${sums(1)}
        from usage_totals as total join usage_series as series on series.id = total.series_id
        where total.span = ${sql.lit(QUARTER_MS)}
        union all
        select total.at - total.at % ${sql.lit(QUARTER_MS)}, ${textList('total')}, ${sums(-1)}
        from (${facts}) as total
      ) as moved
      group by slot, ${textList('moved')}
    ) as differences
    where ${anyDiffers}
    limit ${MAX_FINDINGS}`
  const { rows } = await engine.execute(query.compile(engine.kysely), { isSlow: true })
  return rows.map(
    (row) =>
      `usage of ${row.key_id} (${row.book}, ${row.tenant}) ` +
      `with ${row.offer || 'no offer'} in the ` +
      `quarter of ${new Date(Number(row.slot)).toISOString()} is off by ${told(row)}`,
  )
}

type CoarseDifference = UsageSumColumns & { readonly series_id: string; readonly slot: bigint }

async function coarserSlots(engine: Engine, spanMs: number): Promise<readonly string[]> {
  const query = sql<CoarseDifference>`
    select * from (
      select series_id, slot, ${addedUp} from (
        select total.series_id, total.slot, ${sums(1)}
        from usage_totals as total where total.span = ${sql.lit(spanMs)}
        union all
        select total.series_id, total.slot - total.slot % ${sql.lit(spanMs)}, ${sums(-1)}
        from usage_totals as total where total.span = ${sql.lit(QUARTER_MS)}
      ) as moved
      group by series_id, slot
    ) as differences
    where ${anyDiffers}
    limit ${MAX_FINDINGS}`
  const { rows } = await engine.execute(query.compile(engine.kysely), { isSlow: true })
  return rows.map(
    (row) =>
      `usage of series ${row.series_id} in the ${spanMs / 3_600_000} hours from ` +
      `${new Date(Number(row.slot)).toISOString()} differs from its quarters by ${told(row)}`,
  )
}

/** The sums that differ, by name. */
const told = (row: UsageSumColumns): string =>
  usageSumNames
    .filter((name) => row[name] !== 0n)
    .map((name) => `${row[name]} ${name}`)
    .join(', ')
