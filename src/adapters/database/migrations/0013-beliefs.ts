import type { Migration } from './migration.ts'

/**
 * What is believed of offers: sums of evidence, what was counted for each picture, what learning
 * has cost, and the operator's own orders.
 */
export const beliefs: Migration = {
  name: '0013-beliefs',
  statements: ({ schema }) => [
    schema
      .createTable('belief_counts')
      .addColumn('place', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('pictures', 'double precision', (column) => column.notNull())
      .addColumn('reach', 'double precision', (column) => column.notNull())
      .addPrimaryKeyConstraint('belief_counts_key', ['place', 'kind']),
    schema
      .createTable('belief_generations')
      .addColumn('key', 'text', (column) => column.notNull().primaryKey())
      .addColumn('generation', 'bigint', (column) => column.notNull()),
    schema
      .createTable('sightings')
      .addColumn('image_id', 'text', (column) => column.notNull().primaryKey())
      .addColumn('picture', 'text', (column) => column.notNull())
      .addColumn('sighting', 'text', (column) => column.notNull())
      .addColumn('revision', 'bigint', (column) => column.notNull()),
    schema
      .createTable('exploration_spend')
      .addColumn('book', 'text', (column) => column.notNull().primaryKey())
      .addColumn('requests', 'bigint', (column) => column.notNull())
      .addColumn('known_nano', 'double precision', (column) => column.notNull())
      .addColumn('extra_nano', 'double precision', (column) => column.notNull()),
    schema
      .createTable('route_orders')
      .addColumn('purpose', 'text', (column) => column.notNull())
      .addColumn('offer', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('route_orders_key', ['purpose', 'offer']),
  ],
}
