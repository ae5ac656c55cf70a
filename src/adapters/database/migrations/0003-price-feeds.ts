import type { Migration } from './migration.ts'

/*
 * What price sources said, what changed because of it, and what providers charged. The feeds' state
 * is one document, because it is worked out as a whole; its revision keeps two replicas apart.
 */

/** Tables of the price feeds, and an index that finds the calls to one offer. */
export const priceFeeds: Migration = {
  name: '0003-price-feeds',
  statements: ({ schema }) => [
    schema.createIndex('requests_by_time').on('requests').columns(['created_at', 'id']),
    schema
      .createTable('price_feeds')
      .addColumn('id', 'text', (column) => column.notNull().primaryKey())
      .addColumn('revision', 'bigint', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull()),
    schema
      .createTable('price_sources')
      .addColumn('id', 'text', (column) => column.notNull().primaryKey())
      .addColumn('version', 'text', (column) => column.notNull())
      .addColumn('fetched_at', 'bigint')
      .addColumn('failures', 'bigint', (column) => column.notNull())
      .addColumn('failed_at', 'bigint')
      .addColumn('error', 'text')
      .addColumn('due_at', 'bigint', (column) => column.notNull()),
    schema
      .createTable('price_changes')
      .addColumn('id', 'text', (column) => column.notNull().primaryKey())
      .addColumn('offer', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('recorded_at', 'bigint', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull()),
    schema.createIndex('price_changes_by_time').on('price_changes').columns(['recorded_at', 'id']),
    schema
      .createTable('bill_tallies')
      .addColumn('slot', 'text', (column) => column.notNull())
      .addColumn('day', 'text', (column) => column.notNull())
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('bill_tallies_key', ['day', 'slot', 'owner']),
    schema.createIndex('attempts_by_offer').on('attempts').columns(['offer', 'started_at']),
  ],
}
