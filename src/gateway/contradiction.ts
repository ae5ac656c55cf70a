import type { ContradictionError } from '../ports/stores.ts'

/** Whether a commit was refused because its facts contradict what is written. */
export const isContradiction = (error: unknown): error is ContradictionError =>
  error instanceof Error && 'contradiction' in error

/** Whether the database was lost while it confirmed: nobody knows whether the facts are written. */
export const isOutcomeUnknown = (error: unknown): boolean =>
  error instanceof Error && 'isOutcomeUnknown' in error && error.isOutcomeUnknown === true
