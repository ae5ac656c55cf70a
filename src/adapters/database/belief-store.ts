import { addCounts, noCounts } from '../../core/acceptance/counts.ts'
import type { CountDelta } from '../../core/acceptance/evidence-note.ts'
import { noSpend } from '../../core/routing/exploration-budget.ts'
import type { BeliefStore } from '../../ports/belief-store.ts'
import { fromSightingRow } from './belief-tables.ts'
import { type Engine, run } from './engine.ts'

/** What was learned, read back; the journal writes it. */
export function beliefStore(engine: Engine): BeliefStore {
  const { kysely } = engine
  return {
    async load() {
      const counts = await run(engine, kysely.selectFrom('belief_counts').selectAll())
      const raised = await run(engine, kysely.selectFrom('belief_generations').selectAll())
      const byPlace = new Map<string, CountDelta>()
      for (const { place, kind, pictures, reach } of counts.rows) {
        const before = byPlace.get(place)?.counts ?? noCounts
        const tally = { [kind]: { count: pictures, reach } }
        byPlace.set(place, { place, counts: addCounts(before, tally) })
      }
      const generations = raised.rows.map(({ key, generation }) => ({
        key,
        generation: Number(generation),
      }))
      return { counts: [...byPlace.values()], generations }
    },
    async sighting(imageId) {
      const query = kysely.selectFrom('sightings').selectAll().where('image_id', '=', imageId)
      const [row] = (await run(engine, query)).rows
      return row === undefined ? undefined : fromSightingRow(row)
    },
    async spend(book) {
      const query = kysely.selectFrom('exploration_spend').selectAll().where('book', '=', book)
      const [row] = (await run(engine, query)).rows
      if (row === undefined) return noSpend
      const { requests, known_nano, extra_nano } = row
      return { requests: Number(requests), knownNano: known_nano, extraNano: extra_nano }
    },
  }
}
