import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { Outcome, Steps } from '../database/engine.ts'
import type { Printed } from '../database/printed.ts'
import { isBusy } from './sqlite-error.ts'

/** Between two tries to get the file alone, when it is opened. */
const RETRY_PAUSE_MS = 5

/** Statements kept prepared. Texts come from code only, so they are far fewer. */
const MAX_PREPARED = 512

/** Page cache. Ids are random, so at a million requests the default of 2 MB would thrash. */
const CACHE_KIB = 32 * 1024

/**
 * How much of the file is read as memory: what the system has of it anyway is not copied once more.
 * Measured on the query of an exact look-up among a million entries: 18 instead of 25 microseconds.
 * The pages count as this process's memory in some displays; the system takes them back whenever it
 * needs them.
 *
 * The price: where the disk fails to read a page, or somebody else shortens the file, the system
 * ends this process (SIGBUS) instead of SQLite answering with an error. It is paid, because such a
 * file could serve nobody any more, because SQLite itself never shortens a file that others read,
 * and because every act is written before it is done, so that a start with a sound file goes on
 * from there. Writes and the log are not mapped.
 */
const MAPPED_BYTES = 2 ** 30

/** Pages (4 KiB) in the log before it is written back; larger = a page changed often goes once. */
const CHECKPOINT_PAGES = 4_000

/** What may be set from outside. */
export interface ConnectionSettings {
  readonly path: string
  /** How long a write waits for another process; the thread stands still meanwhile. */
  readonly busyTimeoutMs: number
}

/** A connection to one file. All its calls block the thread and throw SQLite's own errors. */
export interface Connection {
  query(query: Printed): Outcome
  /**
   * Runs all steps in one transaction, or none.
   * @param isWaived whether the disk need not confirm it: a power cut may take it back, a process
   *   that dies may not. The next transaction that is confirmed confirms it as well.
   */
  transact<Result>(steps: Steps<Result>, isWaived?: boolean): Result
  close(): void
}

interface Prepared {
  readonly statement: StatementSync
  readonly hasRows: boolean
}

/**
 * Opens a file, and creates it if there is none. Write-ahead log, so that readers and another
 * process go on during a write; full synchronisation, so that a confirmed commit survives a power
 * cut.
 */
export function openConnection(settings: ConnectionSettings): Connection {
  const database = open(settings)
  const prepared = new Map<string, Prepared>()

  const prepare = (text: string): Prepared => {
    const known = prepared.get(text)
    if (known !== undefined) return known
    if (prepared.size >= MAX_PREPARED) prepared.clear()
    const statement = database.prepare(text)
    const fresh = { statement, hasRows: statement.columns().length > 0 }
    prepared.set(text, fresh)
    return fresh
  }

  const query = ({ sql, parameters }: Printed): Outcome => {
    const { statement, hasRows } = prepare(sql)
    // Kysely types values by column; what the columns hold is what SQLite takes.
    const values = parameters as SQLInputValue[]
    if (!hasRows) return { rows: [], changes: Number(statement.run(...values).changes) }
    const rows = statement.all(...values)
    return { rows, changes: rows.length }
  }

  let isConfirming = true
  const confirm = (isWanted: boolean): void => {
    if (isWanted === isConfirming) return
    database.exec(`pragma synchronous = ${isWanted ? 'full' : 'normal'}`)
    isConfirming = isWanted
  }

  return {
    query: (asked) => {
      confirm(true)
      return query(asked)
    },
    transact: (steps, isWaived = false) => {
      confirm(!isWaived)
      database.exec('begin immediate')
      try {
        let step = steps.next()
        while (step.done !== true) step = steps.next(query(step.value))
        database.exec('commit')
        return step.value
      } catch (error) {
        if (database.isTransaction) database.exec('rollback')
        throw error
      }
    },
    close: () => database.close(),
  }
}

function open({ path, busyTimeoutMs }: ConnectionSettings): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  // Prompts and the secret that signs links are in it: for the owner only.
  closeSync(openSync(path, 'a', 0o600))
  const database = new DatabaseSync(path, {
    readBigInts: true,
    enableForeignKeyConstraints: true,
    timeout: busyTimeoutMs,
  })
  try {
    // The switch to the log needs the file alone and does not heed the timeout above.
    patiently(() => database.exec('pragma journal_mode = wal'), busyTimeoutMs)
    database.exec('pragma synchronous = full')
    database.exec(`pragma cache_size = -${CACHE_KIB}`)
    database.exec(`pragma mmap_size = ${MAPPED_BYTES}`)
    database.exec(`pragma wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Tries again while another process has the file, standing still meanwhile. */
function patiently(work: () => void, limitMs: number): void {
  const nobodyWakes = new Int32Array(new SharedArrayBuffer(4))
  const endMs = performance.now() + limitMs
  for (;;) {
    try {
      work()
      return
    } catch (error) {
      if (!isBusy(error) || performance.now() > endMs) throw error
      Atomics.wait(nobodyWakes, 0, 0, RETRY_PAUSE_MS)
    }
  }
}
