import type { Migration } from './migration.ts'

/** What people said of pictures: one verdict of each rater. */
export const feedback: Migration = {
  name: '0012-feedback',
  statements: ({ schema }) => [
    schema
      .createTable('verdicts')
      .addColumn('image_id', 'text', (column) => column.notNull().references('images.id'))
      .addColumn('rater', 'text', (column) => column.notNull())
      .addColumn('request_id', 'text', (column) => column.notNull())
      .addColumn('tenant', 'text', (column) => column.notNull())
      .addColumn('is_accepted', 'bigint', (column) => column.notNull())
      .addColumn('score', 'text')
      .addColumn('reason', 'text')
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('verdicts_key', ['image_id', 'rater']),
    schema.createIndex('verdicts_by_time').on('verdicts').columns(['tenant', 'at']),
  ],
}
