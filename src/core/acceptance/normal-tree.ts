import { inverse, Matrix } from 'ml-matrix'
import type { Normal } from './normal.ts'

/**
 * How far abilities are spread, in log-odds, as standard deviations: what all models have in common
 * (places are easier or harder), what those have in common that promise the same (cheap ones fail
 * more where it is hard), and what is a model's own. Over all, from one purpose to another, and
 * from one kind of picture to another within a purpose. Starting values; together they leave a
 * model that nobody tried about as uncertain as three or four pictures would.
 */
const SPREADS = {
  anywhere: { all: 0.3, group: 0.4, own: 0.35 },
  purpose: { all: 0.75, group: 0.3, own: 0.2 },
  kind: { all: 0.45, group: 0.15, own: 0.4 },
} as const

/** Of every row, as far as is known: log-odds above what it promises. */
export type Beliefs = readonly Normal[]

/**
 * What is believed of every row at purposes and kinds of pictures that anything was seen of, and
 * what is believed of those that nothing was seen of.
 */
export interface NormalTree {
  readonly anywhere: Beliefs
  readonly atPurposes: ReadonlyMap<string, Beliefs>
  readonly atKinds: ReadonlyMap<string, Beliefs>
}

/** What pictures of a kind say of a row: log-odds above what it promises. */
export interface Leaf {
  readonly row: number
  readonly seen: Normal
}

/** Information about all rows: one over their variance, and that times their means. */
interface News {
  readonly precision: Matrix
  readonly weighted: Matrix
}

/** Means of all rows, as a column, and how they vary together. */
interface Moments {
  readonly mean: Matrix
  readonly spread: Matrix
}

/**
 * Passes news from kinds to purposes to what holds anywhere and back, which is exact for normal
 * distributions on a tree. At each level a model differs by what all have in common there, by what
 * those have in common that promise the same, and by something of its own, so that a purpose may be
 * hard for cheap models and easy for dear ones, also for those that were never tried there.
 * @param groups of every row: rows of the same group promise the same
 * @param leaves of each kind, by purpose; at most one for each row
 */
export function spreadNews(
  groups: readonly string[],
  leaves: ReadonlyMap<string, ReadonlyMap<string, readonly Leaf[]>>,
): NormalTree {
  const [anywhere, purpose, kind] = [
    levelOf(groups, SPREADS.anywhere),
    levelOf(groups, SPREADS.purpose),
    levelOf(groups, SPREADS.kind),
  ]
  const purposes = [...leaves].map(([name, own]) => {
    const kinds = [...own].map(([key, group]) => ({ key, group, news: newsOf(kind, group) }))
    return { name, kinds, news: sumOf(groups.length, kinds) }
  })
  const inversePurpose = inverse(purpose)
  const upwards = purposes.map(({ news }) => ({ news: widenedNews(news, inversePurpose) }))
  const prior = { precision: inverse(anywhere), weighted: Matrix.zeros(groups.length, 1) }
  const all = plus(prior, sumOf(groups.length, upwards))
  const atPurposes = new Map<string, Beliefs>()
  const atKinds = new Map<string, Beliefs>()
  for (const [position, { name, kinds, news }] of purposes.entries()) {
    // Nobody is told again what he said himself.
    const above = widened(momentsOf(minus(all, upwards[position]?.news ?? prior)), purpose)
    const here = momentsOf(plus(toNews(above), news))
    atPurposes.set(name, beliefsOf(widened(here, kind)))
    for (const { key, group } of kinds) atKinds.set(key, beliefsAtKind(here, kind, group))
  }
  const untried = widened(widened(momentsOf(all), purpose), kind)
  return { anywhere: beliefsOf(untried), atPurposes, atKinds }
}

const levelOf = (
  groups: readonly string[],
  { all, group, own }: (typeof SPREADS)[keyof typeof SPREADS],
): Matrix =>
  new Matrix(
    groups.map((name, row) =>
      groups.map((other, column) => {
        const shared = all ** 2 + (name === other ? group ** 2 : 0)
        return shared + (row === column ? own ** 2 : 0)
      }),
    ),
  )

const rowsOf = (leaves: readonly Leaf[]): number[] => leaves.map(({ row }) => row)

const noiseOf = (leaves: readonly Leaf[]): Matrix =>
  Matrix.diag(leaves.map(({ seen }) => 1 / seen.precision))

