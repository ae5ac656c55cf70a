import { type Kysely, sql } from 'kysely'
import type { Migration } from './migration.ts'

/*
 * The queue is the requests that wait, in the table of all requests: a job is a request without a
 * waiting client. All indexes are partial, so a request that nobody queues, and one that has ended,
 * is in none of them.
 */

const column = (kysely: Kysely<unknown>, name: string, type: 'bigint' | 'text') =>
  kysely.schema.alterTable('requests').addColumn(name, type)

/** The place of requests in the queue, and the group they belong to. */
export const jobQueue: Migration = {
  name: '0007-job-queue',
  statements: (kysely) => [
    kysely.schema
      .alterTable('requests')
      .addColumn('group_name', 'text', (each) => each.notNull().defaultTo('')),
    column(kysely, 'priority', 'bigint'),
    column(kysely, 'due_at', 'bigint'),
    column(kysely, 'tries', 'bigint'),
    column(kysely, 'fence', 'bigint'),
    column(kysely, 'batch_id', 'text'),
    column(kysely, 'batch_line', 'bigint'),
    // Leases are of what runs; what waits may be a hundred times as much.
    kysely.schema.dropIndex('requests_unfinished'),
    kysely.schema
      .createIndex('requests_running')
      .on('requests')
      .columns(['created_at', 'id'])
      .where(sql`state`, '=', sql`'running'`),
    kysely.schema
      .createIndex('requests_waiting')
      .on('requests')
      .columns(['priority', 'due_at', 'id'])
      .where(sql`state`, 'in', sql`('queued', 'paused')`),
    kysely.schema
      .createIndex('requests_group')
      .on('requests')
      .columns(['tenant', 'group_name'])
      .where(sql<boolean>`group_name <> '' and state in ('queued', 'running', 'paused')`),
    // A line that is queued twice is refused by the database itself.
    kysely.schema
      .createIndex('requests_batch_line')
      .unique()
      .on('requests')
      .columns(['batch_id', 'batch_line'])
      .where(sql`batch_id`, 'is not', sql`null`),
    kysely.schema
      .createIndex('requests_batch_state')
      .on('requests')
      .columns(['batch_id', 'state'])
      .where(sql`batch_id`, 'is not', sql`null`),
  ],
}
