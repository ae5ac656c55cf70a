import { sql } from 'kysely'
import type { Printer } from './engine.ts'
import { rowsStatement } from './statement.ts'
import { usageSeriesColumns, usageSumNames, usageTotalColumns } from './usage-rows.ts'

/** What only the request of a call knows. */
const ofRequest = <Column extends 'tenant' | 'operation' | 'purpose'>(column: Column) =>
  sql<string>`(select ${sql.ref(`requests.${column}`)} from requests
    where requests.id = attempts.request_id)`.as(column)

/** What usage is told of a call that was settled, beyond what was just written. */
export const settledCallColumns = [
  'attempts.id',
  'attempts.offer',
  'attempts.size',
  'attempts.quality',
  ofRequest('tenant'),
  ofRequest('operation'),
  ofRequest('purpose'),
] as const

/** What usage is told of a request that has ended, beyond what was just written. */
export const endedRequestColumns = [
  'requests.id',
  'requests.tenant',
  'requests.key_id',
  'requests.operation',
  'requests.purpose',
  'requests.book',
  'requests.created_at',
] as const

/** Both take rows in one order only, or two processes lock each other out. */
export const usageWrites = ({ kysely, rowsPerStatement }: Printer) => ({
  /** Names series that are new. */
  nameSeries: rowsStatement(usageSeriesColumns, rowsPerStatement, (rows) =>
    kysely
      .insertInto('usage_series')
      .values([...rows])
      .onConflict((conflict) => conflict.column('id').doNothing()),
  ),
  /** Adds to the totals. */
  addUsage: rowsStatement(usageTotalColumns, rowsPerStatement, (rows) =>
    kysely
      .insertInto('usage_totals')
      .values([...rows])
      .onConflict((conflict) =>
        conflict
          .columns(['series_id', 'span', 'slot'])
          .doUpdateSet((set) =>
            Object.fromEntries(
              usageSumNames.map((sum) => [
                sum,
                set(`usage_totals.${sum}`, '+', set.ref(`excluded.${sum}`)),
              ]),
            ),
          ),
      ),
  ),
})
