import { sql } from 'kysely'
import type { Idioms } from '../database/engine.ts'

/** JSON may write the character NUL, which no text of PostgreSQL can hold. */
const jsonOf = (column: string) =>
  sql`cast(replace(${sql.ref(column)}, ${'\\u0000'}, ${'\\ufffd'}) as json)`

const pathOf = (path: readonly string[]) => sql`cast(${`{${path.join(',')}}`} as text[])`

/** How PostgreSQL spells what {@link Idioms} lists. */
export const postgresIdioms: Idioms = {
  jsonText: (column, ...path) => sql<string | null>`(${jsonOf(column)} #>> ${pathOf(path)})`,
  jsonLength: (column, ...path) =>
    sql<bigint | null>`cast(json_array_length(${jsonOf(column)} #> ${pathOf(path)}) as bigint)`,
  // Rows lie in the order in which they came; the index of the key finds them.
  liesByKey: sql``,
}