/** How what is seen of a kind's rows varies, chance included. */
const seenThrough = (level: Matrix, leaves: readonly Leaf[]): Matrix =>
  level.selection(rowsOf(leaves), rowsOf(leaves)).add(noiseOf(leaves))

const meansOf = (leaves: readonly Leaf[]): Matrix =>
  Matrix.columnVector(leaves.map(({ seen }) => seen.mean))

/** What pictures of one kind say of all rows at its purpose. */
function newsOf(level: Matrix, leaves: readonly Leaf[]): News {
  const seen = inverse(seenThrough(level, leaves))
  const weighted = seen.mmul(meansOf(leaves))
  const news = {
    precision: Matrix.zeros(level.rows, level.rows),
    weighted: Matrix.zeros(level.rows, 1),
  }
  for (const [one, { row }] of leaves.entries()) {
    news.weighted.set(row, 0, weighted.get(one, 0))
    for (const [other, leaf] of leaves.entries()) {
      news.precision.set(row, leaf.row, seen.get(one, other))
    }
  }
  return news
}

/** The same news about numbers that differ from these by chance, with one over its variance. */
function widenedNews({ precision, weighted }: News, chance: Matrix): News {
  const inner = inverse(Matrix.add(chance, precision))
  return {
    precision: Matrix.sub(chance, chance.mmul(inner).mmul(chance)),
    weighted: chance.mmul(inner.mmul(weighted)),
  }
}

/**
 * What is believed of a kind of picture: first without what its own pictures told the purpose, then
 * with them. Only the few rows that were seen there have to be inverted.
 */
function beliefsAtKind({ mean, spread }: Moments, level: Matrix, leaves: readonly Leaf[]): Beliefs {
  const rows = rowsOf(leaves)
  const noise = noiseOf(leaves)
  const told = spread.subMatrixColumn(rows)
  const common = told.subMatrixRow(rows)
  const taken = told.mmul(inverse(Matrix.sub(seenThrough(level, leaves), common)))
  const before = Matrix.add(mean, taken.mmul(Matrix.sub(mean.subMatrixRow(rows), meansOf(leaves))))
  const shared = Matrix.add(told, taken.mmul(common)).add(level.subMatrixColumn(rows))
  const pull = shared.mmul(inverse(Matrix.add(shared.subMatrixRow(rows), noise)))
  const missed = Matrix.sub(meansOf(leaves), before.subMatrixRow(rows))
  const after = Matrix.add(before, pull.mmul(missed))
  return before.getColumn(0).map((_, row) => {
    const without = spread.get(row, row) + level.get(row, row) + dot(taken, told, row)
    return normalOf(after.get(row, 0), without - dot(pull, shared, row))
  })
}

/** The product of two rows, place by place, summed. */
const dot = (one: Matrix, other: Matrix, row: number): number =>
  one.getRow(row).reduce((sum, value, column) => sum + value * other.get(row, column), 0)

const toNews = ({ mean, spread }: Moments): News => {
  const precision = inverse(spread)
  return { precision, weighted: precision.mmul(mean) }
}

const momentsOf = ({ precision, weighted }: News): Moments => {
  const spread = inverse(precision)
  return { spread, mean: spread.mmul(weighted) }
}

const widened = ({ mean, spread }: Moments, by: Matrix): Moments => ({
  mean,
  spread: Matrix.add(spread, by),
})

const sumOf = (size: number, all: readonly { readonly news: News }[]): News => {
  const nothing = { precision: Matrix.zeros(size, size), weighted: Matrix.zeros(size, 1) }
  return all.reduce((sum, { news }) => plus(sum, news), nothing)
}

const plus = (one: News, other: News): News => ({
  precision: Matrix.add(one.precision, other.precision),
  weighted: Matrix.add(one.weighted, other.weighted),
})

const minus = (one: News, other: News): News => ({
  precision: Matrix.sub(one.precision, other.precision),
  weighted: Matrix.sub(one.weighted, other.weighted),
})

const beliefsOf = ({ mean, spread }: Moments): Beliefs =>
  spread.diag().map((variance, row) => normalOf(mean.get(row, 0), variance))

/** Rounding may leave next to nothing of a variance. */
const normalOf = (mean: number, variance: number): Normal => ({
  mean,
  precision: 1 / Math.max(1e-9, variance),
})
