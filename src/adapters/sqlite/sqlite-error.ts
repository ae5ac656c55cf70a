import { contradictionError, unavailableError } from '../database/errors.ts'

// Primary result codes (constants of SQLite 3.40's interface, read 2026-11-21).
const BUSY = 5
const CONSTRAINT = 19
/** BUSY, LOCKED, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB. */
const UNAVAILABLE: ReadonlySet<number> = new Set([5, 6, 7, 8, 10, 11, 13, 14, 26])

// The low byte of a code is the primary one, the rest says more.
const primaryCode = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined

/** Whether another connection has what this one needs. */
export const isBusy = (error: unknown): boolean => primaryCode(error) === BUSY

/** The error callers know for one of SQLite; a defect, and what is not SQLite's, unchanged. */
export function toStoreError(error: unknown): unknown {
  const code = primaryCode(error)
  if (code === CONSTRAINT) return contradictionError(String((error as Error).message), error)
  return code !== undefined && UNAVAILABLE.has(code) ? unavailableError('SQLite', error) : error
}
