import pg from 'pg'
import { contradictionError, unavailableError } from '../database/errors.ts'

// SQLSTATE classes: the first two characters (errcodes.txt of PostgreSQL 15.18, read 2026-11-21).
const INTEGRITY_VIOLATION = '23'
const TRANSACTION_ROLLBACK = '40'
/** Data and syntax: a defect of this program, which waiting does not mend. */
const DEFECTS: ReadonlySet<string> = new Set(['0A', '22', '42'])

const classOf = (error: pg.DatabaseError): string => (error.code ?? '').slice(0, 2)

/** Whether the server gave a transaction up for the sake of others: a deadlock. */
export const isTransient = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && classOf(error) === TRANSACTION_ROLLBACK

/** The error callers know for one of pg. What the server did not say means a lost connection. */
export function toStoreError(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return unavailableError('PostgreSQL', error)
  const errorClass = classOf(error)
  if (errorClass === INTEGRITY_VIOLATION) return contradictionError(error.message, error)
  if (errorClass === TRANSACTION_ROLLBACK || DEFECTS.has(errorClass)) return error
  return unavailableError('PostgreSQL', error)
}
