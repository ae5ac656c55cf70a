import type { Migration } from './migration.ts'

/** What is known of a cached picture beside its key; entries from before have neither. */
export const cacheReuse: Migration = {
  name: '0009-cache-reuse',
  statements: ({ schema }) => [
    schema.alterTable('cache_entries').addColumn('quality', 'text'),
    schema.alterTable('cache_entries').addColumn('floor_permille', 'bigint'),
  ],
}
