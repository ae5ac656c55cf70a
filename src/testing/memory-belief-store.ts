import { addCounts, noCounts } from '../core/acceptance/counts.ts'
import type { BeliefStore, CountDelta } from '../ports/belief-store.ts'

/** What was learned, in memory: for tests, and as the plainest thing that keeps the promises. */
export function memoryBeliefStore(): BeliefStore {
  const counts = new Map<string, CountDelta>()
  const generations = new Map<string, number>()
  return {
    load: async () => ({
      counts: [...counts.values()],
      generations: [...generations].map(([key, generation]) => ({ key, generation })),
    }),
    add: async (deltas) => {
      for (const delta of deltas) {
        const before = counts.get(delta.place)?.counts ?? noCounts
        counts.set(delta.place, { ...delta, counts: addCounts(before, delta.counts) })
      }
    },
    raise: async (key, generation) => {
      generations.set(key, Math.max(generation, generations.get(key) ?? 0))
    },
  }
}
