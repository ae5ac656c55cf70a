import { expect, test } from 'vitest'
import { groupUsage, usageFields } from '../core/usage/group-usage.ts'
import type { Stores } from '../ports/stores.ts'
import { fc } from './fast-check.ts'
import { usageFacts, usageLife, usageStart } from './usage-facts.ts'
import { type OpenStores, withStores } from './with-stores.ts'

/** What takes a database back to the time before usage was summed up. */
const TO_BEFORE_USAGE = [
  'drop table usage_totals',
  'drop table usage_series',
  // A later index has columns of those that go.
  'drop index requests_batch_sums',
  ...['purpose', 'made_offer', 'made_size', 'made_quality', 'made_images', 'made_cached'].map(
    (column) => `alter table requests drop column ${column}`,
  ),
  ...['size', 'quality', 'made_images'].map(
    (column) => `alter table attempts drop column ${column}`,
  ),
  "delete from schema_migrations where name = '0002-usage-rollups'",
]

/** One database that can be opened again, and changed behind the stores' back. */
export interface ReopenedDatabase {
  readonly open: OpenStores
  run(statements: readonly string[]): Promise<void>
}

/** Contract of the migration that fills usage in: it finds what writing would have summed up. */
export function testUsageRefill(name: string, make: () => Promise<ReopenedDatabase>): void {
  test(`${name}: usage is filled in from what an older version wrote`, async () => {
    const database = await make()
    const lives = fc.sample(usageLife, { numRuns: 60, seed: 7 })
    let before: unknown
    await withStores(database.open, async (stores) => {
      for (const [index, life] of lives.entries()) {
        for (const facts of usageFacts(`${index}`, life)) await stores.journal.commit(facts)
      }
      before = await everything(stores)
    })
    await database.run(TO_BEFORE_USAGE)
    await withStores(database.open, async (stores) => {
      expect(await everything(stores)).toEqual(before)
      expect(await stores.ledger.audit()).toEqual([])
      const again = usageFacts('after', lives[0]!)
      for (const facts of again) await stores.journal.commit(facts)
      expect(await stores.ledger.audit()).toEqual([])
    })
  })
}

/** All usage, by everything that it is told apart by. */
async function everything({ usage }: Stores): Promise<unknown> {
  const range = { from: usageStart, to: usageStart + 10 * 86_400_000 }
  const books = await Promise.all(
    (['real', 'simulated'] as const).map((book) => usage.sums({ ...range, book })),
  )
  expect(books.every((rows) => rows.length > 10)).toBe(true)
  return books.map((rows) => groupUsage(rows, usageFields))
}
