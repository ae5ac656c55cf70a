import type { Kysely } from 'kysely'
import type { Migration } from './migration.ts'

/**
 * Sharpness is measured by the sharpest edges now. What was counted of its old measure is larger by
 * far: beside it every new picture would be a blurred one.
 */
export const sharpestEdges: Migration = {
  name: '0027-sharpest-edges',
  statements: (kysely) => [
    (kysely as Kysely<{ readonly sharpness_counts: object }>).deleteFrom('sharpness_counts'),
  ],
}
