import { type AbilityTree, branchesOf, growTree, kindKey, type SeenCell } from './ability-tree.ts'
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
import type { Normal } from './normal.ts'
import { type Belief, type Evidence, optimismFor, posterior } from './posterior.ts'
import { stepShare } from './steps.ts'
import { termsOf } from './terms.ts'

/**
 * Pictures that what steps usually do counts as at most: where a model is well known at some steps,
 * little is left to learn at others.
 */
const VARIANT_WEIGHT = 60
/**
 * Gates and people differ by purpose; what holds for all others stands under {@link ANY_PURPOSE}.
 */
export type InstrumentsByPurpose = ReadonlyMap<string, Instruments>

/** What holds for purposes that nothing is known of. */
export const ANY_PURPOSE = ''

/** Names what gates of one version are at a purpose; without one, those of no version. */
export const instrumentsKey = (purpose: string, gateVersion: string | undefined): string =>
  gateVersion === undefined ? purpose : `${purpose}\n${gateVersion}`

/** The instruments of a purpose, measured or usual. */
export const instrumentsFor = (
  known: InstrumentsByPurpose,
  purpose: string,
  gateVersion?: string,
): Instruments =>
  known.get(instrumentsKey(purpose, gateVersion)) ?? known.get(ANY_PURPOSE) ?? usualInstruments

/** A prior for a model from its tier or published ratings, which real outcomes soon outweigh. */
export type PriorOf = (model: string) => Belief

/** How much easier a purpose is than a usual one, in log-odds, before anything was seen there. */
export type EaseOf = (purpose: string) => number

const evenly: EaseOf = () => 0

/** What is believed of all models in all contexts, from one look at the counts. */
export interface Knowledge {
  readonly instruments: InstrumentsByPurpose
  readonly tree: AbilityTree
  /** Pictures seen of each kind within a purpose. */
  readonly pictures: ReadonlyMap<string, number>
  readonly cells: readonly Cell[]
  /** Explicit outcomes of each model, wherever they came from. */
  readonly outcomes: ReadonlyMap<string, number>
}

/**
 * Tells models from contexts: a model is good when it does better than others where it was used, a
 * context is hard when everybody does worse there. Without that a model tried only on hard pictures
 * would look bad everywhere, and a new context would have to be learned by each model anew. What is
 * seen in one place counts elsewhere only as far as places are alike, and never twice.
 * @param cells of the present generation, decayed to now, one for each place
 */
export function makeKnowledge(
  cells: readonly Cell[],
  priorOf: PriorOf,
  instruments: InstrumentsByPurpose = new Map(),
  easeOf: EaseOf = evenly,
): Knowledge {
  const promises = {
    of: (model: string, purpose: string) => logit(priorOf(model).mean) + easeOf(purpose),
    // Models that promise the same are taken to be alike.
    group: (model: string) => String(priorOf(model).mean),
  }
  const branches = branchesOf(seenCells(cells, instruments), promises.of)
  const byKind = Map.groupBy(cells, kindKey)
  const byModel = Map.groupBy(cells, ({ model }) => model)
  return {
    ...{ instruments, cells, tree: growTree(branches, promises) },
    pictures: new Map([...byKind].map(([key, group]) => [key, sumOf(group, picturesIn)])),
    outcomes: new Map([...byModel].map(([model, own]) => [model, sumOf(own, outcomesIn)])),
  }
}

/** An ability as a share. */
function shareOf({ mean, precision }: Normal): Belief {
  const share = sigmoid(mean)
  return { mean: share, weight: precision / (share * (1 - share)) }
}

function seenCells(cells: readonly Cell[], instruments: InstrumentsByPurpose): SeenCell[] {
  const likelihoods = new Map<string, Likelihoods>()
  return cells.map((cell) => {
    // What a gate said of old is read as it was then, whatever gates are like today.
    const key = instrumentsKey(cell.purpose, cell.gateVersion)
    const known = likelihoods.get(key)
    const here = known ?? likelihoodsOf(instrumentsFor(instruments, cell.purpose, cell.gateVersion))
    if (known === undefined) likelihoods.set(key, here)
    const own = termsOf(cell.counts, here)
    const steps = stepsIn(cell.variant)
    const full = steps === undefined ? own : termsOf(withReach(cell.counts, stepShare(steps)), here)
    return { ...cell, own, full }
  })
}

/** What is believed of one arm in one context, and what stands behind it. */
export interface ArmBelief {
  readonly belief: Belief
  /** Explicit outcomes of this arm in this context. */
  readonly ownOutcomes: number
  /** Those of the same model elsewhere. */
  readonly inheritedOutcomes: number
  /** Standard deviations above the mean at which it is worth a try here; see `optimismFor`. */
  readonly optimism: number
  /** Pictures of this kind seen for this purpose, by whatever arm. */
  readonly kindPictures: number
}

/**
 * The belief about an arm in a context, from the wide to the narrow: model, purpose, category,
 * settings. Each level is the prior of the next, moved by what is common to the context.
 */
export function beliefAt(knowledge: Knowledge, place: Place): ArmBelief {
  const atKind = knowledge.tree.branchAt(place)?.cells ?? []
  const exactly = atKind.filter(({ variant }) => variant === place.variant)
  const category = posterior(shareOf(knowledge.tree.expectedAt(place)), termsIn(atKind, 'full'))
  const steps = stepsIn(place.variant)
  // Settings are a level of their own only where there are several; else all would count twice.
  const hasVariants = steps !== undefined || atKind.length > exactly.length
  const variantWeight = 1 / (1 / category.weight + 1 / VARIANT_WEIGHT)
  const belief = hasVariants
    ? posterior(
        { mean: category.mean * shareAt(steps), weight: variantWeight },
        termsIn(exactly, 'own'),
      )
    : category
  const ownOutcomes = sumOf(exactly, outcomesIn)
  const kindPictures = knowledge.pictures.get(kindKey(place)) ?? 0
  return {
    ...{ belief, ownOutcomes },
    inheritedOutcomes: (knowledge.outcomes.get(place.model) ?? 0) - ownOutcomes,
    optimism: optimismFor(sumOf(atKind, picturesIn), kindPictures),
    kindPictures,
  }
}

const termsIn = (cells: readonly SeenCell[], which: 'own' | 'full'): readonly Evidence[] =>
  cells.map((cell) => ({ terms: cell[which], shift: 0 }))

const sumOf = (cells: readonly Cell[], numberIn: (counts: Counts) => number): number =>
  cells.reduce((sum, { counts }) => sum + numberIn(counts), 0)

const shareAt = (steps: number | undefined): number => (steps === undefined ? 1 : stepShare(steps))
