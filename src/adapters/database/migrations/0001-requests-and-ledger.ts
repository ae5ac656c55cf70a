import { type Kysely, sql } from 'kysely'
import type { Migration } from './migration.ts'

/*
 * Rules of every migration: append only, never edit one that has shipped; text and bigint only.
 *
 * Few indexes, on purpose: ids are random, so each further index touches one more page per row.
 * Holds are found through their request (their own id is unique through the id of the ledger entry
 * that opens them). Nothing refers to ledger_entries and it refers to nothing, so that it can be
 * partitioned by month; no query but the operator's crosses tenants or keys.
 */

const requests = (kysely: Kysely<unknown>) =>
  kysely.schema
    .createTable('requests')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('key_id', 'text', (column) => column.notNull())
    .addColumn('operation', 'text', (column) => column.notNull())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('book', 'text', (column) => column.notNull())
    .addColumn('price_version', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('cost_nano', 'bigint', (column) => column.notNull())
    .addColumn('list_cost_nano', 'bigint')
    .addColumn('saved_nano', 'bigint')
    .addColumn('lease_owner', 'text')
    .addColumn('lease_until', 'bigint')
    .addColumn('error', 'text')
    .addColumn('summary', 'text')
    .addColumn('request', 'text', (column) => column.notNull())
    .addColumn('plan', 'text', (column) => column.notNull())

const attempts = (kysely: Kysely<unknown>) =>
  kysely.schema
    .createTable('attempts')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('request_id', 'text', (column) => column.notNull().references('requests.id'))
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addColumn('offer', 'text', (column) => column.notNull())
    .addColumn('step', 'bigint', (column) => column.notNull())
    .addColumn('images', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('settled_at', 'bigint')
    .addColumn('outcome', 'text')
    .addColumn('failure_message', 'text')
    .addColumn('book', 'text')
    .addColumn('cost_nano', 'bigint', (column) => column.notNull())
    .addColumn('cost_basis', 'text')
    .addColumn('provider_request_id', 'text')
    .addColumn('call', 'text', (column) => column.notNull())
    .addColumn('job', 'text')
    .addColumn('charge', 'text')
    .addColumn('usage', 'text')
    // Two processes that both believe to own a request collide here before they pay twice.
    .addUniqueConstraint('attempts_position', ['request_id', 'position'])

const images = (kysely: Kysely<unknown>) =>
  kysely.schema
    .createTable('images')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('request_id', 'text', (column) => column.notNull())
    .addColumn('attempt_id', 'text', (column) => column.notNull())
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('original_digest', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('format', 'text', (column) => column.notNull())
    .addColumn('width', 'bigint', (column) => column.notNull())
    .addColumn('height', 'bigint', (column) => column.notNull())
    .addColumn('byte_length', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('refusal', 'text')
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('cost_nano', 'bigint', (column) => column.notNull())
    .addColumn('seed', 'text')
    .addColumn('revised_prompt', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())

const holds = (kysely: Kysely<unknown>) =>
  kysely.schema
    .createTable('holds')
    .addColumn('request_id', 'text', (column) => column.notNull().references('requests.id'))
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('book', 'text', (column) => column.notNull())
    .addColumn('key_id', 'text', (column) => column.notNull())
    .addColumn('amount_nano', 'bigint', (column) => column.notNull())
    .addColumn('spent_nano', 'bigint', (column) => column.notNull())
    .addColumn('opened_at', 'bigint', (column) => column.notNull())
    .addColumn('closed_at', 'bigint')
    .addPrimaryKeyConstraint('holds_key', ['request_id', 'id'])

const ledgerEntries = (kysely: Kysely<unknown>) =>
  kysely.schema
    .createTable('ledger_entries')
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('book', 'text', (column) => column.notNull())
    .addColumn('key_id', 'text', (column) => column.notNull())
    .addColumn('request_id', 'text', (column) => column.notNull())
    .addColumn('hold_id', 'text', (column) => column.notNull())
    .addColumn('attempt_id', 'text')
    .addColumn('amount_nano', 'bigint', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('ledger_entries_key', ['request_id', 'id'])

const balances = (kysely: Kysely<unknown>) =>
  kysely.schema
    .createTable('balances')
    .addColumn('key_id', 'text', (column) => column.notNull())
    .addColumn('book', 'text', (column) => column.notNull())
    .addColumn('spent_nano', 'bigint', (column) => column.notNull())
    .addColumn('held_nano', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('balances_key', ['key_id', 'book'])

const cacheEntries = (kysely: Kysely<unknown>) =>
  kysely.schema
    .createTable('cache_entries')
    .addColumn('cache_key', 'text', (column) => column.notNull())
    .addColumn('image_id', 'text', (column) => column.notNull().references('images.id'))
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('cache_entries_key', ['image_id', 'cache_key'])

const virtualKeys = (kysely: Kysely<unknown>) =>
  kysely.schema
    .createTable('virtual_keys')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull().unique())
    .addColumn('prefix', 'text', (column) => column.notNull())
    .addColumn('last_four', 'text', (column) => column.notNull())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')

const settings = (kysely: Kysely<unknown>) =>
  kysely.schema
    .createTable('settings')
    .addColumn('name', 'text', (column) => column.notNull().primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())

const tables = [
  requests,
  attempts,
  images,
  holds,
  ledgerEntries,
  balances,
  cacheEntries,
  virtualKeys,
  settings,
]

const indexes = (kysely: Kysely<unknown>) => [
  kysely.schema
    .createIndex('requests_newest')
    .on('requests')
    .columns(['tenant', 'created_at', 'id']),
  // Partial: a request leaves it when it ends, so claims and renewals read only what is unfinished.
  kysely.schema
    .createIndex('requests_unfinished')
    .on('requests')
    .columns(['created_at', 'id'])
    .where(sql`state`, 'in', sql`('queued', 'running', 'paused')`),
  kysely.schema.createIndex('images_request').on('images').column('request_id'),
  kysely.schema
    .createIndex('cache_entries_newest')
    .on('cache_entries')
    .columns(['cache_key', 'created_at']),
  kysely.schema.createIndex('cache_entries_expiry').on('cache_entries').column('expires_at'),
]

/** Requests, attempts, pictures, ledger, cache, keys and settings. */
export const requestsAndLedger: Migration = {
  name: '0001-requests-and-ledger',
  statements: (kysely) => [...tables.map((table) => table(kysely)), ...indexes(kysely)],
}
