import { evidenceKinds } from '../../core/acceptance/evidence.ts'
import type { CountDelta, EvidenceNote, KeptSighting } from '../../core/acceptance/evidence-note.ts'
import { toText } from './columns.ts'
import type { Columns } from './statement.ts'

/** The sum of one kind of evidence at one place, in forward weights. */
export interface BeliefCountRow {
  readonly place: string
  readonly kind: string
  readonly pictures: number
  readonly reach: number
}

/** Columns of {@link BeliefCountRow}. */
export const beliefCountColumns: Columns<BeliefCountRow> = {
  place: 'text',
  kind: 'text',
  pictures: 'double precision',
  reach: 'double precision',
}

/** How often a model was seen to change at a purpose. */
export interface BeliefGenerationRow {
  readonly key: string
  readonly generation: bigint
}

/** Columns of {@link BeliefGenerationRow}. */
export const beliefGenerationColumns: Columns<BeliefGenerationRow> = {
  key: 'text',
  generation: 'bigint',
}

/** Pictures of a history that have about one sharpness, in forward weights. */
export interface SharpnessRow {
  readonly history: string
  readonly bucket: bigint
  readonly pictures: number
}

/** What was counted for a picture. */
export interface SightingRow {
  readonly image_id: string
  readonly picture: string
  readonly sighting: string
  readonly revision: bigint
}

/** Columns of {@link SightingRow}. */
export const sightingColumns: Columns<SightingRow> = {
  image_id: 'text',
  picture: 'text',
  sighting: 'text',
  revision: 'bigint',
}

/** What learning has cost in one book. */
export interface ExplorationRow {
  readonly book: string
  readonly requests: bigint
  readonly known_nano: number
  readonly extra_nano: number
}

/** Columns of {@link ExplorationRow}. */
export const explorationColumns: Columns<ExplorationRow> = {
  book: 'text',
  requests: 'bigint',
  known_nano: 'double precision',
  extra_nano: 'double precision',
}

/** What an operator fixed: an offer that is taken, or never taken, for a purpose. */
export interface RouteOrderRow {
  /** Empty for all purposes. */
  readonly purpose: string
  readonly offer: string
  readonly kind: string
  readonly at: bigint
}

/** A picture's evidence as a row. */
export const toSightingRow = ({ imageId, ...kept }: KeptSighting): SightingRow => ({
  image_id: imageId,
  picture: toText(JSON.stringify(kept.picture)),
  sighting: JSON.stringify(kept.sighting),
  revision: BigInt(kept.revision),
})

/** A picture's evidence from its row. */
export const fromSightingRow = (row: SightingRow): KeptSighting => ({
  imageId: row.image_id,
  picture: JSON.parse(row.picture) as KeptSighting['picture'],
  sighting: JSON.parse(row.sighting) as KeptSighting['sighting'],
  revision: Number(row.revision),
})

/**
 * Rows of all deltas and changes of a group, each place once and in one order: these are rows that
 * requests share, so two processes must not lock each other out.
 */
export function toBeliefRows(notes: readonly Pick<EvidenceNote, 'deltas' | 'change'>[]): {
  readonly counts: readonly BeliefCountRow[]
  readonly generations: readonly BeliefGenerationRow[]
} {
  const counts = new Map<string, BeliefCountRow>()
  const generations = new Map<string, BeliefGenerationRow>()
  for (const { deltas, change } of notes) {
    for (const delta of deltas) addCount(counts, delta)
    if (change === undefined) continue
    const generation = BigInt(change.generation)
    const before = generations.get(change.key)?.generation ?? 0n
    if (generation > before) generations.set(change.key, { key: change.key, generation })
  }
  return { counts: inOrder(counts), generations: inOrder(generations) }
}

function addCount(counts: Map<string, BeliefCountRow>, delta: CountDelta): void {
  for (const kind of evidenceKinds) {
    const tally = delta.counts[kind]
    if (tally === undefined) continue
    const key = `${delta.place}\n${kind}`
    const before = counts.get(key)
    counts.set(key, {
      ...{ place: delta.place, kind },
      pictures: (before?.pictures ?? 0) + tally.count,
      reach: (before?.reach ?? 0) + tally.reach,
    })
  }
}

const inOrder = <Row>(rows: ReadonlyMap<string, Row>): readonly Row[] =>
  [...rows].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, row]) => row)

/** What learning cost, each book once and in one order. */
export function sumExploration(rows: readonly ExplorationRow[]): readonly ExplorationRow[] {
  const sums = new Map<string, ExplorationRow>()
  for (const row of rows) {
    const before = sums.get(row.book)
    sums.set(row.book, {
      book: row.book,
      requests: row.requests + (before?.requests ?? 0n),
      known_nano: row.known_nano + (before?.known_nano ?? 0),
      extra_nano: row.extra_nano + (before?.extra_nano ?? 0),
    })
  }
  return inOrder(sums)
}
