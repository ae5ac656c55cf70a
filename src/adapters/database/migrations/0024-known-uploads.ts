import type { Migration } from './migration.ts'

/** What uploads look like, what was stored on each day, and the size of originals kept beside. */
export const knownUploads: Migration = {
  name: '0024-known-uploads',
  statements: ({ schema }) => [
    schema
      .createTable('known_uploads')
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('look', 'text', (column) => column.notNull())
      .addColumn('seen_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('known_uploads_key', ['owner', 'name']),
    schema
      .createIndex('known_uploads_in_order')
      .on('known_uploads')
      .columns(['owner', 'seen_at', 'name']),
    schema
      .createTable('stored_days')
      .addColumn('day', 'text', (column) => column.primaryKey().notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addColumn('looks', 'bigint', (column) => column.notNull()),
    schema.alterTable('images').addColumn('original_bytes', 'bigint'),
  ],
}
