import {
  type Branch,
  branchesOf,
  branchKey,
  commonShift,
  modelKey,
  newsAt,
  type SeenCell,
  spread,
  untried,
} from './ability-tree.ts'
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
import { combined, type Normal, shifted } from './normal.ts'
import { type Belief, type Evidence, optimismFor, posterior } from './posterior.ts'
import { stepShare } from './steps.ts'
import { termsOf } from './terms.ts'

/** How far purposes and kinds are spread in log-odds, for all models alike. */
const SPREADS = { purpose: 1, kind: 0.5 } as const
/**
 * Pictures that what steps usually do counts as at most: where a model is well known at some steps,
 * little is left to learn at others.
 */
const VARIANT_WEIGHT = 60
/** Turns in which models and contexts are told apart; more change the third digit. */
const TURNS = 4

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
  readonly abilities: Abilities
  /** How much easier a purpose is, and a kind of picture within it, in log-odds. */
  readonly purposes: ReadonlyMap<string, number>
  readonly kinds: ReadonlyMap<string, number>
  /** Pictures seen of each kind within a purpose. */
  readonly pictures: ReadonlyMap<string, number>
  readonly cells: readonly Cell[]
  /** Explicit outcomes of each model, wherever they came from. */
  readonly outcomes: ReadonlyMap<string, number>
  readonly priorOf: PriorOf
  readonly easeOf: EaseOf
}

/** Abilities of models in log-odds, as if in a usual context: over all, and at purposes. */
interface Abilities {
  readonly models: ReadonlyMap<string, Normal>
  readonly atPurposes: ReadonlyMap<string, Normal>
  readonly atKinds: ReadonlyMap<string, Branch>
}

const kindKey = (purpose: string, kind: string): string => `${purpose}\n${kind}`
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
  const purposes = new Map<string, number>()
  const kinds = new Map<string, number>()
  const purposeShift = ({ purpose }: Branch) => purposes.get(purpose) ?? easeOf(purpose)
  const kindShift = ({ purpose, kind }: Branch) => kinds.get(kindKey(purpose, kind)) ?? 0
  const shiftOf = (branch: Branch) => purposeShift(branch) + kindShift(branch)
  const branches = branchesOf(
    seenCells(cells, instruments),
    (model, purpose) => abilityOf(priorOf(model)).mean + easeOf(purpose),
  )
  const byModel = Map.groupBy(branches, ({ model }) => model)
  const byPurpose = Map.groupBy(branches, ({ purpose }) => purpose)
  const byKind = Map.groupBy(branches, ({ purpose, kind }) => kindKey(purpose, kind))
  const models = new Map<string, Normal>()
  const atPurposes = new Map<string, Normal>()
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const branch of branches) branch.seen = newsAt(branch)
    for (const [model, own] of byModel) {
      models.set(model, spread(abilityOf(priorOf(model)), own, shiftOf, atPurposes))
    }
    for (const [purpose, group] of byPurpose) {
      const prior = { mean: easeOf(purpose), precision: 1 / SPREADS.purpose ** 2 }
      purposes.set(purpose, commonShift(prior, group, kindShift))
    }
    for (const [key, group] of byKind) {
      const prior = { mean: 0, precision: 1 / SPREADS.kind ** 2 }
      kinds.set(key, commonShift(prior, group, purposeShift))
    }
    for (const branch of branches) {
      branch.at = combined([shifted(branch.expected, shiftOf(branch)), branch.seen]).mean
    }
  }
  const atKinds = new Map(branches.map((branch) => [branchKey(branch), branch]))
  const sumBy = (group: readonly Branch[], numberIn: (counts: Counts) => number) =>
    sumOf(
      group.flatMap((branch) => branch.cells),
      numberIn,
    )
  return {
    ...{ instruments, purposes, kinds, cells, priorOf, easeOf },
    abilities: { models, atPurposes, atKinds },
    pictures: new Map([...byKind].map(([key, group]) => [key, sumBy(group, picturesIn)])),
    outcomes: new Map([...byModel].map(([model, own]) => [model, sumBy(own, outcomesIn)])),
  }
}

/** A share as an ability. */
const abilityOf = ({ mean, weight }: Belief): Normal => ({
  mean: logit(mean),
  precision: weight * mean * (1 - mean),
})

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
}

/**
 * The belief about an arm in a context, from the wide to the narrow: model, purpose, category,
 * settings. Each level is the prior of the next, moved by what is common to the context.
 */
export function beliefAt(knowledge: Knowledge, place: Place): ArmBelief {
  const context = kindKey(place.purpose, place.kind)
  const atKind = knowledge.abilities.atKinds.get(branchKey(place))?.cells ?? []
  const exactly = atKind.filter(({ variant }) => variant === place.variant)
  const category = posterior(shareOf(expectedAt(knowledge, place)), termsIn(atKind, 'full'))
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
  return {
    ...{ belief, ownOutcomes },
    inheritedOutcomes: (knowledge.outcomes.get(place.model) ?? 0) - ownOutcomes,
    optimism: optimismFor(sumOf(atKind, picturesIn), knowledge.pictures.get(context) ?? 0),
  }
}

/** What everything but a model's own pictures of this kind says of it here, in log-odds. */
function expectedAt({ abilities, purposes, kinds, ...prior }: Knowledge, place: Place): Normal {
  const { model, purpose, kind } = place
  const shift =
    (purposes.get(purpose) ?? prior.easeOf(purpose)) + (kinds.get(kindKey(purpose, kind)) ?? 0)
  const known = abilities.atKinds.get(branchKey(place))
  if (known !== undefined) return shifted(known.expected, shift)
  const atPurpose = abilities.atPurposes.get(modelKey(place))
  if (atPurpose !== undefined) return shifted(untried.kind(atPurpose), shift)
  const ability = abilities.models.get(model) ?? abilityOf(prior.priorOf(model))
  return shifted(untried.purpose(ability), shift)
}

const termsIn = (cells: readonly SeenCell[], which: 'own' | 'full'): readonly Evidence[] =>
  cells.map((cell) => ({ terms: cell[which], shift: 0 }))

const sumOf = (cells: readonly Cell[], numberIn: (counts: Counts) => number): number =>
  cells.reduce((sum, { counts }) => sum + numberIn(counts), 0)

const shareAt = (steps: number | undefined): number => (steps === undefined ? 1 : stepShare(steps))
