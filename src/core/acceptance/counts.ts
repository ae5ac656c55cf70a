import { type EvidenceKind, evidenceKinds } from './evidence.ts'

/** How many pictures one kind of evidence was seen of. */
export interface Tally {
  readonly count: number
  /**
   * The same, each times its reach: the chance of acceptance it stood for over the one that is
   * counted here. Below 1 after a rejection (the request is a hard one) or at fewer steps.
   */
  readonly reach: number
}

/** Evidence of one place, by kind. Values that only add up: merging is addition, in any order. */
export type Counts = { readonly [Kind in EvidenceKind]?: Tally }

/** Nothing seen yet. */
export const noCounts: Counts = {}

/** The sum of two counts. */
export function addCounts(one: Counts, other: Counts): Counts {
  const sum: { [Kind in EvidenceKind]?: Tally } = { ...one }
  for (const kind of evidenceKinds) {
    const more = other[kind]
    if (more === undefined) continue
    const before = sum[kind]
    sum[kind] =
      before === undefined
        ? more
        : { count: before.count + more.count, reach: before.reach + more.reach }
  }
  return sum
}

/** The counts times a factor: what remains of them, or what a change leaves. */
export function scaleCounts(counts: Counts, factor: number): Counts {
  const scaled: { [Kind in EvidenceKind]?: Tally } = {}
  for (const kind of evidenceKinds) {
    const tally = counts[kind]
    if (tally === undefined) continue
    scaled[kind] = { count: tally.count * factor, reach: tally.reach * factor }
  }
  return scaled
}

/** The counts as they speak of a share that is `1 / reach` times theirs. */
export function withReach(counts: Counts, reach: number): Counts {
  const reaching: { [Kind in EvidenceKind]?: Tally } = {}
  for (const kind of evidenceKinds) {
    const tally = counts[kind]
    if (tally !== undefined) reaching[kind] = { count: tally.count, reach: tally.reach * reach }
  }
  return reaching
}

/** How many pictures anything is known of. */
export const picturesIn = (counts: Counts): number =>
  evidenceKinds.reduce((sum, kind) => sum + (counts[kind]?.count ?? 0), 0)

/** Kinds with an answer. */
const answeredKinds = evidenceKinds.filter((kind) => /_(accept|reject)$/.test(kind))

/** How many explicit outcomes stand behind the counts. */
export const outcomesIn = (counts: Counts): number =>
  answeredKinds.reduce((sum, kind) => sum + (counts[kind]?.count ?? 0), 0)
