import { type Kysely, sql } from 'kysely'
import type { Migration } from './migration.ts'

/* The lines of a batch are jobs: they stand in the table of requests. */

const files = (kysely: Kysely<unknown>) =>
  kysely.schema
    .createTable('files')
    .addColumn('id', 'text', (each) => each.notNull().primaryKey())
    .addColumn('tenant', 'text', (each) => each.notNull())
    .addColumn('purpose', 'text', (each) => each.notNull())
    .addColumn('filename', 'text', (each) => each.notNull())
    .addColumn('digest', 'text', (each) => each.notNull())
    .addColumn('byte_length', 'bigint', (each) => each.notNull())
    .addColumn('created_at', 'bigint', (each) => each.notNull())
    .addColumn('expires_at', 'bigint')

const batches = (kysely: Kysely<unknown>) =>
  kysely.schema
    .createTable('batches')
    .addColumn('id', 'text', (each) => each.notNull().primaryKey())
    .addColumn('tenant', 'text', (each) => each.notNull())
    .addColumn('key_id', 'text', (each) => each.notNull())
    .addColumn('state', 'text', (each) => each.notNull())
    .addColumn('created_at', 'bigint', (each) => each.notNull())
    .addColumn('expires_at', 'bigint', (each) => each.notNull())
    .addColumn('cancelling_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addColumn('total', 'bigint', (each) => each.notNull())
    .addColumn('output_file_id', 'text')
    .addColumn('error_file_id', 'text')
    .addColumn('lease_owner', 'text')
    .addColumn('lease_until', 'bigint')
    .addColumn('fence', 'bigint', (each) => each.notNull())
    // What it was made with, and what happened when: read and written as a whole.
    .addColumn('terms', 'text', (each) => each.notNull())
    .addColumn('progress', 'text', (each) => each.notNull())

/** Files that were uploaded or made, and batches. */
export const filesAndBatches: Migration = {
  name: '0017-files-and-batches',
  statements: (kysely) => [
    files(kysely),
    kysely.schema.createIndex('files_newest').on('files').columns(['tenant', 'created_at', 'id']),
    batches(kysely),
    kysely.schema
      .createIndex('batches_newest')
      .on('batches')
      .columns(['tenant', 'created_at', 'id']),
    kysely.schema
      .createIndex('batches_unfinished')
      .on('batches')
      .columns(['created_at', 'id'])
      .where(sql`ended_at`, 'is', sql`null`),
  ],
}
