/** How hard requests are: log-odds on a few nodes, and the share that each stands for. */
export interface DifficultyNodes {
  readonly at: readonly number[]
  readonly mass: readonly number[]
}

/**
 * Gauss–Hermite quadrature of the standard normal distribution with 9 nodes, the positive half
 * (Abramowitz and Stegun, table 25.10, scaled). A test checks the moments.
 */
const POSITIVE = [
  [1.02325566378913, 0.244097502894939],
  [2.07684797867783, 0.0499164067652179],
  [3.20542900285647, 0.00278914132123177],
  [4.51274586339978, 2.23458440077466e-5],
] as const
const MIDDLE = 0.406349206349206

/** Nodes of normally spread difficulty. */
export function difficultyNodes(sigma: number): DifficultyNodes {
  const half = POSITIVE.map(([node, mass]) => ({ node, mass }))
  const mirrored = half.map(({ node, mass }) => ({ node: -node, mass })).reverse()
  const all = [...mirrored, { node: 0, mass: MIDDLE }, ...half]
  return { at: all.map(({ node }) => node * sigma), mass: all.map(({ mass }) => mass) }
}

/** Log-odds as a share. */
export const sigmoid = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds))
