import type { Migration } from './migration.ts'

/**
 * Experiments between two offers, and which requests took part: what came of them is asked of their
 * verdicts and costs, so that a verdict that changes is counted as it stands.
 */
export const experiments: Migration = {
  name: '0028-experiments',
  statements: ({ schema }) => [
    schema
      .createTable('experiments')
      .addColumn('id', 'text', (column) => column.notNull().primaryKey())
      .addColumn('terms', 'text', (column) => column.notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('stopped_at', 'bigint'),
    schema
      .createTable('experiment_requests')
      .addColumn('request_id', 'text', (column) => column.notNull().primaryKey())
      .addColumn('experiment_id', 'text', (column) => column.notNull())
      .addColumn('arm', 'text', (column) => column.notNull()),
    schema
      .createIndex('experiment_requests_by_experiment')
      .on('experiment_requests')
      .columns(['experiment_id', 'arm', 'request_id']),
  ],
}
