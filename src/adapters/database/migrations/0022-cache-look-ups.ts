import type { Migration } from './migration.ts'

/**
 * A look-up finds all it needs of an entry in the index, in the order it wants: among a million
 * that spares it a search and a sort. The primary key finds entries by their picture.
 */
export const cacheLookUps: Migration = {
  name: '0022-cache-look-ups',
  statements: ({ schema }) => [
    schema.dropIndex('cache_entries_newest'),
    schema.dropIndex('cache_entries_by_image'),
    schema
      .createIndex('cache_entries_newest')
      .on('cache_entries')
      .columns([
        ...['cache_key', 'created_at', 'image_id', 'expires_at'],
        ...['quality', 'floor_permille'],
      ]),
  ],
}
