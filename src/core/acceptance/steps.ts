/**
 * How acceptance rises with the number of steps: 1 − drop × exp(−steps / pace), times its limit.
 */
export interface StepCurve {
  readonly drop: number
  readonly pace: number
}

/**
 * Until a model's own outcomes tell: some 15 % of pictures are lost at 10 steps, 5 % at 20, next to
 * none at 50. Ours, after the usual experience with samplers; not measured.
 */
const USUAL_CURVE: StepCurve = { drop: 0.45, pace: 9 }

/** Share of the limit that a number of steps reaches. */
export const stepShare = (steps: number, { drop, pace }: StepCurve = USUAL_CURVE): number =>
  1 - drop * Math.exp(-steps / pace)

/**
 * What a picture costs at some steps, relative to the usual ones. `fixed` is the share of the cost
 * that does not depend on steps: 0 where steps are billed, 1 where pictures are.
 * @example stepCost(25, 50, 0.3) // 0.65
 */
export const stepCost = (steps: number, usualSteps: number, fixed: number): number =>
  fixed + ((1 - fixed) * steps) / usualSteps

/** Whether fewer steps pay: acceptance falls by less than the cost. A floor is another matter. */
export const fewerStepsPay = (
  fewer: { readonly acceptance: number; readonly cost: number },
  usual: { readonly acceptance: number; readonly cost: number },
): boolean => fewer.acceptance / usual.acceptance > fewer.cost / usual.cost

/**
 * Shares that never fall from one level to the next, as near as possible to those given (pool
 * adjacent violators): more steps never make a picture worse, so neighbours share their evidence.
 */
export function risingShares(
  levels: readonly { readonly mean: number; readonly weight: number }[],
): readonly number[] {
  const pools: { mean: number; weight: number; size: number }[] = []
  for (const { mean, weight } of levels) {
    let pool = { mean, weight, size: 1 }
    for (
      let last = pools.at(-1);
      last !== undefined && last.mean > pool.mean;
      last = pools.at(-1)
    ) {
      pools.pop()
      const both = last.weight + pool.weight
      const mixed = (last.mean * last.weight + pool.mean * pool.weight) / both
      pool = { mean: mixed, weight: both, size: last.size + pool.size }
    }
    pools.push(pool)
  }
  return pools.flatMap(({ mean, size }) => Array<number>(size).fill(mean))
}

/** What a model's steps are. */
export interface StepRange {
  readonly min: number
  readonly max: number
  readonly default: number
  /** Trained for one number of steps (schnell, turbo, lightning, LCM): others are only worse. */
  readonly isDistilled: boolean
}

/** Share of the usual steps that are tried as arms of their own. */
const LEVELS = [0.4, 0.5, 0.7, 1] as const

/** The numbers of steps worth comparing, rising; the intended one alone for distilled models. */
export function stepLevels(range: StepRange): readonly number[] {
  if (range.isDistilled) return [range.default]
  const levels = LEVELS.map((share) => Math.round(range.default * share)).filter(
    (steps) => steps >= range.min && steps <= range.max,
  )
  return [...new Set([...levels, range.default])].sort((one, other) => one - other)
}
