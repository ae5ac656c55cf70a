import type { SharpnessStore } from '../../ports/sharpness-store.ts'
import { type Engine, run } from './engine.ts'

/** Rows of one statement: PostgreSQL takes 65,535 values, a row has three. */
const ROWS_AT_ONCE = 500

/** Sharpness of purposes, as sums. */
export function sharpnessStore(engine: Engine): SharpnessStore {
  const { kysely } = engine
  return {
    async add(counts) {
      // Always in one order, so that two replicas cannot wait for each other.
      const sorted = counts.toSorted((a, b) =>
        a.history < b.history ? -1 : a.history > b.history ? 1 : a.bucket - b.bucket,
      )
      for (let first = 0; first < sorted.length; first += ROWS_AT_ONCE) {
        const rows = sorted
          .slice(first, first + ROWS_AT_ONCE)
          .map(({ history, bucket, pictures }) => ({ history, bucket: BigInt(bucket), pictures }))
        const query = kysely
          .insertInto('sharpness_counts')
          .values(rows)
          .onConflict((conflict) =>
            conflict.columns(['history', 'bucket']).doUpdateSet((set) => ({
              pictures: set('sharpness_counts.pictures', '+', set.ref('excluded.pictures')),
            })),
          )
        await run(engine, query)
      }
    },
    async load() {
      const query = kysely.selectFrom('sharpness_counts').selectAll()
      const { rows } = await run(engine, query.orderBy('history').orderBy('bucket'))
      return rows.map((row) => ({ ...row, bucket: Number(row.bucket) }))
    },
  }
}
