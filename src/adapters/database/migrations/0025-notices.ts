import type { Migration } from './migration.ts'

/**
 * What was told lately, for those who listen: the latest rows of a table that is cut short all the
 * time. Ids are ordered by time, so that reading on and cutting off need no other index.
 */
export const notices: Migration = {
  name: '0025-notices',
  statements: ({ schema }) => [
    schema
      .createTable('notices')
      .addColumn('id', 'text', (column) => column.notNull().primaryKey())
      .addColumn('tenant', 'text')
      .addColumn('notice', 'text', (column) => column.notNull()),
  ],
}
