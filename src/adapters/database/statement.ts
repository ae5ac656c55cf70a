import {
  type CommonTableExpression,
  type Compilable,
  type CompiledQuery,
  type Expression,
  type Kysely,
  type RawBuilder,
  sql,
  type UpdateQueryBuilder,
  type UpdateResult,
} from 'kysely'
import { fill, type Printed, type Slot } from './printed.ts'

/*
 * Statements that are compiled once. Kysely builds and prints a query at every execution, which
 * costs more CPU than the database's own work on it; so a query of the hot path is built with
 * slots instead of values, printed once, and afterwards only the slots are filled.
 */

/** The column types that SQLite and PostgreSQL spell and order alike. */
export type ColumnType = 'text' | 'bigint' | 'double precision'

/** Every column of a row with its type; a forgotten one does not compile. */
export type Columns<Row> = { readonly [Name in keyof Row]-?: ColumnType }

/** Fills one set of values into a compiled query. */
export type Statement<Values, Output = unknown> = (values: Values) => CompiledQuery<Output>

/** Fills any number of rows into as few compiled queries as the limit allows. */
export type RowsStatement<Row, Output = unknown> = (
  rows: readonly Row[],
) => readonly CompiledQuery<Output>[]

/** A {@link RowsStatement} that can also be given away, to be filled elsewhere. */
export interface PrintableStatement<Row, Output = unknown> extends RowsStatement<Row, Output> {
  /** The statement for one row. */
  print(): Printed
}

/** What the rows of an update offer: their columns as expressions. */
export type Given<Row> = { readonly [Name in keyof Row]-?: RawBuilder<Row[Name]> }

const names = <Row>(columns: Columns<Row>): readonly (keyof Row & string)[] =>
  Object.keys(columns) as (keyof Row & string)[]

/** A row whose values are slots. The cast is what makes a template: Kysely only carries them. */
const slotRow = <Row>(columns: Columns<Row>, row: number): Row =>
  Object.fromEntries(
    names(columns).map((column) => [column, { row, column } satisfies Slot]),
  ) as Row

interface Template<Row, Output> {
  readonly printed: Printed
  fill(rows: readonly Row[], first: number): CompiledQuery<Output>
}

function template<Row, Output>(
  columns: Columns<Row>,
  rowCount: number,
  build: (rows: readonly Row[]) => Compilable<Output>,
): Template<Row, Output> {
  const rows = Array.from({ length: rowCount }, (_, row) => slotRow(columns, row))
  const { query, queryId, ...printed } = build(rows).compile()
  return {
    printed,
    fill: (values, first) => ({ ...fill(printed, values, first), query, queryId }),
  }
}

/** A query with one set of values. */
export function statement<Values, Output>(
  columns: Columns<Values>,
  build: (values: Values) => Compilable<Output>,
): Statement<Values, Output> {
  let compiled: Template<Values, Output> | undefined
  return (values) => {
    compiled ??= template(columns, 1, (rows) => build(rows[0] as Values))
    return compiled.fill([values], 0)
  }
}

/**
 * A query over many rows. Rows are cut into powers of two up to `rowsPerStatement`, so that few
 * different texts exist and all stay prepared.
 */
export function rowsStatement<Row, Output>(
  columns: Columns<Row>,
  rowsPerStatement: number,
  build: (rows: readonly Row[]) => Compilable<Output>,
): PrintableStatement<Row, Output> {
  const templates = new Map<number, Template<Row, Output>>()
  const templateOf = (count: number): Template<Row, Output> => {
    const known = templates.get(count)
    if (known !== undefined) return known
    const fresh = template(columns, count, build)
    templates.set(count, fresh)
    return fresh
  }
  const queries = (rows: readonly Row[]): readonly CompiledQuery<Output>[] => {
    const filled: CompiledQuery<Output>[] = []
    let first = 0
    while (first < rows.length) {
      const count = largestPowerOfTwo(Math.min(rows.length - first, rowsPerStatement))
      filled.push(templateOf(count).fill(rows, first))
      first += count
    }
    return filled
  }
  return Object.assign(queries, { print: () => templateOf(1).printed })
}

/**
 * An update of many rows, each with its own values. `finish` is written once; a single row is
 * printed as a plain update, several as an update from a list of values.
 */
export function updateStatement<Schema, Table extends keyof Schema & string, Row, Output>(
  kysely: Kysely<Schema>,
  table: Table,
  columns: Columns<Row>,
  rowsPerStatement: number,
  finish: (
    update: UpdateQueryBuilder<Schema, Table, Table, UpdateResult>,
    given: Given<Row>,
  ) => Compilable<Output>,
): PrintableStatement<Row, Output> {
  // The builder's type changes with every table it names; the columns it may use stay the same.
  type Update = UpdateQueryBuilder<Schema, Table, Table, UpdateResult>
  const columnNames = names(columns)
  return rowsStatement<Row, Output>(columns, rowsPerStatement, (rows) => {
    const given = (expressionOf: (name: keyof Row & string) => Expression<unknown>): Given<Row> =>
      Object.fromEntries(
        columnNames.map((name) => [name, expressionOf(name)]),
      ) as unknown as Given<Row>
    if (rows.length === 1) {
      const update = kysely.updateTable(table as never) as unknown as Update
      return finish(
        update,
        given((name) => sql`${rows[0]?.[name]}`),
      )
    }
    const values: CommonTableExpression<Schema, 'given'> = () => valuesOf(columns, rows) as never
    const update = kysely
      .with(`given(${columnNames.join(', ')})` as 'given', values)
      .updateTable(table as never) as unknown as { from(list: string): Update }
    return finish(
      update.from('given'),
      given((name) => sql.ref(`given.${name}`)),
    )
  })
}

/** `values (…), (…)` with a cast on each value: PostgreSQL takes a bare parameter for text. */
function valuesOf<Row>(columns: Columns<Row>, rows: readonly Row[]): RawBuilder<Row> {
  const tuples = rows.map((row) => {
    const values = names(columns).map(
      (name) => sql`cast(${row[name]} as ${sql.raw(columns[name])})`,
    )
    return sql`(${sql.join(values)})`
  })
  return sql<Row>`(values ${sql.join(tuples)})`
}

const largestPowerOfTwo = (limit: number): number => 2 ** Math.floor(Math.log2(limit))
