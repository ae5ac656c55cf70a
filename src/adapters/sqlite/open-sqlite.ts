import { type CompiledQuery, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import { type Engine, type Outcome, type Printer, queryPrinter } from '../database/engine.ts'
import { prepareWrites, printWrites } from '../database/writes.ts'
import { openConnection } from './connection.ts'
import { toStoreError } from './sqlite-error.ts'
import { sqliteIdioms } from './sqlite-idioms.ts'
import { SqliteWriter } from './sqlite-writer.ts'

/** How long a write waits for another process. */
const BUSY_TIMEOUT_MS = 2_000

/** What tests replace. */
export interface SqliteOptions {
  readonly busyTimeoutMs?: number
  /** The worker that writes. */
  readonly writer?: URL
}

const WRITING = new Set(['InsertQueryNode', 'UpdateQueryNode', 'DeleteQueryNode'])

/**
 * SQLite through node:sqlite. This thread reads; everything that writes goes to a thread of its
 * own, so that nobody waits for the disk but the one who asked. Only migrations run here: nothing
 * else is going on while they do.
 */
export function openSqlite(path: string, options: SqliteOptions = {}): Engine {
  const settings = { path, busyTimeoutMs: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS }
  const connection = translated(() => openConnection(settings))
  const printer: Printer = {
    kysely: queryPrinter({
      createAdapter: () => new SqliteAdapter(),
      createIntrospector: (kysely) => new SqliteIntrospector(kysely),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    }),
    // Measured: a statement per row costs less than gathering rows into one.
    rowsPerStatement: 1,
  }
  const statements = () => printWrites(prepareWrites(printer))
  const writer = new SqliteWriter(() => ({ ...settings, statements: statements() }), options.writer)
  return {
    name: 'SQLite',
    ...printer,
    canSkipLocked: false,
    idioms: sqliteIdioms,
    // `begin immediate` lets one writer in at a time.
    migrationLock: undefined,
    async execute<Row>(query: CompiledQuery<Row>) {
      const outcome = WRITING.has(query.query.kind)
        ? await writer.execute(query)
        : translated(() => connection.query(query))
      return outcome as Outcome<Row>
    },
    async transact(steps) {
      return translated(() => connection.transact(steps()))
    },
    write: (batches) => writer.write(batches),
    async close() {
      await writer.close()
      connection.close()
    },
  }
}

/** Runs something of SQLite; its errors become those of the stores. */
function translated<Value>(work: () => Value): Value {
  try {
    return work()
  } catch (error) {
    throw toStoreError(error)
  }
}
