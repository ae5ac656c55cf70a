import type { Migration } from './migration.ts'

/** Renditions, what was sent by month, and finding pictures by age and content. */
export const keptPictures: Migration = {
  name: '0016-kept-pictures',
  statements: ({ schema }) => [
    schema
      .createTable('renditions')
      .addColumn('source', 'text', (column) => column.notNull())
      .addColumn('width', 'bigint', (column) => column.notNull())
      .addColumn('format', 'text', (column) => column.notNull())
      .addColumn('digest', 'text', (column) => column.notNull())
      .addColumn('byte_length', 'bigint', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('renditions_key', ['source', 'width', 'format']),
    schema
      .createTable('sent_bytes')
      .addColumn('month', 'text', (column) => column.primaryKey().notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull()),
    schema.createIndex('images_by_time').on('images').columns(['created_at', 'id']),
    schema.createIndex('images_by_digest').on('images').columns(['digest']),
    schema.createIndex('images_by_original').on('images').columns(['original_digest']),
  ],
}
