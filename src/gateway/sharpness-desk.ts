import { forwardWeight } from '../core/acceptance/forward-decay.ts'
import {
  emptySketch,
  merged,
  scaledTo,
  type ValueSketch,
  withValue,
} from '../core/quality/value-sketch.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { SharpnessCount } from '../ports/sharpness-store.ts'
import type { Stores } from '../ports/stores.ts'

/** Pictures that a history remembers, and histories that are remembered. */
const MEMORY = 2_000
const MAX_HISTORIES = 1_000
/** Refused pictures that may be remembered one after the other. */
const MOST_SPARE = 3

/** What keeping histories needs. */
export interface SharpnessParts {
  readonly stores: Pick<Stores, 'sharpness'>
  readonly clock: Clock
  readonly log: Log
}

/**
 * How sharp the pictures of each purpose are. What is new is added to the sums of all replicas
 * beside the requests; a crash loses the last seconds.
 */
export class SharpnessDesk {
  readonly #known = new Map<string, ValueSketch>()
  readonly #fresh = new Map<string, ValueSketch>()
  /** How many of the next refused pictures of a history may be remembered. */
  readonly #spare = new Map<string, number>()

  of(history: string): ValueSketch {
    return this.#known.get(history) ?? emptySketch
  }

  /**
   * Remembers a picture that was sharp enough.
   * @param share of good pictures that are refused all the same: as many refused ones may follow
   */
  pass(history: string, value: number, share: number): void {
    const spare = Math.min(MOST_SPARE, (this.#spare.get(history) ?? MOST_SPARE) + share)
    this.#spare.set(history, spare)
    this.#add(history, value)
  }

  /**
   * Remembers a picture that was refused, as far as good ones are refused: without these each
   * window would cut the least sharp of what the last one left, and with all of them a model that
   * breaks would make blurred ones usual.
   */
  refuse(history: string, value: number): void {
    const spare = this.#spare.get(history) ?? MOST_SPARE
    if (spare < 1) return
    this.#spare.set(history, spare - 1)
    this.#add(history, value)
  }

  /** Remembers one more picture. Of histories beyond the most nothing is remembered. */
  #add(history: string, value: number): void {
    if (!this.#known.has(history) && this.#known.size >= MAX_HISTORIES) return
    this.#known.set(history, withValue(this.of(history), value, MEMORY))
    const fresh = this.#fresh.get(history) ?? emptySketch
    this.#fresh.set(history, withValue(fresh, value, MEMORY))
  }

  /** Adds what is new to what is stored; kept for the next time where that fails. */
  async flush({ stores, clock, log }: SharpnessParts): Promise<void> {
    const fresh = new Map(this.#fresh)
    if (fresh.size === 0) return
    this.#fresh.clear()
    try {
      await stores.sharpness.add(countsOf(fresh, forwardWeight(clock.now())))
    } catch (error) {
      for (const [history, sketch] of fresh) {
        this.#fresh.set(history, merged(this.#fresh.get(history) ?? emptySketch, sketch))
      }
      log.warn({ error, histories: fresh.size }, 'sharpness not stored yet')
    }
  }

  /** Takes what all replicas have seen in place of what is known here. */
  async load({ stores, clock }: Pick<SharpnessParts, 'stores' | 'clock'>): Promise<void> {
    const counts = await stores.sharpness.load()
    const weight = forwardWeight(clock.now())
    this.#known.clear()
    for (const [history, own] of Map.groupBy(counts, (count) => count.history)) {
      this.#known.set(history, scaledTo(sketchOf(own, weight), MEMORY))
    }
    // What is not written yet is not in the store either.
    for (const [history, sketch] of this.#fresh) {
      this.#known.set(history, merged(this.of(history), sketch))
    }
  }
}

const countsOf = (
  histories: ReadonlyMap<string, ValueSketch>,
  weight: number,
): readonly SharpnessCount[] =>
  [...histories].flatMap(([history, { counts }]) =>
    Object.entries(counts).map(([bucket, count]) => ({
      ...{ history, bucket: Number(bucket), pictures: count * weight },
    })),
  )

function sketchOf(counts: readonly SharpnessCount[], weight: number): ValueSketch {
  const entries = counts.map(({ bucket, pictures }) => [bucket, pictures / weight] as const)
  return {
    counts: Object.fromEntries(entries),
    total: entries.reduce((sum, [, count]) => sum + count, 0),
  }
}
