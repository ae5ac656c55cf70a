/** What is believed of a number in log-odds: where it lies, and one over its variance. */
export interface Normal {
  readonly mean: number
  /** 0 = nothing is known. */
  readonly precision: number
}

/** Independent news of the same number, taken together. */
export function combined(all: readonly Normal[]): Normal {
  let [precision, sum] = [0, 0]
  for (const one of all) {
    precision += one.precision
    sum += one.precision * one.mean
  }
  return precision === 0 ? { mean: 0, precision } : { mean: sum / precision, precision }
}

/** News taken out again, of which {@link combined} was made. */
export function without(all: Normal, { mean, precision }: Normal): Normal {
  const left = all.precision - precision
  if (left <= 1e-9) return { mean: all.mean, precision: 0 }
  return { mean: (all.precision * all.mean - precision * mean) / left, precision: left }
}

/** What is believed of a number that differs from the first one by so much. */
export const shifted = ({ mean, precision }: Normal, by: number): Normal => ({
  mean: mean + by,
  precision,
})
