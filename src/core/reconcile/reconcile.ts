import type { Nano } from '../money.ts'
import type { BillLine } from './bill.ts'

/** What one side counted; absent when that side does not say. */
export interface Counted {
  readonly images?: bigint | undefined
  readonly costNano?: Nano | undefined
  /** Ours alone: how much of the cost is only suspected. */
  readonly suspectedNano?: Nano | undefined
}

/** What we have of one day and model. */
export interface OurLine extends Required<Counted> {
  readonly day: string
  readonly model: string
}

/** How two sides stand to each other. */
export type Verdict = 'agrees' | 'differs' | 'only_theirs' | 'only_ours'

/** One day and model, from both sides. */
export interface ReconciledRow {
  readonly day: string
  /** Empty when the bill does not tell models apart. */
  readonly model: string
  readonly theirs: Counted | undefined
  readonly ours: Counted | undefined
  readonly verdict: Verdict
}

/** Parts of a million, so that tolerances have four decimals of a percent. */
const MILLION = 1_000_000n

/**
 * Sets a bill against what we booked, by day and model; by day alone when the bill names no model.
 * The bill's own figure is the measure of the tolerance.
 * @param tolerance in millionths: 20,000 is two percent.
 */
export function reconcile(
  bill: readonly BillLine[],
  ours: readonly OurLine[],
  tolerance: bigint,
): readonly ReconciledRow[] {
  const hasModels = bill.some(({ model }) => model !== '')
  const nameOf = (line: { readonly day: string; readonly model: string }): string =>
    JSON.stringify([line.day, hasModels ? line.model : ''])
  const theirSums = sumBy(bill, nameOf)
  const ourSums = sumBy(ours, nameOf)
  return [...new Set([...theirSums.keys(), ...ourSums.keys()])].sort().map((name) => {
    const [day, model] = JSON.parse(name) as [string, string]
    const [theirs, own] = [theirSums.get(name), ourSums.get(name)]
    return { day, model, theirs, ours: own, verdict: judge(theirs, own, tolerance) }
  })
}

function sumBy<Line extends Counted>(
  lines: readonly Line[],
  nameOf: (line: Line) => string,
): ReadonlyMap<string, Counted> {
  const sums = new Map<string, Counted>()
  for (const line of lines) {
    const name = nameOf(line)
    sums.set(name, addCounted(sums.get(name) ?? {}, line))
  }
  return sums
}

/** Two counts together; what neither says stays unsaid. */
export const addCounted = (left: Counted, right: Counted): Counted => ({
  images: addKnown(left.images, right.images),
  costNano: addKnown(left.costNano, right.costNano),
  suspectedNano: addKnown(left.suspectedNano, right.suspectedNano),
})

const addKnown = (left: bigint | undefined, right: bigint | undefined): bigint | undefined =>
  left === undefined ? right : left + (right ?? 0n)

function judge(theirs: Counted | undefined, ours: Counted | undefined, tolerance: bigint): Verdict {
  const agrees = isNear(theirs?.costNano, ours?.costNano, tolerance)
  const counts = isNear(theirs?.images, ours?.images, tolerance)
  if (theirs === undefined) return isNothing(ours) ? 'agrees' : 'only_ours'
  if (ours === undefined) return isNothing(theirs) ? 'agrees' : 'only_theirs'
  return agrees && counts ? 'agrees' : 'differs'
}

const isNothing = (counted: Counted | undefined): boolean =>
  (counted?.images ?? 0n) === 0n && (counted?.costNano ?? 0n) === 0n

/** What a bill does not say cannot differ. */
function isNear(theirs: bigint | undefined, ours: bigint | undefined, tolerance: bigint): boolean {
  if (theirs === undefined || ours === undefined) return true
  return distance(theirs, ours) * MILLION <= (theirs < 0n ? -theirs : theirs) * tolerance
}

const distance = (left: bigint, right: bigint): bigint =>
  left > right ? left - right : right - left
