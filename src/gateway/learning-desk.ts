import { calibrateAll, type GateVersionAt } from '../core/acceptance/calibrate.ts'
import { type Place, placeKey } from '../core/acceptance/cell.ts'
import { type ChangeWatch, nextWatch, noChange } from '../core/acceptance/change-watch.ts'
import { type ArmName, type Context, kindOf, placeOf } from '../core/acceptance/context.ts'
import { addCounts, type Counts, noCounts, scaleCounts } from '../core/acceptance/counts.ts'
import { kindsOf, type Sighting } from '../core/acceptance/evidence.ts'
import type { CountDelta, SeenPicture } from '../core/acceptance/evidence-note.ts'
import { aimFor, deliveredShare } from '../core/acceptance/floor-controller.ts'
import { forwardWeight } from '../core/acceptance/forward-decay.ts'
import { changeKey, type Predecessors, presentCells } from '../core/acceptance/generations.ts'
import {
  acceptedShareOf,
  goodAfter,
  type Instruments,
  likelihoodsOf,
} from '../core/acceptance/instruments.ts'
import {
  type ArmBelief,
  beliefAt,
  type EaseOf,
  instrumentsFor,
  type Knowledge,
  makeKnowledge,
  type PriorOf,
} from '../core/acceptance/knowledge.ts'
import { risingShares } from '../core/acceptance/steps.ts'
import type { Instant } from '../core/time.ts'
import type { BeliefStore } from '../ports/belief-store.ts'

/** Limits of what is remembered, and when it is thought over. */
const limits = {
  /** Beliefs are made anew after this share of new evidence … */
  freshShare: 0.02,
  /** … but not more often than after so many pictures, … */
  fewestFresh: 4,
  /** … and not later than after so many, or so long. */
  mostFresh: 200,
  mostAgeMs: 3_600_000,
  /** Contexts times arms whose beliefs are kept until then. */
  mostBeliefs: 50_000,
} as const

/** What the desk is made with. */
export interface LearningSettings {
  readonly priorOf: PriorOf
  readonly easeOf?: EaseOf
  /** Rates before they were measured. */
  readonly instruments?: Instruments
  readonly predecessors?: Predecessors
  /** Verdicts of gates of another version say little of those of today. */
  readonly gateVersionAt?: GateVersionAt
}

/**
 * Remembers what became of pictures and says what is believed of every offer. It holds the counts
 * in memory; what is new is handed out by `takeDeltas`, for whoever writes it to a `BeliefStore`.
 */
export class LearningDesk {
  readonly #counts = new Map<string, Counts>()
  readonly #fresh = new Map<string, Counts>()
  readonly #generations = new Map<string, number>()
  readonly #watches = new Map<string, ChangeWatch>()
  readonly #beliefs = new Map<string, ArmBelief>()
  readonly #floors = new Map<string, number>()
  readonly #settings: LearningSettings
  #knowledge: Knowledge
  #pictures = 0
  #unread = 0
  #version = 0
  #madeAt: Instant = Number.NEGATIVE_INFINITY

  constructor(settings: LearningSettings) {
    this.#settings = settings
    this.#knowledge = startOf(settings)
  }

