import type { Counts } from './counts.ts'
import { goodAfter, type Instruments } from './instruments.ts'

/** Pictures of one arm in one context, and the share of them that is believed to be good. */
interface ShownCell {
  readonly purpose: string
  readonly counts: Counts
  readonly mean: number
}

/** Pictures alike that people saw, and of how many of them they said something. */
interface Shown {
  readonly purpose: string
  readonly shown: number
  readonly answered: number
  readonly good: number
}

/** How far report biases of tenants are spread, as the standard deviation of their logarithm. */
const SPREAD = 0.15
const [LEAST, MOST] = [0.5, 4] as const
const TURNS = 40

/**
 * How many times likelier people speak of bad pictures than of good ones. It shows in who stays
 * silent: where more pictures are bad, more is said. How much is said at all may differ between
 * purposes. Noise beyond chance (answers under way, people who differ) lessens what the answers
 * count against the prior.
 */
export function fitReportBias(
  cells: readonly ShownCell[],
  before: Instruments,
  prior: number,
): number {
  const groups = [...Map.groupBy(shownIn(cells, before), ({ purpose }) => purpose).values()]
  if (groups.length === 0) return prior
  const noise = noiseOf(groups, before.reports.badBias)
  const badness = (bias: number) =>
    Math.log(bias / prior) ** 2 / (2 * SPREAD ** 2) +
    groups.reduce((sum, group) => sum - likelihoodOf(group, bias), 0) / noise
  let [low, high] = [Math.log(LEAST), Math.log(MOST)]
  for (let turn = 0; turn < TURNS; turn += 1) {
    const third = (high - low) / 3
    if (badness(Math.exp(low + third)) < badness(Math.exp(high - third))) high -= third
    else low += third
  }
  return Math.exp((low + high) / 2)
}

function shownIn(cells: readonly ShownCell[], { gate }: Instruments): readonly Shown[] {
  return cells.flatMap(({ purpose, counts, mean }) =>
    (['pass', 'fail', 'none'] as const).flatMap((verdict) => {
      const tallies = [counts[`${verdict}_accept`], counts[`${verdict}_reject`]]
      const silent = counts[`${verdict}_silent`]
      const answered = tallies.reduce((sum, tally) => sum + (tally?.count ?? 0), 0)
      const shown = answered + (silent?.count ?? 0)
      if (shown <= 1e-9) return []
      const reach = [...tallies, silent].reduce((sum, tally) => sum + (tally?.reach ?? 0), 0)
      const share = Math.min(1, (mean * reach) / shown)
      const good = verdict === 'none' ? share : goodAfter(verdict, share, gate)
      return [{ purpose, shown, answered, good }]
    }),
  )
}

/** Share of pictures of which anything is said, for each of a group at this bias. */
function answerShares(group: readonly Shown[], bias: number): readonly number[] {
  const weight = ({ good }: Shown) => good + bias * (1 - good)
  const answered = group.reduce((sum, one) => sum + one.answered, 0)
  const weighed = group.reduce((sum, one) => sum + one.shown * weight(one), 0)
  return group.map((one) => Math.min(0.999, Math.max(1e-6, (answered / weighed) * weight(one))))
}

function likelihoodOf(group: readonly Shown[], bias: number): number {
  const shares = answerShares(group, bias)
  return group.reduce((sum, { shown, answered }, index) => {
    const share = shares[index] as number
    return sum + answered * Math.log(share) + (shown - answered) * Math.log(1 - share)
  }, 0)
}

/** Variance between pictures alike over that of chance alone, at least 1. */
function noiseOf(groups: readonly (readonly Shown[])[], bias: number): number {
  let [excess, freedom] = [0, -1]
  for (const group of groups) {
    const shares = answerShares(group, bias)
    freedom += group.length - 1
    for (const [index, { shown, answered }] of group.entries()) {
      const share = shares[index] as number
      excess += (answered - shown * share) ** 2 / (shown * share * (1 - share))
    }
  }
  return freedom <= 0 ? 1 : Math.max(1, excess / freedom)
}
