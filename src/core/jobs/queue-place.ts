import type { Instant } from '../time.ts'

/** Whose turn comes first: all that is high and due goes before anything that is normal. */
export const priorities = ['high', 'normal', 'low'] as const
/** See {@link priorities}. */
export type Priority = (typeof priorities)[number]

/**
 * Where a request stands that nobody waits for: it can be made later, elsewhere, and again where
 * nothing came of it.
 */
export interface QueuePlace {
  readonly priority: Priority
  /** Not before; also its place among those of the same priority. */
  readonly dueAt: Instant
  /** How often it was put back because something was in the way, pauses for money not counted. */
  readonly tries: number
  /**
   * Grows each time a process takes the job. What a process writes that has lost it meanwhile, and
   * does not know, is refused by the old number.
   */
  readonly fence: number
  /** The budget that it waits for: another limit of it, or none, makes the job due at once. */
  readonly pausedBy?: string
  /** The batch that it is a line of, and which one. */
  readonly batch?: { readonly id: string; readonly line: number }
}
