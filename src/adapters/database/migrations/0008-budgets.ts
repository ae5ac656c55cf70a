import type { Migration } from './migration.ts'

/** Budgets with their windows, what holds take of them, and what keys may do. */
export const budgets: Migration = {
  name: '0008-budgets',
  statements: ({ schema }) => [
    schema
      .createTable('budgets')
      .addColumn('id', 'text', (column) => column.notNull().primaryKey())
      .addColumn('scope', 'text', (column) => column.notNull())
      .addColumn('per', 'text', (column) => column.notNull())
      .addColumn('zone', 'text', (column) => column.notNull())
      .addColumn('limit_nano', 'bigint')
      .addColumn('soft_nano', 'bigint')
      .addColumn('is_configured', 'bigint', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('removed_at', 'bigint'),
    schema
      .createTable('budget_windows')
      .addColumn('budget_id', 'text', (column) => column.notNull().references('budgets.id'))
      .addColumn('book', 'text', (column) => column.notNull())
      .addColumn('from_at', 'bigint', (column) => column.notNull())
      .addColumn('to_at', 'bigint')
      .addColumn('limit_nano', 'bigint')
      .addColumn('spent_nano', 'bigint', (column) => column.notNull())
      .addColumn('held_nano', 'bigint', (column) => column.notNull())
      .addColumn('told_percent', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('budget_windows_key', ['budget_id', 'book', 'from_at']),
    schema
      .createTable('hold_claims')
      .addColumn('request_id', 'text', (column) => column.notNull())
      .addColumn('hold_id', 'text', (column) => column.notNull())
      .addColumn('budget_id', 'text', (column) => column.notNull())
      .addColumn('book', 'text', (column) => column.notNull())
      .addColumn('from_at', 'bigint', (column) => column.notNull())
      .addColumn('to_at', 'bigint')
      .addColumn('provider', 'text', (column) => column.notNull())
      .addColumn('amount_nano', 'bigint', (column) => column.notNull())
      .addColumn('spent_nano', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('hold_claims_key', ['request_id', 'hold_id', 'budget_id']),
    schema.alterTable('virtual_keys').addColumn('team', 'text'),
    schema.alterTable('virtual_keys').addColumn('models', 'text'),
    schema.alterTable('virtual_keys').addColumn('purposes', 'text'),
    schema.alterTable('virtual_keys').addColumn('limits', 'text'),
    schema.alterTable('virtual_keys').addColumn('expires_at', 'bigint'),
    // The secret before the last rotation, good for a while.
    schema.alterTable('virtual_keys').addColumn('former_digest', 'text'),
    schema.alterTable('virtual_keys').addColumn('former_until', 'bigint'),
    schema.createIndex('virtual_keys_former').on('virtual_keys').column('former_digest'),
  ],
}
