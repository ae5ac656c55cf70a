import { sql } from 'kysely'
import {
  beliefCountColumns,
  beliefGenerationColumns,
  explorationColumns,
  sightingColumns,
} from './belief-tables.ts'
import type { Printer } from './engine.ts'
import { rowsStatement, updateStatement } from './statement.ts'

/** The statements that write what was learned. */
export const beliefWrites = ({ kysely, rowsPerStatement }: Printer) => ({
  see: rowsStatement(sightingColumns, rowsPerStatement, (rows) =>
    kysely.insertInto('sightings').values([...rows]),
  ),
  /** One that has gone on meanwhile is not changed: who changes it must have seen the last one. */
  seeAgain: updateStatement(
    kysely,
    'sightings',
    sightingColumns,
    rowsPerStatement,
    (update, given) =>
      update
        .set({ sighting: given.sighting, revision: given.revision })
        .where('sightings.image_id', '=', given.image_id)
        .where('sightings.revision', '=', sql<bigint>`cast(${given.revision} as bigint) - 1`),
  ),
  believe: rowsStatement(beliefCountColumns, rowsPerStatement, (rows) =>
    kysely
      .insertInto('belief_counts')
      .values([...rows])
      .onConflict((conflict) =>
        conflict.columns(['place', 'kind']).doUpdateSet((set) => ({
          pictures: set('belief_counts.pictures', '+', set.ref('excluded.pictures')),
          reach: set('belief_counts.reach', '+', set.ref('excluded.reach')),
        })),
      ),
  ),
  /** Writes nothing where as many changes are known already. */
  raise: rowsStatement(beliefGenerationColumns, rowsPerStatement, (rows) =>
    kysely
      .insertInto('belief_generations')
      .values([...rows])
      .onConflict((conflict) =>
        conflict
          .column('key')
          .doUpdateSet((set) => ({ generation: set.ref('excluded.generation') }))
          .whereRef('excluded.generation', '>', 'belief_generations.generation'),
      ),
  ),
  explore: rowsStatement(explorationColumns, rowsPerStatement, (rows) =>
    kysely
      .insertInto('exploration_spend')
      .values([...rows])
      .onConflict((conflict) =>
        conflict.column('book').doUpdateSet((set) => ({
          requests: set('exploration_spend.requests', '+', set.ref('excluded.requests')),
          known_nano: set('exploration_spend.known_nano', '+', set.ref('excluded.known_nano')),
          extra_nano: set('exploration_spend.extra_nano', '+', set.ref('excluded.extra_nano')),
        })),
      ),
  ),
})
