import type { Kysely } from 'kysely'
import type { Engine, Steps } from './engine.ts'
import type { Migration } from './migrations/migration.ts'
import type { MigrationRow } from './schema.ts'

/**
 * Brings the schema up to date, in one transaction and under a lock, so that any number of
 * processes may start at once on an empty database.
 * @throws Error when the database was written by a newer version.
 */
export async function migrate(engine: Engine, migrations: readonly Migration[]): Promise<void> {
  const steps = function* (): Steps {
    if (engine.migrationLock !== undefined) yield engine.migrationLock
    yield engine.kysely.schema
      .createTable('schema_migrations')
      .ifNotExists()
      .addColumn('name', 'text', (column) => column.notNull().primaryKey())
      .compile()
    const { rows } = yield engine.kysely.selectFrom('schema_migrations').select('name').compile()
    const done = new Set(rows.map((row) => (row as MigrationRow).name))
    refuseNewer(done, migrations)
    for (const migration of migrations) {
      if (done.has(migration.name)) continue
      // A migration speaks of the schema as it was then, not of today's row types.
      const kysely = engine.kysely as Kysely<unknown>
      const statements = migration.statements(kysely, engine.idioms)
      for (const statement of statements) yield statement.compile()
      yield engine.kysely.insertInto('schema_migrations').values({ name: migration.name }).compile()
    }
  }
  // A migration may have to read all there is.
  await engine.transact(steps, { isSlow: true })
}

function refuseNewer(done: ReadonlySet<string>, migrations: readonly Migration[]): void {
  const known = new Set(migrations.map((migration) => migration.name))
  const unknown = [...done].filter((name) => !known.has(name))
  if (unknown.length === 0) return
  throw new Error(
    `The database was written by a newer version of Keeprate (it has ${unknown.join(', ')}); ` +
      'start that version, or a copy of the database from before.',
  )
}
