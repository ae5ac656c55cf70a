import { sql } from 'kysely'
import type { Idioms } from '../database/engine.ts'

const pathOf = (path: readonly string[]): string => `$.${path.join('.')}`

/** How SQLite spells what {@link Idioms} lists. */
export const sqliteIdioms: Idioms = {
  jsonText: (column, ...path) =>
    sql<string | null>`cast(json_extract(
      replace(${sql.ref(column)}, ${'\\u0000'}, ${'\\ufffd'}), ${pathOf(path)}) as text)`,
  jsonLength: (column, ...path) =>
    sql<bigint | null>`json_array_length(${sql.ref(column)}, ${pathOf(path)})`,
  liesByKey: sql`without rowid`,
}