  /** Takes what was learned before, and by other replicas, in place of everything known here. */
  async load(store: Pick<BeliefStore, 'load'>): Promise<void> {
    const { counts, generations } = await store.load()
    this.#counts.clear()
    for (const delta of counts) this.#counts.set(delta.place, delta.counts)
    // What is not written yet is not in the store either.
    for (const [place, delta] of this.#fresh) this.#addTo(this.#counts, place, delta)
    for (const { key, generation } of generations) this.#raise(key, generation)
    this.#madeAt = Number.NEGATIVE_INFINITY
  }

  /** What was counted since the last time, for the store. */
  takeDeltas(): readonly CountDelta[] {
    const deltas = [...this.#fresh].map(([place, counts]) => ({ place, counts }))
    this.#fresh.clear()
    return deltas
  }

  /**
   * Counts what became of a picture: `before` is what was counted for it until now, if anything.
   * @returns whether the model was seen to change just now; its old outcomes then count little
   */
  note(picture: SeenPicture, after: Sighting, before?: Sighting): boolean {
    const place = placeOf(picture.arm, picture.context)
    const key = changeKey(place)
    const generation = this.#generations.get(key) ?? 0
    const weight = forwardWeight(picture.at)
    const counted = addCounts(
      countsOf(after, picture.reach),
      before === undefined ? {} : scaleCounts(countsOf(before, picture.reach), -1),
    )
    const stored = placeKey({ ...place, generation, gateVersion: after.gateVersion })
    const delta = scaleCounts(counted, weight)
    this.#addTo(this.#counts, stored, delta)
    this.#addTo(this.#fresh, stored, delta)
    this.#unread += 1
    this.#pictures += 1
    const hasChanged = this.#watch(key, { picture, after, before })
    if (hasChanged) this.#raise(key, generation + 1)
    return hasChanged
  }

  /** How often each model was seen to change, for the store. */
  generations(): ReadonlyMap<string, number> {
    return this.#generations
  }

  /** What is believed of arms in a context. */
  beliefs(arms: readonly ArmName[], context: Context): readonly ArmBelief[] {
    return withRisingSteps(
      arms,
      arms.map((arm) => this.#believe(placeOf(arm, context))),
    )
  }

  /** Categories that pictures of a purpose were seen in. */
  categoriesAt(purpose: string): readonly string[] {
    const own = this.#knowledge.cells.filter((cell) => cell.purpose === purpose)
    return [...new Set(own.map(({ kind }) => kind.split('+')[0] ?? kind))].sort()
  }

  /** Grows with each time that beliefs are made anew; what was planned by older ones is stale. */
  get version(): number {
    return this.#version
  }

  /** The version of the gates of a purpose, as they are set now. */
  gateVersionAt(purpose: string): string | undefined {
    return this.#settings.gateVersionAt?.(purpose)
  }

  /** The rates of gate and reports at a purpose, as measured. */
  instruments(purpose: string): Instruments {
    return instrumentsFor(this.#knowledge.instruments, purpose, this.gateVersionAt(purpose))
  }

  /** The floor to plan with, so that the one that is asked for holds in the end. */
  aim(floor: number, context: Context): number {
    const key = `${floor}\n${context.purpose}\n${kindOf(context)}`
    const known = this.#floors.get(key)
    if (known !== undefined) return known
    const kind = kindOf(context)
    const delivered = this.#knowledge.cells
      .filter((cell) => cell.purpose === context.purpose && cell.kind === kind)
      .map(({ counts }) => counts)
    const likelihoods = likelihoodsOf(this.instruments(context.purpose))
    const controlled = aimFor(floor, deliveredShare(floor, delivered, likelihoods))
    this.#floors.set(key, controlled)
    return controlled
  }

  #believe(place: Place): ArmBelief {
    const key = placeKey(place)
    const known = this.#beliefs.get(key)
    if (known !== undefined) return known
    const belief = beliefAt(this.#knowledge, place)
    if (this.#beliefs.size >= limits.mostBeliefs) this.#beliefs.clear()
    this.#beliefs.set(key, belief)
    return belief
  }

  /**
   * Thinks over what is new, when it is due. Not on the way of a request: with thousands of
   * contexts it takes longer than a decision may.
   */
  think(now: Instant): void {
    const { fewestFresh, mostFresh, freshShare, mostAgeMs } = limits
    const due = Math.min(mostFresh, Math.max(fewestFresh, freshShare * this.#pictures))
    if (this.#unread < due && now - this.#madeAt < mostAgeMs) return
    const { priorOf, easeOf, predecessors = new Map() } = this.#settings
    const cells = presentCells(this.#counts, this.#generations, predecessors, forwardWeight(now))
    // What was just loaded is seen with the rates of gates and people that are measured in it.
    const looks = this.#madeAt === Number.NEGATIVE_INFINITY ? 2 : 1
    for (let look = 0; look < looks; look += 1) {
      const knowledge = makeKnowledge(cells, priorOf, this.#knowledge.instruments, easeOf)
      this.#knowledge = withInstruments(knowledge, this.#settings)
    }
    this.#beliefs.clear()
    this.#floors.clear()
    this.#unread = 0
    this.#version += 1
    this.#madeAt = now
  }

  /** Compares what is new of a picture with what was believed: its verdict, its outcome. */
  #watch(key: string, seen: { picture: SeenPicture; after: Sighting; before?: Sighting }): boolean {
    const { picture, after, before } = seen
    const place = placeOf(picture.arm, picture.context)
    const share = Math.min(1, this.#believe(place).belief.mean * picture.reach)
    // Other gates are no change of the model: what they pass is not compared with it.
    const version = after.gateVersion ?? this.gateVersionAt(place.purpose)
    const { gate, reports } = instrumentsFor(this.#knowledge.instruments, place.purpose, version)
    let hasChanged = false
    const look = (name: string, isGood: boolean, expected: number) => {
      const watched = `${key} ${version ?? ''} ${name}`
      const next = nextWatch(this.#watches.get(watched) ?? noChange, { isGood, expected })
      this.#watches.set(watched, next.watch)
      hasChanged ||= next.hasChanged
    }
    if (after.verdict !== undefined && before?.verdict === undefined) {
      const passing = gate.passBad + (gate.passGood - gate.passBad) * share
      look('verdict', after.verdict === 'pass', passing)
    }
    if (after.outcome !== undefined && before?.outcome === undefined) {
      const good = after.verdict === undefined ? share : goodAfter(after.verdict, share, gate)
      look('outcome', after.outcome.fate === 'accept', acceptedShareOf(good, reports))
    }
    return hasChanged
  }

  #addTo(counts: Map<string, Counts>, place: string, delta: Counts): void {
    counts.set(place, addCounts(counts.get(place) ?? noCounts, delta))
  }

  #raise(key: string, generation: number): void {
    this.#generations.set(key, Math.max(generation, this.#generations.get(key) ?? 0))
    this.#madeAt = Number.NEGATIVE_INFINITY
  }
}

/** Before anything was seen. */
const startOf = (settings: LearningSettings): Knowledge =>
  withInstruments(makeKnowledge([], settings.priorOf, undefined, settings.easeOf), settings)

const withInstruments = (
  knowledge: Knowledge,
  { instruments, gateVersionAt }: LearningSettings,
): Knowledge => ({
  ...knowledge,
  instruments: calibrateAll(knowledge, instruments, gateVersionAt),
})

/**
 * More steps never make a picture worse, so beliefs about one model's steps share what they know.
 */
function withRisingSteps(
  arms: readonly ArmName[],
  beliefs: readonly ArmBelief[],
): readonly ArmBelief[] {
  const rising = [...beliefs]
  const stepped = arms.flatMap(({ model, tier, steps }, position) => {
    const belief = beliefs[position]
    if (steps === undefined || belief === undefined) return []
    return [{ key: `${model}\n${tier}`, steps, position, belief }]
  })
  for (const levels of Map.groupBy(stepped, ({ key }) => key).values()) {
    levels.sort((one, other) => one.steps - other.steps)
    const shares = risingShares(levels.map(({ belief }) => belief.belief))
    for (const [index, { position, belief }] of levels.entries()) {
      const mean = shares[index] ?? belief.belief.mean
      rising[position] = { ...belief, belief: { ...belief.belief, mean } }
    }
  }
  return rising
}

function countsOf(sighting: Sighting, reach: number): Counts {
  const tallies = kindsOf(sighting).map(
    ({ kind, weight }) => [kind, { count: weight, reach: weight * reach }] as const,
  )
  return Object.fromEntries(tallies)
}
