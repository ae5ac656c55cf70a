import { type Kysely, sql } from 'kysely'
import type { Idioms } from '../engine.ts'
import type { Migration } from './migration.ts'

/*
 * Usage, summed up when facts are written. `usage_series` says what is told apart, `usage_totals`
 * adds up each series in slots of a quarter, an hour and a day. Two series may tell the same: what
 * is filled in here has names of its own, and readers group by what the series tell.
 *
 * Requests and calls get the columns by which they are told apart, so that the sums can be made
 * and checked in SQL that both databases understand.
 */

const TEXTS = ['book', 'tenant', 'key_id', 'offer', 'operation', 'size', 'quality', 'purpose']
const SUMS = [
  'requests',
  'failed_requests',
  'delivered',
  'cached',
  'unlisted',
  'list_nano',
  'saved_nano',
  'attempts',
  'failed_attempts',
  'images',
  'reported_nano',
  'book_nano',
  'suspected_nano',
]
const QUARTER_MS = 900_000
const COARSER_MS = [3_600_000, 86_400_000]

const raw = (kysely: Kysely<unknown>, query: ReturnType<typeof sql>) => ({
  compile: () => query.compile(kysely),
})

/** One column a statement: SQLite takes no more. */
const columns = (kysely: Kysely<unknown>) => [
  ...['purpose'].map((name) =>
    kysely.schema
      .alterTable('requests')
      .addColumn(name, 'text', (column) => column.notNull().defaultTo('')),
  ),
  ...['made_offer', 'made_size', 'made_quality'].map((name) =>
    kysely.schema.alterTable('requests').addColumn(name, 'text'),
  ),
  ...['made_images', 'made_cached'].map((name) =>
    kysely.schema.alterTable('requests').addColumn(name, 'bigint'),
  ),
  ...['size', 'quality'].map((name) =>
    kysely.schema
      .alterTable('attempts')
      .addColumn(name, 'text', (column) => column.notNull().defaultTo('')),
  ),
  kysely.schema.alterTable('attempts').addColumn('made_images', 'bigint'),
]

const tables = (kysely: Kysely<unknown>, { liesByKey }: Idioms) => {
  const series = kysely.schema
    .createTable('usage_series')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
  const totals = kysely.schema
    .createTable('usage_totals')
    .addColumn('series_id', 'text', (column) => column.notNull())
    .addColumn('span', 'bigint', (column) => column.notNull())
    .addColumn('slot', 'bigint', (column) => column.notNull())
  return [
    TEXTS.reduce(
      (table, name) => table.addColumn(name, 'text', (column) => column.notNull()),
      series,
    ).modifyEnd(liesByKey),
    SUMS.reduce(
      (table, name) => table.addColumn(name, 'bigint', (column) => column.notNull()),
      totals,
    )
      .addPrimaryKeyConstraint('usage_totals_key', ['series_id', 'span', 'slot'])
      .modifyEnd(liesByKey),
    kysely.schema
      .createIndex('usage_series_tenant')
      .on('usage_series')
      .columns(['book', 'tenant', 'id']),
  ]
}

const callColumns = (kysely: Kysely<unknown>, { jsonText }: Idioms) => {
  const width = jsonText('call', 'expectedSize', 'width')
  const height = jsonText('call', 'expectedSize', 'height')
  return raw(
    kysely,
    sql`update attempts set
      size = coalesce(${width} || 'x' || ${height}, ''),
      quality = coalesce(${jsonText('call', 'settings', 'quality')}, ''),
      made_images = case when state = 'settled' then
        (select count(*) from images where images.attempt_id = attempts.id
          and images.request_id = attempts.request_id) end`,
  )
}

