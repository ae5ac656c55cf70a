import { firstOf } from './prospects.ts'

/** Why an offer is not part of a plan; a closed list, printed as it is. */
export type LoserReason =
  /** Another plan brings accepted pictures for less. */
  | 'dominated'
  /** No plan that begins with it reaches the floor. */
  | 'below_floor'
  /** No plan that begins with it is quick enough. */
  | 'too_slow'
  | 'capability_missing'
  | 'breaker_open'
  | 'budget'
  /** The caller or an operator fixed another one, or banned it. */
  | 'pinned'

/**
 * Why each arm is not part of the chosen plan. An arm outside the front is beaten by another one in
 * everything; for the others it counts what the plans that begin with them could do.
 */
export function reasonsOf(facts: {
  readonly arms: number
  readonly front: readonly number[]
  readonly chosen: ReadonlySet<number>
  readonly sequences: number
  isInTime(index: number): boolean
  isAboveFloor(index: number): boolean
}): readonly (LoserReason | undefined)[] {
  const [inTime, aboveFloor] = [new Set<number>(), new Set<number>()]
  for (let index = 0; index < facts.sequences; index += 1) {
    const first = facts.front[firstOf(index, facts.front.length)]
    if (first === undefined || !facts.isInTime(index)) continue
    inTime.add(first)
    if (facts.isAboveFloor(index)) aboveFloor.add(first)
  }
  return Array.from({ length: facts.arms }, (_, arm) => {
    if (facts.chosen.has(arm)) return undefined
    if (!facts.front.includes(arm)) return 'dominated'
    if (!inTime.has(arm)) return 'too_slow'
    return aboveFloor.has(arm) ? 'dominated' : 'below_floor'
  })
}
