import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import { expect, test } from 'vitest'
import { queryPrinter } from './engine.ts'
import { type Columns, rowsStatement, statement, updateStatement } from './statement.ts'

const kysely = queryPrinter({
  createAdapter: () => new SqliteAdapter(),
  createIntrospector: (printer) => new SqliteIntrospector(printer),
  createQueryCompiler: () => new SqliteQueryCompiler(),
})

const columns: Columns<{ name: string; value: string }> = { name: 'text', value: 'text' }
const rows = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `n${index}`, value: `v${index}` }))

test('values go where they stood when the query was compiled, constants stay', () => {
  const find = statement(columns, ({ name, value }) =>
    kysely
      .selectFrom('settings')
      .selectAll()
      .where('value', '=', value)
      .where('name', '=', name)
      .limit(3),
  )
  const first = find({ name: 'n', value: 'v' })
  expect(first.parameters).toEqual(['v', 'n', 3])
  expect(find({ name: 'other', value: 'w' })).toMatchObject({
    sql: first.sql,
    parameters: ['w', 'other', 3],
  })
})

test('rows are cut into powers of two up to the limit, in their order', () => {
  const insert = rowsStatement(columns, 8, (values) =>
    kysely.insertInto('settings').values([...values]),
  )
  const queries = insert(rows(21))
  expect(queries.map(({ parameters }) => parameters.length / 2)).toEqual([8, 8, 4, 1])
  expect(queries.flatMap(({ parameters }) => parameters)).toEqual(
    rows(21).flatMap(({ name, value }) => [name, value]),
  )
  expect(insert([])).toEqual([])
})

test('an update of one row is plain, of several it reads a list of values', () => {
  const update = updateStatement(kysely, 'settings', columns, 2, (settings, given) =>
    settings.set({ value: given.value }).where('settings.name', '=', given.name),
  )
  const [several, one] = update(rows(3))
  expect(several?.sql).toBe(
    'with "given"("name", "value") as (values (cast(? as text), cast(? as text)), ' +
      '(cast(? as text), cast(? as text))) update "settings" set "value" = "given"."value" ' +
      'from "given" where "settings"."name" = "given"."name"',
  )
  expect(several?.parameters).toEqual(['n0', 'v0', 'n1', 'v1'])
  expect(one?.sql).toBe('update "settings" set "value" = ? where "settings"."name" = ?')
  expect(one?.parameters).toEqual(['v2', 'n2'])
})
