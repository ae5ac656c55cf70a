import { canonicalJson } from '../json.ts'
import type { PriceRow } from './price-row.ts'
import { callsText, namesOf, type SelectorName } from './selector.ts'

/** Two rows of which chance would choose. */
export interface Conflict {
  readonly first: PriceRow
  readonly second: PriceRow
  /** The first day on which both hold. */
  readonly day: string
}

/** A row on one side of a comparison: the selectors it names tell the sides apart. */
interface Entry {
  readonly row: PriceRow
  readonly names: string
}

/** What a row is compared by with rows that name another set of equally many selectors. */
interface Meeting {
  /** Names both sets, so that rows of both find each other. */
  readonly pair: string
  /** What both name: rows that differ in it never meet. */
  readonly shared: readonly SelectorName[]
}

/** Sets of selectors that are equally specific, by how many there are. */
const nameSets: readonly (readonly (readonly SelectorName[])[])[] = [
  [[]],
  [['quality'], ['resolution'], ['size']],
  [
    ['quality', 'resolution'],
    ['quality', 'size'],
    ['resolution', 'size'],
  ],
  [['quality', 'resolution', 'size']],
]

/** Worked out once for each set of selectors; there are eight. */
const meetings: ReadonlyMap<string, readonly Meeting[]> = new Map(
  nameSets.flatMap((sets) =>
    sets.map((names) => [
      names.join('+'),
      sets.map((others) => ({
        pair: [names.join('+'), others.join('+')].sort().join(' '),
        shared: names.filter((name) => others.includes(name)),
      })),
    ]),
  ),
)

/**
 * Finds rows that hold for the same call on the same day and are equally specific. Each row is told
 * once, beside the one before it that reaches into its days, not with every partner: a row that
 * stands a hundred times is a hundred mistakes, not five thousand.
 *
 * Rows are only compared where they can meet, and in the order of their days, because a list of
 * thousands for one offer must not take seconds.
 */
export function findConflicts(rows: readonly PriceRow[]): readonly Conflict[] {
  const buckets = new Map<string, Entry[]>()
  for (const row of rows) {
    const names = namesOf(row)
    const own = names.join('+')
    for (const { pair, shared } of meetings.get(own) ?? []) {
      const key = `${callsText(row, shared)}\n${pair}`
      const bucket = buckets.get(key)
      if (bucket === undefined) buckets.set(key, [{ row, names: own }])
      else bucket.push({ row, names: own })
    }
  }
  const conflicts: Conflict[] = []
  for (const [key, bucket] of buckets) {
    if (bucket.length < 2) continue
    const [one, other] = key.slice(key.lastIndexOf('\n') + 1).split(' ')
    findInBucket(bucket, one === other, conflicts)
  }
  return conflicts
}

function findInBucket(bucket: Entry[], areAlike: boolean, conflicts: Conflict[]): void {
  bucket.sort(({ row: a }, { row: b }) =>
    a.valid_from < b.valid_from ? -1 : a.valid_from > b.valid_from ? 1 : 0,
  )
  /** By the selectors named, the row that holds longest so far. */
  const longest = new Map<string, PriceRow>()
  for (const { row, names } of bucket) {
    for (const [others, before] of longest) {
      if (areAlike !== (others === names)) continue
      if (row.valid_from > lastDay(before)) continue
      conflicts.push({ first: before, second: row, day: row.valid_from })
    }
    const before = longest.get(names)
    if (before === undefined || lastDay(before) < lastDay(row)) longest.set(names, row)
  }
}

/** Days have the order of their texts; this one is after all of them. */
const lastDay = (row: PriceRow): string => row.valid_to ?? '9999-12-31'

/** A conflict in words. */
export function conflictText({ first, second, day }: Conflict): string {
  const whens = `${canonicalJson(first.when)} and ${canonicalJson(second.when)}`
  return `${first.offer} ${first.operation} has two equally specific prices on ${day}: ${whens}`
}
