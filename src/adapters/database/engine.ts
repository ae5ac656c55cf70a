import {
  type Compilable,
  type CompiledQuery,
  type Dialect,
  DummyDriver,
  Kysely,
  type RawBuilder,
} from 'kysely'
import type { BudgetRefusal } from '../../core/budgets/claim.ts'
import type { Batch } from './batch.ts'
import type { Schema } from './schema.ts'

/** What a query gave: its rows, and how many rows it wrote. */
export interface Outcome<Row = unknown> {
  readonly rows: readonly Row[]
  readonly changes: number
}

/**
 * The statements of one transaction, one after the other, each answered by its outcome. Written as
 * a generator so that SQLite can run them without leaving the turn and PostgreSQL by awaiting.
 */
export type Steps<Result = void> = Generator<CompiledQuery, Result, Outcome>

/** A commit that was refused, by its place in the group. */
export interface RefusedBatch {
  readonly index: number
  readonly refusal: BudgetRefusal
}

/** How queries are printed for one database. */
export interface Printer {
  /** Prints queries; it is connected to nothing. */
  readonly kysely: Kysely<Schema>
  /** How many rows one statement of a group should carry at most; 1 where calls cost nothing. */
  readonly rowsPerStatement: number
}

/** What the two databases spell differently; names and paths come from code, never from input. */
export interface Idioms {
  /** A text inside a column of JSON, without the characters NUL it may hold; null without one. */
  jsonText(column: string, ...path: readonly string[]): RawBuilder<string | null>
  /** How many items a list inside a column of JSON has; null when there is no list. */
  jsonLength(column: string, ...path: readonly string[]): RawBuilder<bigint | null>
  /** Ends the definition of a table whose rows should lie in the order of their key. */
  readonly liesByKey: RawBuilder<unknown>
}

/** A database: runs what Kysely has printed. Everything that differs between the two is in here. */
export interface Engine extends Printer {
  readonly name: 'SQLite' | 'PostgreSQL'
  /** Whether rows can be claimed with `for update skip locked`. */
  readonly canSkipLocked: boolean
  readonly idioms: Idioms
  /**
   * Runs one query by itself.
   * @throws ContradictionError when a constraint forbids it; GatewayError `ledger_unavailable` when
   * the database cannot be reached.
   */
  execute<Row>(query: CompiledQuery<Row>, options?: { isSlow?: boolean }): Promise<Outcome<Row>>
  /**
   * Runs all steps in one transaction, or none. `steps` may be called again after a deadlock.
   * @throws like {@link Engine.execute}, and whatever a step throws.
   */
  transact<Result>(steps: () => Steps<Result>, options?: { isSlow?: boolean }): Promise<Result>
  /**
   * Writes the facts of several commits in one transaction, without standing in the way of this
   * thread. No two may be written in another order than they come in; see `takeGroup`.
   * @returns the commits that no budget had room for; of those nothing is written.
   * @throws like {@link Engine.transact}
   */
  write(batches: readonly Batch[]): Promise<readonly RefusedBatch[]>
  /** A query that makes the transaction wait for all others that also begin with it. */
  readonly migrationLock: CompiledQuery | undefined
  close(): Promise<void>
}

/** Runs a query that was not compiled before; for what is asked rarely. */
export const run = <Row>(engine: Engine, query: Compilable<Row>): Promise<Outcome<Row>> =>
  engine.execute(query.compile())

/** A Kysely that only prints. */
export const queryPrinter = (parts: Omit<Dialect, 'createDriver'>): Kysely<Schema> =>
  new Kysely<Schema>({
    dialect: {
      createAdapter: () => parts.createAdapter(),
      createIntrospector: (kysely) => parts.createIntrospector(kysely),
      createQueryCompiler: () => parts.createQueryCompiler(),
      createDriver: () => new DummyDriver(),
    },
  })
