/** Steps of the continued fraction; it converges in far fewer for any counts that occur. */
const MAX_TERMS = 500
/** Halvings of the interval: enough for all digits of a double. */
const MAX_HALVINGS = 60

/** From here on Stirling's series is exact to 12 digits. */
const STIRLING_FROM = 12

/** Logarithm of the gamma function for x > 0, by Stirling's series. */
function logGamma(x: number): number {
  if (x < STIRLING_FROM) return logGamma(x + 1) - Math.log(x)
  const inverse = 1 / x
  const square = inverse * inverse
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)))
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series
}

/** Regularised incomplete beta function: P(X <= x) for X ~ Beta(a, b). */
export function betaShare(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  )
  const isLow = x < (a + 1) / (a + b + 2)
  return isLow ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b
}

/** Lentz' method for the continued fraction of the incomplete beta function. */
function fraction(x: number, a: number, b: number): number {
  const keep = (value: number): number => (Math.abs(value) < 1e-300 ? 1e-300 : value)
  let c = 1
  let d = 1 / keep(1 - ((a + b) * x) / (a + 1))
  let sum = d
  for (let m = 1; m <= MAX_TERMS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    let change = 1
    for (const term of [even, odd]) {
      d = 1 / keep(1 + term * d)
      c = keep(1 + term / c)
      change = d * c
      sum *= change
    }
    if (Math.abs(change - 1) < 1e-14) break
  }
  return sum
}

/** The x at which {@link betaShare} reaches a share. */
export function betaQuantile(share: number, a: number, b: number): number {
  let low = 0
  let high = 1
  for (let turn = 0; turn < MAX_HALVINGS; turn += 1) {
    const middle = (low + high) / 2
    if (betaShare(middle, a, b) < share) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/**
 * Upper bound of a rate after `found` of `tried` (Clopper and Pearson 1934): the true rate lies
 * above it with a probability of at most `1 - confidence`. 1 while nothing was tried.
 */
export const upperBound = (found: number, tried: number, confidence = 0.95): number =>
  found >= tried ? 1 : betaQuantile(confidence, found + 1, tried - found)

/** Lower bound of a rate; see {@link upperBound}. */
export const lowerBound = (found: number, tried: number, confidence = 0.95): number =>
  found <= 0 ? 0 : betaQuantile(1 - confidence, found, tried - found + 1)
