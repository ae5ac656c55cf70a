import type { CountDelta, KeptSighting } from '../core/acceptance/evidence-note.ts'
import type { Book } from '../core/ledger/entry.ts'
import type { ExplorationSpend } from '../core/routing/exploration-budget.ts'

/** What was learned, as all replicas share it. */
export interface StoredBeliefs {
  readonly counts: readonly CountDelta[]
  /** How often a model was seen to change at a purpose, by `changeKey`. */
  readonly generations: readonly { readonly key: string; readonly generation: number }[]
}

/**
 * Reads what was learned. It is written by the journal alone, together with the facts it comes
 * from: counts only add up, and generations only grow, so replicas need not look at each other.
 */
export interface BeliefStore {
  load(): Promise<StoredBeliefs>
  /** What was counted for a picture until now. */
  sighting(imageId: string): Promise<KeptSighting | undefined>
  /** What learning has cost so far. */
  spend(book: Book): Promise<ExplorationSpend>
}
