import type { Cell, Place } from './cell.ts'
import { combined, type Normal, shifted, widened, without } from './normal.ts'
import { pullOf } from './posterior.ts'
import type { Terms } from './terms.ts'

/**
 * How far abilities differ from one purpose to another, and from one kind of picture to another
 * within it, in log-odds: the standard deviations of what is a model's own there. Starting values.
 */
const OWN = { purpose: 0.3, kind: 0.4 } as const

/** A model with one kind of picture, at all its settings. */
export interface Branch {
  readonly model: string
  readonly purpose: string
  readonly kind: string
  readonly cells: readonly SeenCell[]
  /** What everything but its own cells says of its ability. */
  expected: Normal
  /** What its own cells say, in log-odds of acceptance here. */
  seen: Normal
  /** Log-odds of acceptance here, as believed. */
  at: number
}

/** A cell with what it says of its arm, and of the model at all its steps. */
export interface SeenCell extends Cell {
  readonly own: Terms
  readonly full: Terms
}

/** Names a model at a purpose. */
export const modelKey = ({ model, purpose }: Pick<Place, 'model' | 'purpose'>): string =>
  `${model}\n${purpose}`

/** Names a model with one kind of picture. */
export const branchKey = ({
  model,
  purpose,
  kind,
}: Pick<Place, 'model' | 'purpose' | 'kind'>): string => `${model}\n${purpose}\n${kind}`

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
export function newsAt({ cells, at }: Branch): Normal {
  let [slope, information] = [0, 0]
  for (const { full } of cells) {
    const pull = pullOf(at, full)
    slope += pull.slope
    information += pull.information
  }
  const precision = Math.max(information, Math.abs(slope) / FARTHEST)
  return { mean: precision === 0 ? at : at + slope / precision, precision }
}

/**
 * Passes news of one model from kinds to purposes to the model and back, which is exact for normal
 * distributions on a tree. Each branch is told what all others say and not what it said itself, or
 * an offer that was unlucky in its first pictures would be blamed for them three times.
 * @returns what is believed of the model
 */
export function spread(
  prior: Normal,
  branches: readonly Branch[],
  shiftOf: (branch: Branch) => number,
  atPurposes: Map<string, Normal>,
): Normal {
  const groups = [...Map.groupBy(branches, modelKey)].map(([key, group]) => {
    const news = group.map((branch) => ({
      branch,
      up: widened(shifted(branch.seen, -shiftOf(branch)), OWN.kind ** 2),
    }))
    const all = combined(news.map(({ up }) => up))
    return { key, news, all, up: widened(all, OWN.purpose ** 2) }
  })
  const model = combined([prior, ...groups.map(({ up }) => up)])
  for (const { key, news, all, up } of groups) {
    const here = combined([widened(without(model, up), OWN.purpose ** 2), all])
    atPurposes.set(key, here)
    for (const each of news) {
      each.branch.expected = widened(without(here, each.up), OWN.kind ** 2)
    }
  }
  return model
}

/** How much easier a context is than its models' abilities say, in log-odds. */
export function commonShift(
  prior: Normal,
  branches: readonly Branch[],
  otherShift: (branch: Branch) => number,
): number {
  const news = branches.flatMap((branch) => {
    const { seen, expected } = branch
    if (expected.precision === 0) return []
    return [widened(shifted(seen, -expected.mean - otherShift(branch)), 1 / expected.precision)]
  })
  return combined([prior, ...news]).mean
}

/** What is known of a model never tried with a kind of picture, or for a purpose at all. */
export const untried = {
  kind: (atPurpose: Normal): Normal => widened(atPurpose, OWN.kind ** 2),
  purpose: (model: Normal): Normal => widened(model, OWN.purpose ** 2 + OWN.kind ** 2),
} as const
