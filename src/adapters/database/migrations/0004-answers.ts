import type { Migration } from './migration.ts'

/*
 * What is owed to clients that ask again. Owed answers come and go with requests, so their table
 * stays small and has one index: they are found by what an equal request brings along.
 */

/** Tables of owed answers and of the names that clients give to requests. */
export const answers: Migration = {
  name: '0004-answers',
  statements: ({ schema }, { liesByKey }) => [
    schema
      .createTable('owed_answers')
      .addColumn('key_id', 'text', (column) => column.notNull())
      .addColumn('fingerprint', 'text', (column) => column.notNull())
      .addColumn('request_id', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('holder', 'text')
      .addColumn('held_until', 'bigint', (column) => column.notNull())
      .addColumn('kept_until', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('owed_answers_key', ['key_id', 'fingerprint', 'request_id'])
      .modifyEnd(liesByKey),
    schema
      .createTable('idempotency_keys')
      .addColumn('key_id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('fingerprint', 'text', (column) => column.notNull())
      .addColumn('request_id', 'text', (column) => column.notNull())
      .addColumn('used_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('idempotency_keys_key', ['key_id', 'name'])
      .modifyEnd(liesByKey),
    schema.createIndex('idempotency_keys_by_end').on('idempotency_keys').columns(['expires_at']),
  ],
}
