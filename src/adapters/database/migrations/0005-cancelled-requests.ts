import type { Migration } from './migration.ts'

/** When somebody asked to cancel a request: whichever process works on it looks for that. */
export const cancelledRequests: Migration = {
  name: '0005-cancelled-requests',
  statements: ({ schema }) => [
    schema.alterTable('requests').addColumn('cancel_asked_at', 'bigint'),
  ],
}
