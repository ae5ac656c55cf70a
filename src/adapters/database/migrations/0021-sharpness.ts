import type { Migration } from './migration.ts'

/** How sharp the pictures of each purpose are, so that a new process need not learn it again. */
export const sharpness: Migration = {
  name: '0021-sharpness',
  statements: ({ schema }) => [
    schema
      .createTable('sharpness_counts')
      .addColumn('history', 'text', (column) => column.notNull())
      .addColumn('bucket', 'bigint', (column) => column.notNull())
      .addColumn('pictures', 'double precision', (column) => column.notNull())
      .addPrimaryKeyConstraint('sharpness_counts_key', ['history', 'bucket']),
  ],
}
