import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GatewayError } from '../../core/errors/gateway-error.ts'
import type { Stores } from '../../ports/stores.ts'
import { openPostgres } from '../postgres/open-postgres.ts'
import { openSqlite } from '../sqlite/open-sqlite.ts'
import type { Engine } from './engine.ts'
import { openStores } from './open-stores.ts'

/** Two letters at least, so that a Windows drive is a path. */
const SCHEME = /^([a-z][a-z0-9+.-]+):/i

/**
 * Opens the database an operator named: `postgres://…` or `postgresql://…` is PostgreSQL,
 * `file:…` or a plain path is a SQLite file. Creates what is missing and migrates what is old.
 * @throws Error that names the scheme, never the whole address: it may hold a password.
 */
export async function openDatabase(url: string): Promise<Stores> {
  try {
    return await openStores(openEngine(url))
  } catch (error) {
    throw withReason(error)
  }
}

function openEngine(url: string): Engine {
  const scheme = SCHEME.exec(url)?.[1]?.toLowerCase()
  if (scheme === 'postgres' || scheme === 'postgresql') return openPostgres(url)
  if (scheme === 'file' || scheme === undefined) return openSqlite(sqlitePath(url))
  throw new Error(
    `A database on ${scheme}: is not supported; use file:<path> for SQLite or postgres://….`,
  )
}

/** Whoever starts the program is told the cause, which an answer to a client does not tell. */
function withReason(error: unknown): unknown {
  if (!GatewayError.isInstance(error) || !(error.cause instanceof Error)) return error
  return new Error(`The database cannot be opened: ${error.cause.message}`, { cause: error })
}

function sqlitePath(url: string): string {
  const isUrl = /^file:/i.test(url)
  if (isUrl && /[?#]/.test(url)) {
    throw new Error('A file: database takes no parameters; give only the path.')
  }
  const path = /^file:\/\//i.test(url) ? fileURLToPath(url) : isUrl ? url.slice(5) : url
  if (path === '') throw new Error('The database path is empty; use file:<path> or postgres://….')
  return resolve(path)
}