const requestColumns = (kysely: Kysely<unknown>, { jsonText, jsonLength }: Idioms) => {
  const provider = jsonText('summary', 'provider')
  const ofFirst = (column: 'size' | 'quality') =>
    sql`(select ${sql.ref(`attempts.${column}`)} from attempts
      where attempts.request_id = requests.id and attempts.made_images > 0
      order by attempts.position limit 1)`
  return raw(
    kysely,
    sql`update requests set
      purpose = coalesce(${jsonText('request', 'purpose')}, ''),
      made_offer = case when ${provider} <> '' then
        ${provider} || '/' || ${jsonText('summary', 'model')} end,
      made_size = ${ofFirst('size')},
      made_quality = ${ofFirst('quality')},
      made_images = case when ended_at is not null then
        coalesce(${jsonLength('summary', 'images')}, 0) end`,
  )
}

/** Pictures of an answer that its request did not make itself came from the cache. */
const cachedColumn = (kysely: Kysely<unknown>, { jsonText }: Idioms) => {
  const own = sql`(select count(*) from images
    where images.request_id = requests.id and images.state = 'published')`
  return raw(
    kysely,
    sql`update requests set made_cached = case
      when ${jsonText('summary', 'cache')} like 'HIT%' and made_images > ${own}
        then made_images - ${own}
      else 0 end
      where made_images is not null`,
  )
}

/** What was booked and what has ended, a row each. */
const movements = sql`(
  select entry.book, coalesce(request.tenant, '') as tenant, entry.key_id, attempt.offer,
    coalesce(request.operation, '') as operation, attempt.size, attempt.quality,
    coalesce(request.purpose, '') as purpose, entry.at,
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
  select book, tenant, key_id, coalesce(made_offer, ''), operation, coalesce(made_size, ''),
    coalesce(made_quality, ''), purpose, coalesce(ended_at, created_at),
    1, case when state = 'failed' then 1 else 0 end, coalesce(made_images, 0),
    coalesce(made_cached, 0), case when list_cost_nano is null then 1 else 0 end,
    coalesce(list_cost_nano, 0), coalesce(saved_nano, 0), 0, 0, 0, 0, 0, 0
  from requests where state in ('completed', 'failed', 'cancelled')
)`

const list = (names: readonly string[], table?: string) =>
  sql.join(names.map((name) => sql.ref(table === undefined ? name : `${table}.${name}`)))

const sums = (table: string) =>
  sql.join(SUMS.map((name) => sql`cast(sum(${sql.ref(`${table}.${name}`)}) as bigint)`))

const fill = (kysely: Kysely<unknown>) => {
  const isSame = sql.join(
    TEXTS.map((name) => sql`${sql.ref(`series.${name}`)} = ${sql.ref(`moved.${name}`)}`),
    sql` and `,
  )
  const span = sql.lit(QUARTER_MS)
  return [
    sql`insert into usage_series (id, ${list(TEXTS)})
      select 'before_' || cast(row_number() over (order by ${list(TEXTS)}) as text), ${list(TEXTS)}
      from ${movements} as moved group by ${list(TEXTS)}`,
    sql`insert into usage_totals (series_id, span, slot, ${list(SUMS)})
      select series.id, ${span}, moved.at - moved.at % ${span}, ${sums('moved')}
      from ${movements} as moved join usage_series as series on ${isSame}
      group by series.id, moved.at - moved.at % ${span}`,
    ...COARSER_MS.map((coarser) => {
      const slot = sql`fine.slot - fine.slot % ${sql.lit(coarser)}`
      return sql`insert into usage_totals (series_id, span, slot, ${list(SUMS)})
        select fine.series_id, ${sql.lit(coarser)}, ${slot}, ${sums('fine')}
        from usage_totals as fine where fine.span = ${span} group by fine.series_id, ${slot}`
    }),
  ].map((query) => raw(kysely, query))
}

/** Usage by quarter, hour and day, and what it is told apart by. */
export const usageRollups: Migration = {
  name: '0002-usage-rollups',
  statements: (kysely, idioms) => [
    ...columns(kysely),
    ...tables(kysely, idioms),
    callColumns(kysely, idioms),
    requestColumns(kysely, idioms),
    cachedColumn(kysely, idioms),
    ...fill(kysely),
  ],
}
