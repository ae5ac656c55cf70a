import type { Instant } from '../time.ts'
import type { ArmName, Context } from './context.ts'
import type { Counts } from './counts.ts'
import type { Sighting } from './evidence.ts'

/** Evidence to be added at one place. */
export interface CountDelta {
  /** Made by `placeKey`. */
  readonly place: string
  /**
   * In forward weights (`forward-decay.ts`); a verdict that came late takes back what it replaces.
   */
  readonly counts: Counts
}

/** A picture that was made, wherever its verdict stands. Kept with the request. */
export interface SeenPicture {
  readonly arm: ArmName
  readonly context: Context
  /** See `Tally.reach`; 1 for a first attempt. */
  readonly reach: number
  /** When it was made; a verdict that comes later counts for that instant. */
  readonly at: Instant
}

/** What is kept of a picture, so that a later verdict takes back exactly what was counted. */
export interface KeptSighting {
  readonly imageId: string
  readonly picture: SeenPicture
  readonly sighting: Sighting
  /** 0 for the first, then one more each time: of two that change the same one, one must yield. */
  readonly revision: number
}

/** What became of a picture, with what that changes of what is believed. */
export interface EvidenceNote {
  readonly kept: KeptSighting
  readonly deltas: readonly CountDelta[]
  /** The model was seen to change by it; see `change-watch.ts`. */
  readonly change?: { readonly key: string; readonly generation: number }
}
