import type { Counts } from '../core/acceptance/counts.ts'

/** Evidence to be added at one place. */
export interface CountDelta {
  /** Made by `placeKey`. */
  readonly place: string
  /**
   * In forward weights (`forward-decay.ts`); a verdict that came late takes back what it replaces.
   */
  readonly counts: Counts
}

/** What was learned, as all replicas share it. */
export interface StoredBeliefs {
  readonly counts: readonly CountDelta[]
  /** How often a model was seen to change at a purpose, by `changeKey`. */
  readonly generations: readonly { readonly key: string; readonly generation: number }[]
}

/**
 * Keeps what was learned. Counts only add up, and generations only grow, so replicas write without
 * looking at each other, in any order. `add` is not safe to call twice with the same deltas:
 * whoever may repeat it, because an answer got lost, puts a name of its own on the commit.
 */
export interface BeliefStore {
  load(): Promise<StoredBeliefs>
  /** Adds all deltas, or none. */
  add(deltas: readonly CountDelta[]): Promise<void>
  /** Raises a generation to at least this one. */
  raise(key: string, generation: number): Promise<void>
}
