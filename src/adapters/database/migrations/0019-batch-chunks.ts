import type { Migration } from './migration.ts'

/** Lines of batches that were handed in to providers' own batch services. */
export const batchChunks: Migration = {
  name: '0019-batch-chunks',
  statements: ({ schema }) => [
    schema
      .createTable('batch_chunks')
      .addColumn('id', 'text', (each) => each.notNull().primaryKey())
      .addColumn('batch_id', 'text', (each) => each.notNull())
      .addColumn('state', 'text', (each) => each.notNull())
      .addColumn('created_at', 'bigint', (each) => each.notNull())
      // Read and written as a whole, by who drives the batch.
      .addColumn('document', 'text', (each) => each.notNull()),
    schema
      .createIndex('batch_chunks_of_batch')
      .on('batch_chunks')
      .columns(['batch_id', 'created_at', 'id']),
  ],
}
