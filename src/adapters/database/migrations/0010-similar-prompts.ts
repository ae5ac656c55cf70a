import type { Migration } from './migration.ts'

/** Prompts to compare, what became of look-ups, and entries that do not expire. */
export const similarPrompts: Migration = {
  name: '0010-similar-prompts',
  statements: ({ schema }) => [
    schema
      .createTable('similar_prompts')
      .addColumn('partition_key', 'text', (column) => column.notNull())
      .addColumn('lens', 'text', (column) => column.notNull())
      .addColumn('reuse_key', 'text', (column) => column.notNull())
      .addColumn('prompt', 'text', (column) => column.notNull())
      .addColumn('vector', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('similar_prompts_key', ['partition_key', 'lens', 'reuse_key']),
    schema
      .createIndex('similar_prompts_in_order')
      .on('similar_prompts')
      .columns(['partition_key', 'lens', 'created_at', 'reuse_key']),
    schema.createIndex('similar_prompts_by_end').on('similar_prompts').columns(['expires_at']),
    schema
      .createTable('cache_lookups')
      .addColumn('request_id', 'text', (column) => column.notNull())
      .addColumn('position', 'bigint', (column) => column.notNull())
      .addColumn('tenant', 'text', (column) => column.notNull())
      .addColumn('result', 'text', (column) => column.notNull())
      .addColumn('image_id', 'text')
      .addColumn('similarity_permille', 'bigint')
      .addColumn('saved_nano', 'bigint', (column) => column.notNull())
      .addColumn('latency_us', 'bigint', (column) => column.notNull())
      .addColumn('age_ms', 'bigint', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('outcome', 'text')
      .addPrimaryKeyConstraint('cache_lookups_key', ['request_id', 'position']),
    schema.createIndex('cache_lookups_by_time').on('cache_lookups').columns(['at']),
    schema.createIndex('cache_lookups_by_image').on('cache_lookups').columns(['image_id']),
    schema.createIndex('cache_entries_by_image').on('cache_entries').columns(['image_id']),
    schema.alterTable('cache_entries').addColumn('unpinned_expires_at', 'bigint'),
  ],
}
