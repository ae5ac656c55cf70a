import type { Belief } from './posterior.ts'

/** Lanczos coefficients for g = 7, n = 9 (Godfrey 2001); 15 digits. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
] as const

function logGamma(value: number): number {
  if (value < 0.5) {
    return Math.log(Math.PI / Math.sin(Math.PI * value)) - logGamma(1 - value)
  }
  const shifted = value - 1
  const base = shifted + 7.5
  const series = LANCZOS.reduce(
    (sum, coefficient, index) =>
      index === 0 ? coefficient : sum + coefficient / (shifted + index),
    0,
  )
  return Math.log(2 * Math.PI) / 2 + (shifted + 0.5) * Math.log(base) - base + Math.log(series)
}

const TURNS = 300
const TINY = 1e-300

/** Continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method. */
function fraction(a: number, b: number, x: number): number {
  const guard = (value: number) => (Math.abs(value) < TINY ? TINY : value)
  let c = 1
  let d = 1 / guard(1 - ((a + b) * x) / (a + 1))
  let result = d
  for (let m = 1; m <= TURNS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / guard(1 + even * d)
    c = guard(1 + even / c)
    result *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / guard(1 + odd * d)
    c = guard(1 + odd / c)
    const change = d * c
    result *= change
    if (Math.abs(change - 1) < 1e-13) break
  }
  return result
}

/** P(X ≤ x) of a Beta(a, b) distribution. */
export function betaBelow(a: number, b: number, x: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const logFront =
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x)
  const front = Math.exp(logFront)
  return x < (a + 1) / (a + b + 2)
    ? (front * fraction(a, b, x)) / a
    : 1 - (front * fraction(b, a, 1 - x)) / b
}

/** The value below which a share of a Beta(a, b) distribution lies. */
export function betaQuantile(a: number, b: number, share: number): number {
  let [low, high] = [0, 1]
  for (let turn = 0; turn < 50; turn += 1) {
    const middle = (low + high) / 2
    if (betaBelow(a, b, middle) < share) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The middle of a belief that holds 80 % of it; what is shown beside its mean. */
export function intervalOf({ mean, weight }: Belief): readonly [low: number, high: number] {
  const [a, b] = [Math.max(1e-3, weight * mean), Math.max(1e-3, weight * (1 - mean))]
  return [betaQuantile(a, b, 0.1), betaQuantile(a, b, 0.9)]
}
