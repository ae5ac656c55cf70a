import { scoreOf } from './best-sequence.ts'
import type { Oracle } from './oracle.ts'
import type { RunRow } from './run.ts'
import type { World } from './world.ts'

/** Requests that a policy's plans are compared over. */
const WINDOW = 200
/** How near to the oracle counts as recovered. */
const NEAR = 1.1

/**
 * Requests after each event until the next 200 are planned within 10 % of the oracle of that time.
 * Plans are judged by what they really come to on average, so that luck plays no part. Counts all
 * requests up to the next event, or the end, for a policy that does not get there.
 */
export function recoveryAfterEvents(
  world: World,
  oracle: Oracle,
  rows: readonly RunRow[],
): readonly number[] {
  const policy = runningSums(rows, world, ({ expected }) => expected)
  const best = runningSums(rows, world, ({ place, isCached }) =>
    isCached ? undefined : oracle.planAt(place),
  )
  const starts = oracle.regimes.flatMap(({ isEvent }, regime) => {
    const first = rows.findIndex(({ place }) => place.regime >= regime)
    return isEvent && first !== -1 ? [first] : []
  })
  return starts.map((start, index) => {
    const end = starts[index + 1] ?? rows.length
    for (let from = start; from < end; from += 1) {
      const to = Math.min(end, from + WINDOW)
      if (policy(from, to) <= NEAR * best(from, to)) return from - start
    }
    return end - start
  })
}

/** Score over any range of rows, from sums up to each row. */
function runningSums(
  rows: readonly RunRow[],
  world: World,
  prospectOf: (row: RunRow) => RunRow['expected'] | undefined,
): (from: number, to: number) => number {
  const loss = new Float64Array(rows.length + 1)
  const accepted = new Float64Array(rows.length + 1)
  for (const [index, row] of rows.entries()) {
    const prospect = prospectOf(row) ?? { spend: 0, accepted: 0, bad: 0 }
    const badCost = world.contexts[row.place.context]?.badCost ?? 0
    loss[index + 1] = (loss[index] ?? 0) + prospect.spend + badCost * prospect.bad
    accepted[index + 1] = (accepted[index] ?? 0) + prospect.accepted
  }
  const between = (sums: Float64Array, from: number, to: number) =>
    (sums[to] ?? 0) - (sums[from] ?? 0)
  return (from, to) =>
    scoreOf({ spend: between(loss, from, to), accepted: between(accepted, from, to), bad: 0 }, 0)
}
