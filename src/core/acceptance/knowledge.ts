import type { Cell, Place } from './cell.ts'
import { stepsIn } from './context.ts'
import { type Counts, outcomesIn, picturesIn, withReach } from './counts.ts'
import {
  type Instruments,
  type Likelihoods,
  likelihoodsOf,
  usualInstruments,
} from './instruments.ts'
import { logit, sigmoid } from './logit.ts'
import { type Belief, commonShift, type Evidence, optimismFor, posterior } from './posterior.ts'
import { stepShare } from './steps.ts'
import { type Terms, termsOf } from './terms.ts'

/**
 * How many pictures a wider place counts as in a narrower one (κ), and how far contexts are spread
 * in log-odds. Starting values: κ = mean × (1 − mean) / variance between places − 1 lies between 6
 * and 12 for most models.
 */
const WEIGHTS = { purpose: 10, category: 8, variant: 12 } as const
const SPREADS = { purpose: 1, category: 0.5 } as const
/** Turns in which models and contexts are told apart; more change the third digit. */
const TURNS = 3

/**
 * Gates and people differ by purpose; what holds for all others stands under {@link ANY_PURPOSE}.
 */
export type InstrumentsByPurpose = ReadonlyMap<string, Instruments>

/** What holds for purposes that nothing is known of. */
export const ANY_PURPOSE = ''

/** The instruments of a purpose, measured or usual. */
export const instrumentsFor = (known: InstrumentsByPurpose, purpose: string): Instruments =>
  known.get(purpose) ?? known.get(ANY_PURPOSE) ?? usualInstruments

/** A prior for a model from its tier or published ratings, which real outcomes soon outweigh. */
export type PriorOf = (model: string) => Belief

/** How much easier a purpose is than a usual one, in log-odds, before anything was seen there. */
export type EaseOf = (purpose: string) => number

const evenly: EaseOf = () => 0

/** What is believed of all models in all contexts, from one look at the counts. */
export interface Knowledge {
  readonly instruments: InstrumentsByPurpose
  /** By model: over all contexts, as if in a usual one. */
  readonly models: ReadonlyMap<string, Belief>
  /** How much easier a purpose is, and a category within it, in log-odds. */
  readonly purposes: ReadonlyMap<string, number>
  readonly kinds: ReadonlyMap<string, number>
  /** Pictures seen of each category within a purpose. */
  readonly pictures: ReadonlyMap<string, number>
  readonly cells: readonly Cell[]
  /** Explicit outcomes of each model, wherever they came from. */
  readonly outcomes: ReadonlyMap<string, number>
  /** Models at purposes, worked out beforehand: a decision asks for dozens of them. */
  readonly atPurposes: ReadonlyMap<string, ModelAtPurpose>
  readonly priorOf: PriorOf
  readonly easeOf: EaseOf
}

/** A model at a purpose, over all categories, with the cells that speak of it. */
interface ModelAtPurpose {
  readonly belief: Belief
  readonly cells: readonly SeenCell[]
}

/** A cell with what it says of its arm, and of the model at all its steps. */
interface SeenCell extends Cell {
  readonly own: Terms
  readonly full: Terms
}

const kindKey = (purpose: string, kind: string): string => `${purpose}\n${kind}`
const modelKey = ({ model, purpose }: Place): string => `${model}\n${purpose}`

/**
 * Tells models from contexts: a model is good when it does better than others where it was used, a
 * context is hard when everybody does worse there. Without that a model tried only on hard pictures
 * would look bad everywhere, and a new context would have to be learned by each model anew.
 * @param cells of the present generation, decayed to now, one for each place
 */
