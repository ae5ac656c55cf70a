import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/** Files that are not kept for ever are found without a look at the others. */
export const expiringFiles: Migration = {
  name: '0018-expiring-files',
  statements: (kysely) => [
    kysely.schema
      .createIndex('files_expiring')
      .on('files')
      .columns(['expires_at', 'id'])
      .where(sql`expires_at`, 'is not', sql`null`),
  ],
}
