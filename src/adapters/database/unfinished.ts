import { sql } from 'kysely'

/*
 * Written with literals and not with parameters, because only then SQLite sees that a partial index
 * answers it.
 */

/** Requests that have not ended. */
export const isUnfinished = sql<boolean>`requests.state in ('queued', 'running', 'paused')`

/** Requests that somebody works on, or did until he died; index `requests_running`. */
export const isRunning = sql<boolean>`requests.state = 'running'`

/** Jobs that wait for somebody; index `requests_waiting`. */
export const isWaiting = sql<boolean>`requests.state in ('queued', 'paused')`

/** Jobs that wait for money; index `requests_paused`. */
export const isPaused = sql<boolean>`requests.state = 'paused'`