export function makeKnowledge(
  cells: readonly Cell[],
  priorOf: PriorOf,
  instruments: InstrumentsByPurpose = new Map(),
  easeOf: EaseOf = evenly,
): Knowledge {
  const seen = seenCells(cells, instruments)
  const byModel = Map.groupBy(seen, ({ model }) => model)
  const byPurpose = Map.groupBy(seen, ({ purpose }) => purpose)
  const byKind = Map.groupBy(seen, ({ purpose, kind }) => kindKey(purpose, kind))
  const models = new Map<string, Belief>()
  const purposes = new Map<string, number>()
  const kinds = new Map<string, number>()
  const abilityOf = ({ model }: Cell) => logit((models.get(model) ?? priorOf(model)).mean)
  const purposeShift = ({ purpose }: Cell) => purposes.get(purpose) ?? easeOf(purpose)
  const kindShift = ({ purpose, kind }: Cell) => kinds.get(kindKey(purpose, kind)) ?? 0
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const [model, own] of byModel) {
      const evidence = evidenceOf(own, (cell) => purposeShift(cell) + kindShift(cell))
      models.set(model, posterior(priorOf(model), evidence))
    }
    for (const [purpose, group] of byPurpose) {
      const ease = easeOf(purpose)
      const evidence = evidenceOf(group, (cell) => abilityOf(cell) + kindShift(cell) + ease)
      const start = (purposes.get(purpose) ?? ease) - ease
      purposes.set(purpose, ease + commonShift(SPREADS.purpose, evidence, start))
    }
    for (const [key, group] of byKind) {
      const evidence = evidenceOf(group, (cell) => abilityOf(cell) + purposeShift(cell))
      kinds.set(key, commonShift(SPREADS.category, evidence, kinds.get(key)))
    }
  }
  const atPurposes = new Map<string, ModelAtPurpose>()
  for (const [key, group] of Map.groupBy(seen, modelKey)) {
    const [{ model, purpose } = { model: '', purpose: '' }] = group
    const prior = moved(
      models.get(model) ?? priorOf(model),
      purposes.get(purpose) ?? easeOf(purpose),
      WEIGHTS.purpose,
    )
    atPurposes.set(key, { belief: posterior(prior, evidenceOf(group, kindShift)), cells: group })
  }
  return {
    ...{ instruments, models, purposes, kinds, cells, atPurposes, priorOf, easeOf },
    pictures: new Map([...byKind].map(([key, group]) => [key, sumOf(group, picturesIn)])),
    outcomes: new Map([...byModel].map(([model, own]) => [model, sumOf(own, outcomesIn)])),
  }
}

function seenCells(cells: readonly Cell[], instruments: InstrumentsByPurpose): SeenCell[] {
  const likelihoods = new Map<string, Likelihoods>()
  return cells.map((cell) => {
    const known = likelihoods.get(cell.purpose)
    const here = known ?? likelihoodsOf(instrumentsFor(instruments, cell.purpose))
    if (known === undefined) likelihoods.set(cell.purpose, here)
    const own = termsOf(cell.counts, here)
    const steps = stepsIn(cell.variant)
    const full = steps === undefined ? own : termsOf(withReach(cell.counts, stepShare(steps)), here)
    return { ...cell, own, full }
  })
}

const evidenceOf = (
  cells: readonly SeenCell[],
  shiftOf: (cell: SeenCell) => number,
): readonly Evidence[] => cells.map((cell) => ({ terms: cell.full, shift: shiftOf(cell) }))

/** What is believed of one arm in one context, and what stands behind it. */
export interface ArmBelief {
  readonly belief: Belief
  /** Explicit outcomes of this arm in this context. */
  readonly ownOutcomes: number
  /** Those of the same model elsewhere. */
  readonly inheritedOutcomes: number
  /** Standard deviations above the mean at which it is worth a try here; see `optimismFor`. */
  readonly optimism: number
}

/**
 * The belief about an arm in a context, from the wide to the narrow: model, purpose, category,
 * settings. Each level is the prior of the next, moved by what is common to the context.
 */
export function beliefAt(knowledge: Knowledge, place: Place): ArmBelief {
  const { models, purposes, kinds, priorOf, easeOf } = knowledge
  const context = kindKey(place.purpose, place.kind)
  const known = knowledge.atPurposes.get(modelKey(place))
  const atKind = known?.cells.filter(({ kind }) => kind === place.kind) ?? []
  const exactly = atKind.filter(({ variant }) => variant === place.variant)
  const purpose =
    known?.belief ??
    moved(
      models.get(place.model) ?? priorOf(place.model),
      purposes.get(place.purpose) ?? easeOf(place.purpose),
      1,
    )
  const category = posterior(
    moved(purpose, kinds.get(context) ?? 0, WEIGHTS.category),
    evidenceOf(atKind, () => 0),
  )
  const steps = stepsIn(place.variant)
  // Settings are a level of their own only where there are several; else all would count twice.
  const hasVariants = steps !== undefined || atKind.length > exactly.length
  const own = exactly.map((cell) => ({ terms: cell.own, shift: 0 }))
  const belief = hasVariants
    ? posterior({ mean: category.mean * shareAt(steps), weight: WEIGHTS.variant }, own)
    : category
  const ownOutcomes = sumOf(exactly, outcomesIn)
  return {
    ...{ belief, ownOutcomes },
    inheritedOutcomes: (knowledge.outcomes.get(place.model) ?? 0) - ownOutcomes,
    optimism: optimismFor(sumOf(atKind, picturesIn), knowledge.pictures.get(context) ?? 0),
  }
}

const sumOf = (cells: readonly Cell[], numberIn: (counts: Counts) => number): number =>
  cells.reduce((sum, { counts }) => sum + numberIn(counts), 0)

const shareAt = (steps: number | undefined): number => (steps === undefined ? 1 : stepShare(steps))

const moved = ({ mean }: Belief, shift: number, weight: number): Belief => ({
  mean: sigmoid(logit(mean) + shift),
  weight,
})
