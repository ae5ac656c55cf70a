import { sql } from 'kysely'
import { isQuarter, piecesOf } from '../../core/usage/slots.ts'
import { addUsage, type UsageRow } from '../../core/usage/usage-sums.ts'
import type { UsageQuery, UsageStore } from '../../ports/usage-store.ts'
import { toText } from './columns.ts'
import type { Engine } from './engine.ts'
import { statement } from './statement.ts'
import {
  fromSeriesRow,
  fromSumColumns,
  type UsageSeriesRow,
  type UsageSumColumns,
  usageSumNames,
} from './usage-rows.ts'

interface Piece {
  readonly book: string
  readonly tenant: string
  readonly span: bigint
  readonly first: bigint
  readonly end: bigint
}

type SeriesSums = UsageSeriesRow & UsageSumColumns

/** Usage, read from its totals; the range is put together from as few slots as it can be. */
export function usageStore(engine: Engine): UsageStore {
  const ofTenant = piecesQuery(engine, sql`and series.tenant = `)
  const ofAll = piecesQuery(engine)
  return {
    async sums(query) {
      checkRange(query)
      const found = new Map<string, UsageRow>()
      for (const { spanMs, from, to } of piecesOf(query.from, query.to)) {
        const { rows } = await engine.execute(
          (query.tenant === undefined ? ofAll : ofTenant)({
            book: query.book,
            tenant: toText(query.tenant ?? ''),
            span: BigInt(spanMs),
            first: BigInt(from),
            end: BigInt(to),
          }),
        )
        for (const row of rows) {
          const known = found.get(row.id)
          const sums = fromSumColumns(row)
          found.set(row.id, {
            series: fromSeriesRow(row),
            sums: known === undefined ? sums : addUsage(known.sums, sums),
          })
        }
      }
      return [...found.values()]
    },
  }
}

/** Only quarters are kept; a range between them would be answered with another one's sums. */
function checkRange({ from, to }: UsageQuery): void {
  if (isQuarter(from) && isQuarter(to)) return
  throw new RangeError('usage is kept by quarters of an hour')
}

/**
 * The sums of one piece. `cross join` keeps SQLite from reading the totals first: series by series
 * it finds exactly the slots it needs, in the order in which they are grouped.
 */
function piecesQuery({ kysely }: Engine, tenantIs?: ReturnType<typeof sql>) {
  const sums = sql.join(
    usageSumNames.map((name) => {
      const column = sql.ref(`total.${name}`)
      return sql`cast(sum(${column}) as bigint) as ${sql.ref(name)}`
    }),
  )
  const columns = {
    book: 'text',
    tenant: 'text',
    span: 'bigint',
    first: 'bigint',
    end: 'bigint',
  } as const
  return statement<Piece, SeriesSums>(columns, ({ book, tenant, span, first, end }) => {
    const isTenant = tenantIs === undefined ? sql`` : sql`${tenantIs}${tenant}`
    const query = sql<SeriesSums>`
      select series.id, series.book, series.tenant, series.key_id, series.offer,
        series.operation, series.size, series.quality, series.purpose, ${sums}
      from usage_series as series cross join usage_totals as total
      where series.book = ${book} ${isTenant} and total.series_id = series.id
        and total.span = ${span} and total.slot >= ${first} and total.slot < ${end}
      group by series.id`
    return { compile: () => query.compile(kysely) }
  })
}
