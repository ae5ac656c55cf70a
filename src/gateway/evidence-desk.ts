import { placeOf } from '../core/acceptance/context.ts'
import { PRIOR_SIGMA } from '../core/acceptance/difficulty.ts'
import { type Outcome, type Sighting, weighOutcome } from '../core/acceptance/evidence.ts'
import type { EvidenceNote, KeptSighting, SeenPicture } from '../core/acceptance/evidence-note.ts'
import { changeKey } from '../core/acceptance/generations.ts'
import type { Fact } from '../core/jobs/request-record.ts'
import { contextOf } from '../core/purpose/context-of.ts'
import type { RequestTraits } from '../core/purpose/request-traits.ts'
import type { ImageRequest } from '../core/request/image-request.ts'
import { reachAfter } from '../core/routing/reach.ts'
import { armNameOf } from '../core/routing/variants.ts'
import type { Clock } from '../ports/clock.ts'
import type { Stores } from '../ports/stores.ts'
import { isContradiction } from './contradiction.ts'
import type { LearningDesk } from './learning-desk.ts'

/** A picture of an attempt that was judged, and whether it may be shown. */
export interface JudgedPicture {
  readonly imageId: string
  readonly sighting: Sighting
}

/** What a call was, as far as it decides what its pictures teach. */
export interface TaughtCall {
  readonly offer: string
  readonly quality?: string | undefined
  readonly steps?: number | undefined
  readonly isSimulated: boolean
  /** See `armNameOf`. */
  readonly tier?: string
}

/** Times that a verdict is tried again when another process changed the same picture. */
const MOST_TRIES = 3

/**
 * Turns what becomes of pictures into evidence: facts for the journal, and the same in memory at
 * once. What was counted stands with the picture, so that a later word takes back exactly that.
 */
export class EvidenceDesk {
  readonly #learning: LearningDesk
  readonly #parts: { readonly stores: Stores; readonly clock: Clock }
  #last: Promise<unknown> = Promise.resolve()

  constructor(learning: LearningDesk, parts: { readonly stores: Stores; readonly clock: Clock }) {
    this.#learning = learning
    this.#parts = parts
  }

  /** Counts pictures that were just judged; the facts go with those of their verdicts. */
  see(
    pictures: readonly JudgedPicture[],
    call: TaughtCall,
    about: {
      readonly request: ImageRequest
      readonly traits: RequestTraits
      /** What was believed of offers whose pictures gates refused before, in order. */
      readonly refused: readonly number[]
    },
  ): readonly Fact[] {
    const context = contextOf(about.request, about.traits)
    const arm = armNameOf(call)
    const [belief] = this.#learning.beliefs([arm], context)
    const { gate } = this.#learning.instruments(context.purpose)
    const reach = reachAfter(about.refused, belief?.belief.mean ?? 0, PRIOR_SIGMA, gate)
    const picture: SeenPicture = { arm, context, reach, at: this.#parts.clock.now() }
    const gateVersion = this.#learning.gateVersionAt(context.purpose)
    return pictures.map(({ imageId, sighting: seen }) => {
      const isVersioned = seen.verdict !== undefined && gateVersion !== undefined
      const sighting = isVersioned ? { ...seen, gateVersion } : seen
      const note = this.#note({ imageId, picture, sighting, revision: 0 })
      return { kind: 'evidence-noted' as const, note }
    })
  }

  /**
   * Counts what somebody says, or does, after a picture was shown; resolves when it is durable. One
   * after the other, because they build on each other. Pictures from before there was evidence are
   * left alone.
   */
  hear(imageId: string, outcome: Outcome): Promise<void> {
    const heard = this.#last.then(() => this.#hear(imageId, outcome, MOST_TRIES))
    this.#last = heard.catch(() => undefined)
    return heard
  }

  async #hear(imageId: string, outcome: Outcome, tries: number): Promise<void> {
    const { stores, clock } = this.#parts
    const kept = await stores.beliefs.sighting(imageId)
    if (kept === undefined) return
    const weighed = weighOutcome(outcome)
    // What somebody did says less than what he said.
    if (weighed.weight < (kept.sighting.outcome?.weight ?? 0)) return
    const sighting: Sighting = { ...kept.sighting, isShown: true, outcome: weighed }
    const note = this.#note({ ...kept, sighting, revision: kept.revision + 1 }, kept.sighting)
    try {
      await stores.journal.commit([{ kind: 'evidence-noted', note }])
    } catch (error) {
      if (!isContradiction(error) || tries <= 1) throw error
      return this.#hear(imageId, outcome, tries - 1)
    }
    this.#learning.think(clock.now())
  }

  #note(kept: KeptSighting, before?: Sighting): EvidenceNote {
    const { picture, sighting } = kept
    const hasChanged = this.#learning.note(picture, sighting, before)
    const deltas = this.#learning.takeDeltas()
    const key = changeKey(placeOf(picture.arm, picture.context))
    const generation = this.#learning.generations().get(key) ?? 0
    return { kept, deltas, ...(hasChanged ? { change: { key, generation } } : {}) }
  }
}
