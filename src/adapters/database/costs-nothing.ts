import type { Batch, BatchRows } from './batch.ts'

/** All that the record of an answer from the cache has. */
const recordNames: readonly (keyof BatchRows)[] = ['accepted', 'ended', 'notices']

/**
 * Whether a commit is the whole record of a request that cost nothing, promised nothing and sent
 * nothing: an answer from the cache. Who asks again is answered again, so its record need not
 * outlive a power cut.
 */
export function costsNothing({ rows }: Batch): boolean {
  const { accepted, ended } = rows
  const names = Object.keys(rows) as (keyof BatchRows)[]
  return (
    accepted.length > 0 &&
    accepted.length === ended.length &&
    ended.every((row) => row.cost_nano === 0n) &&
    names.every((name) => recordNames.includes(name) || rows[name].length === 0)
  )
}
