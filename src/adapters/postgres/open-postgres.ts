import {
  type CompiledQuery,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely'
import pg from 'pg'
import { type Engine, type Outcome, queryPrinter, type Steps } from '../database/engine.ts'
import { isUnavailable, unavailableError } from '../database/errors.ts'
import { writeBatches } from '../database/write-batches.ts'
import { prepareWrites } from '../database/writes.ts'
import { isTransient, toStoreError } from './postgres-error.ts'
import { postgresIdioms } from './postgres-idioms.ts'

/** One writes groups, the others read. */
const MAX_CONNECTIONS = 8
const CONNECT_TIMEOUT_MS = 5_000
/** A database that stands still counts as lost after this; a group takes a thousandth of it. */
const QUERY_TIMEOUT_MS = 10_000
/** For audits and migrations, which read everything. */
const SLOW_QUERY_TIMEOUT_MS = 600_000
/** The server ends a transaction whose process hangs, so that its locks go. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000
/** How often a transaction is run when the server sacrifices it to end a deadlock. */
const TRANSACTION_TRIES = 3
/** A statement carries up to this many rows: round trips cost more than the rows. */
const ROWS_PER_STATEMENT = 64
/** Statements kept prepared on a connection. Texts come from code only, so they are far fewer. */
const MAX_PREPARED = 512
/** Names the lock under which schemas are migrated: "keeprate" in eight bytes. */
const MIGRATION_LOCK = 0x6b65_6570_7261_7465n
/** Type of int8 and of count(*) (pg_type of PostgreSQL 15.18, read 2026-11-21). */
const INT8 = 20

/** PostgreSQL through a pool of pg. Connects when first used, and again after a loss. */
export function openPostgres(url: string): Engine {
  const pool = openPool(url)
  const kysely = queryPrinter({
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (printer) => new PostgresIntrospector(printer),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  })
  const names = new Map<string, string>()

  const runQuery = async (
    client: pg.PoolClient,
    { sql: text, parameters }: CompiledQuery,
    timeoutMs: number,
  ): Promise<Outcome> => {
    // `query_timeout` of one query is documented by pg and missing in its types.
    const config: pg.QueryConfig & { readonly query_timeout: number } = {
      name: preparedName(text, names),
      text,
      values: [...parameters],
      query_timeout: timeoutMs,
    }
    const { rows, rowCount } = await asked(client.query(config))
    return { rows, changes: rowCount ?? 0 }
  }

  const writes = prepareWrites({ kysely, rowsPerStatement: ROWS_PER_STATEMENT })
  const transact = <Result>(
    steps: () => Steps<Result>,
    options: { isSlow?: boolean } = {},
  ): Promise<Result> => {
    const timeoutMs = options.isSlow ? SLOW_QUERY_TIMEOUT_MS : QUERY_TIMEOUT_MS
    return retried(() =>
      withClient(pool, (client) =>
        runSteps(client, steps(), (query) => runQuery(client, query, timeoutMs)),
      ),
    )
  }

  return {
    name: 'PostgreSQL',
    kysely,
    rowsPerStatement: ROWS_PER_STATEMENT,
    canSkipLocked: true,
    idioms: postgresIdioms,
    migrationLock: sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.compile(kysely),
    async execute<Row>(query: CompiledQuery<Row>, options: { isSlow?: boolean } = {}) {
      const timeoutMs = options.isSlow ? SLOW_QUERY_TIMEOUT_MS : QUERY_TIMEOUT_MS
      const outcome = await retried(() =>
        withClient(pool, (client) => runQuery(client, query, timeoutMs)),
      )
      return outcome as Outcome<Row>
    },
    transact,
    write: (batches) => transact(() => writeBatches(writes, batches)),
    close: () => pool.end(),
  }
}

/** Runs steps between `begin` and `commit`; a failed one takes all back. */
async function runSteps<Result>(
  client: pg.PoolClient,
  steps: Steps<Result>,
  runStep: (query: CompiledQuery) => Promise<Outcome>,
): Promise<Result> {
  await asked(client.query('begin'))
  let step: IteratorResult<CompiledQuery, Result>
  try {
    step = steps.next()
    while (step.done !== true) step = steps.next(await runStep(step.value))
  } catch (error) {
    if (!isUnavailable(error)) await asked(client.query('rollback'))
    throw error
  }
  try {
    await client.query('commit')
  } catch (error) {
    const known = toStoreError(error)
    throw isUnavailable(known) ? unavailableError('PostgreSQL', error, true) : known
  }
  return step.value
}

/** Lends a connection; one that was lost is not given back but ended. */
async function withClient<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await asked(pool.connect())
  let isLost = false
  try {
    return await work(client)
  } catch (error) {
    isLost = isUnavailable(error)
    throw error
  } finally {
    client.release(isLost)
  }
}

/** Runs again what the server gave up to end a deadlock; nothing of it was written. */
async function retried<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let left = TRANSACTION_TRIES - 1; ; left -= 1) {
    try {
      return await work()
    } catch (error) {
      if (!isTransient(error)) throw error
      if (left === 0) throw unavailableError('PostgreSQL', error)
    }
  }
}

/** Awaits an answer of pg; its errors become those of the stores. */
async function asked<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer
  } catch (error) {
    throw toStoreError(error)
  }
}

/** Statements are prepared under a name per text, so that the server parses each once. */
function preparedName(text: string, names: Map<string, string>): string | undefined {
  const known = names.get(text)
  if (known !== undefined || names.size >= MAX_PREPARED) return known
  const name = `keeprate_${names.size}`
  names.set(text, name)
  return name
}

function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'keeprate',
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
    types: {
      // For this pool only, not for every user of pg in the process.
      getTypeParser: ((oid: number, format?: 'text') =>
        oid === INT8
          ? BigInt
          : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  })
  // A lost connection is reported by the next query on it, and the pool replaces it. Without these
  // listeners the loss of a resting connection would end the process.
  const ignore = () => {}
  pool.on('error', ignore)
  pool.on('connect', (client) => client.on('error', ignore))
  return pool
}
