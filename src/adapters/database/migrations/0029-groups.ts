import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/** Finds the requests of a group, newest first; those without one are in no index of groups. */
export const groups: Migration = {
  name: '0029-groups',
  statements: ({ schema }) => [
    schema
      .createIndex('requests_of_group')
      .on('requests')
      .columns(['tenant', 'group_name', 'created_at', 'id'])
      .where(sql<boolean>`group_name <> ''`),
  ],
}
