import { sql } from 'kysely'

/**
 * Requests that have not ended. Written with literals and not with parameters, because only then
 * SQLite sees that the partial index `requests_unfinished` answers it.
 */
export const isUnfinished = sql<boolean>`requests.state in ('queued', 'running', 'paused')`
