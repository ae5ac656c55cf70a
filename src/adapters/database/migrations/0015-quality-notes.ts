import type { Migration } from './migration.ts'

/** What gates said of a picture; those from before were not looked at. */
export const qualityNotes: Migration = {
  name: '0015-quality-notes',
  statements: ({ schema }) => [schema.alterTable('images').addColumn('quality_note', 'text')],
}
