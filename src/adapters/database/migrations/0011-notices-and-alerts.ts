import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/*
 * Who is told, what is on its way to them, and what was alarming. A delivery is written in the
 * commit of what it tells of, so its table has no more indexes than claiming and listing need.
 */

/** Tables of destinations, deliveries and alerts. */
export const noticesAndAlerts: Migration = {
  name: '0011-notices-and-alerts',
  statements: ({ schema }) => [
    schema
      .createTable('destinations')
      .addColumn('id', 'text', (column) => column.notNull().primaryKey())
      .addColumn('tenant', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('url', 'text', (column) => column.notNull())
      .addColumn('events', 'text', (column) => column.notNull())
      .addColumn('least_severity', 'text')
      .addColumn('source', 'text', (column) => column.notNull())
      .addColumn('generation', 'bigint', (column) => column.notNull())
      .addColumn('rotated_until', 'bigint')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('disabled_at', 'bigint')
      .addColumn('disabled_reason', 'text'),
    schema
      .createTable('deliveries')
      .addColumn('id', 'text', (column) => column.notNull().primaryKey())
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('destination_id', 'text')
      .addColumn('url', 'text')
      .addColumn('notice', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('tries', 'text', (column) => column.notNull())
      .addColumn('try_count', 'bigint', (column) => column.notNull())
      .addColumn('next_at', 'bigint', (column) => column.notNull())
      .addColumn('lease_owner', 'text')
      .addColumn('lease_until', 'bigint', (column) => column.notNull())
      .addColumn('ended_at', 'bigint'),
    // Partial: a delivery leaves it when it ends.
    schema
      .createIndex('deliveries_pending')
      .on('deliveries')
      .columns(['next_at', 'id'])
      .where(sql`state`, '=', sql`'pending'`),
    schema.createIndex('deliveries_by_owner').on('deliveries').columns(['owner', 'id']),
    schema
      .createTable('alerts')
      .addColumn('id', 'text', (column) => column.notNull().primaryKey())
      // Null once it is over: no more than one of each is open.
      .addColumn('open_key', 'text', (column) => column.unique())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('severity', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('message', 'text', (column) => column.notNull())
      .addColumn('data', 'text', (column) => column.notNull())
      .addColumn('first_at', 'bigint', (column) => column.notNull())
      .addColumn('last_at', 'bigint', (column) => column.notNull())
      .addColumn('seen', 'bigint', (column) => column.notNull())
      .addColumn('told_at', 'bigint', (column) => column.notNull())
      .addColumn('told_by', 'text', (column) => column.notNull())
      .addColumn('resolved_at', 'bigint'),
  ],
}
