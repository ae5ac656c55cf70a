import type { Cell, Place } from './cell.ts'
import { picturesIn } from './counts.ts'
import { combined, type Normal, shifted, without } from './normal.ts'
import { type Leaf, type NormalTree, spreadNews } from './normal-tree.ts'
import { pullOf } from './posterior.ts'
import type { Terms } from './terms.ts'

/** A model with one kind of picture, at all its settings. */
export interface Branch {
  readonly model: string
  readonly purpose: string
  readonly kind: string
  readonly cells: readonly SeenCell[]
  /** What everything but its own cells says of acceptance here. */
  expected: Normal
  /** What its own cells say. */
  seen: Normal
  /** Log-odds of acceptance here, as believed. */
  at: number
}

/** A cell with what it says of its arm, and of the model at all its steps. */
export interface SeenCell extends Cell {
  readonly own: Terms
  readonly full: Terms
}

/** Names one kind of picture for a purpose. */
export const kindKey = ({ purpose, kind }: Pick<Place, 'purpose' | 'kind'>): string =>
  `${purpose}\n${kind}`

/** Names a model with one kind of picture. */
const branchKey = (place: Pick<Place, 'model' | 'purpose' | 'kind'>): string =>
  `${place.model}\n${kindKey(place)}`

/**
 * Cells as branches, before anything was made of them.
 * @param startOf log-odds at which looking at a model's pictures for a purpose begins
 */
export function branchesOf(
  cells: readonly SeenCell[],
  startOf: (model: string, purpose: string) => number,
): readonly Branch[] {
  const unknown = { mean: 0, precision: 0 }
  return [...Map.groupBy(cells, branchKey).values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const { model, purpose, kind } = first
    const at = startOf(model, purpose)
    return [{ model, purpose, kind, cells: group, expected: unknown, seen: unknown, at }]
  })
}

/** Evidence is never taken to speak of log-odds further away than this. */
const FARTHEST = 2

/** What the cells of a branch say, near what is believed of it. */
function newsAt({ cells, at }: Branch): Normal {
  let [slope, information] = [0, 0]
  for (const { full } of cells) {
    const pull = pullOf(at, full)
    slope += pull.slope
    information += pull.information
  }
  const precision = Math.max(information, Math.abs(slope) / FARTHEST)
  return { mean: precision === 0 ? at : at + slope / precision, precision }
}

/** What is known of models before anything was seen of them. */
export interface Promises {
  /** Log-odds of acceptance for a purpose. */
  readonly of: (model: string, purpose: string) => number
  /** Names those that promise the same. */
  readonly group: (model: string) => string
}

/** What is known of models at all places. */
export interface AbilityTree {
  /** The pictures of one model and kind; undefined before the first one. */
  branchAt(place: Place): Branch | undefined
  /** What everything but its own pictures of this kind says of a model here, in log-odds. */
  expectedAt(place: Place): Normal
}

/** Looks at what pictures say, each nearer to what is believed; more change the third digit. */
const TURNS = 3
/**
 * Models that are told apart everywhere, those with the most pictures: time grows with their cube.
 * All others are known by their own pictures of a kind and by what they promise.
 */
const MOST_MODELS = 40
/** The row of models that promise what none of those seen does. */
const OTHERS = 'others'

/** Makes a tree of branches, and writes into these what the others say of them. */
export function growTree(branches: readonly Branch[], promises: Promises): AbilityTree {
  const models = mostSeen(branches)
  const groups = [...new Set(branches.map(({ model }) => promises.group(model)))]
  // A row for each model, and one for each promise, for models that were never seen.
  const rowOfModel = new Map(models.map((model, row) => [model, row]))
  const rowOfGroup = new Map([...groups, OTHERS].map((group, at) => [group, models.length + at]))
  const rowOf = (model: string): number =>
    rowOfModel.get(model) ?? rowOfGroup.get(promises.group(model)) ?? models.length + groups.length
  const rows = [...models.map(promises.group), ...groups, OTHERS]
  const told = branches.filter(({ model }) => rowOfModel.has(model))
  const leafOf = ({ model, purpose, seen }: Branch): Leaf => ({
    row: rowOf(model),
    seen: shifted(seen, -promises.of(model, purpose)),
  })
  const leaves = () => {
    // Pictures that nobody spoke of say nothing.
    const speaking = told.filter(({ seen }) => seen.precision > 0)
    return new Map(
      [...Map.groupBy(speaking, ({ purpose }) => purpose)].map(([purpose, own]) => {
        const kinds = [...Map.groupBy(own, kindKey)]
        return [purpose, new Map(kinds.map(([key, group]) => [key, group.map(leafOf)]))]
      }),
    )
  }
  let tree = spreadNews(rows, new Map())
  const believed = ({ model, ...place }: Pick<Place, 'model' | 'purpose' | 'kind'>): Normal =>
    shifted(believedAt(tree, place, rowOf(model)), promises.of(model, place.purpose))
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const branch of branches) branch.seen = newsAt(branch)
    tree = spreadNews(rows, leaves())
    for (const branch of branches) {
      const isTold = rowOfModel.has(branch.model)
      branch.expected = isTold ? without(believed(branch), branch.seen) : believed(branch)
      branch.at = combined([branch.expected, branch.seen]).mean
    }
  }
  const byKey = new Map(branches.map((branch) => [branchKey(branch), branch]))
  return {
    branchAt: (place) => byKey.get(branchKey(place)),
    expectedAt: (place) => byKey.get(branchKey(place))?.expected ?? believed(place),
  }
}

function mostSeen(branches: readonly Branch[]): readonly string[] {
  const pictures = new Map<string, number>()
  for (const { model, cells } of branches) {
    const own = cells.reduce((sum, { counts }) => sum + picturesIn(counts), 0)
    pictures.set(model, (pictures.get(model) ?? 0) + own)
  }
  const ranked = [...pictures].sort(([, one], [, other]) => other - one)
  return ranked.slice(0, MOST_MODELS).map(([model]) => model)
}

/** What is believed of a row at the narrowest place that anything was seen of. */
function believedAt(
  { anywhere, atPurposes, atKinds }: NormalTree,
  place: Pick<Place, 'purpose' | 'kind'>,
  row: number,
): Normal {
  const beliefs = atKinds.get(kindKey(place)) ?? atPurposes.get(place.purpose) ?? anywhere
  return beliefs[row] as Normal
}
