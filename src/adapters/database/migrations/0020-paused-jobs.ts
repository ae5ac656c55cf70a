import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/*
 * Who raises a budget wakes the jobs that wait for it, and no others: the budget that refused a job
 * stands beside it. What failed for good, and what of a group was cancelled, is found without a
 * look at the rest. All indexes are partial, as those of the queue.
 */

/** What paused a job, which jobs failed for good, and the cancelled ones of a group. */
export const pausedJobs: Migration = {
  name: '0020-paused-jobs',
  statements: (kysely, { jsonText }) => {
    const { schema } = kysely
    const mark = sql`update requests set dead_letter = 1
      where state = 'failed' and ${jsonText('summary', 'dead_letter')} is not null`
    return [
      schema.alterTable('requests').addColumn('paused_by', 'text'),
      schema.alterTable('requests').addColumn('dead_letter', 'bigint'),
      { compile: () => mark.compile(kysely) },
      schema
        .createIndex('requests_paused')
        .on('requests')
        .columns(['paused_by', 'id'])
        .where(sql`state`, '=', sql`'paused'`),
      schema
        .createIndex('requests_dead')
        .on('requests')
        .columns(['tenant', 'created_at', 'id'])
        .where(sql`dead_letter`, 'is not', sql`null`),
      schema
        .createIndex('requests_cancelled_of_group')
        .on('requests')
        .columns(['tenant', 'group_name'])
        .where(sql<boolean>`group_name <> '' and state = 'cancelled'`),
    ]
  },
}
