import { type Field, isInTime } from './field.ts'
import type { LoserReason } from './loser-reason.ts'
import { firstOf } from './prospects.ts'

/** What the plans that begin with an arm could do, by its position in the front. */
export interface Openings {
  readonly inTime: ReadonlySet<number>
  readonly aboveFloor: ReadonlySet<number>
}

/** Looks at all sequences of a field once, for whatever plan is chosen. */
export function openingsOf(field: Field, floor: number): Openings {
  const arms = field.front.length
  const [inTime, aboveFloor] = [new Set<number>(), new Set<number>()]
  for (let index = 0; index < field.held.length; index += 1) {
    if (!isInTime(field, index)) continue
    const first = firstOf(index, arms)
    inTime.add(first)
    if ((field.held[index] as number) >= floor) aboveFloor.add(first)
  }
  return { inTime, aboveFloor }
}

/**
 * Why each arm is not part of the chosen plan. An arm outside the front is beaten by another one in
 * everything; for the others it counts what the plans that begin with them could do.
 */
export function reasonsOf(
  arms: number,
  front: readonly number[],
  chosen: ReadonlySet<number>,
  { inTime, aboveFloor }: Openings,
): readonly (LoserReason | undefined)[] {
  return Array.from({ length: arms }, (_, arm) => {
    if (chosen.has(arm)) return undefined
    const place = front.indexOf(arm)
    if (place < 0) return 'dominated'
    if (!inTime.has(place)) return 'too_slow'
    return aboveFloor.has(place) ? 'dominated' : 'below_floor'
  })
}
