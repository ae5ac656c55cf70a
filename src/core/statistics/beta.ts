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

/** Logarithm of the beta function B(a, b), for a and b > 0. */
export const logBeta = (a: number, b: number): number => -logScale(a, b)

/** Logarithm of 1 / B(a, b). */
const logScale = (a: number, b: number): number => logGamma(a + b) - logGamma(a) - logGamma(b)

/** Regularised incomplete beta function: P(X <= x) for X ~ Beta(a, b). */
export const betaShare = (x: number, a: number, b: number): number =>
  scaledShare(x, { a, b, scale: logScale(a, b) })

interface Shape {
  readonly a: number
  readonly b: number
  /** {@link logScale} of both, which a search for a quantile needs only once. */
  readonly scale: number
}

function scaledShare(x: number, { a, b, scale }: Shape): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(scale + a * Math.log(x) + b * Math.log1p(-x))
  const isLow = x < (a + 1) / (a + b + 2)
  return isLow ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b
}

/** Continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz' method. */
function fraction(x: number, a: number, b: number): number {
  let c = 1
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1))
  let product = d
  for (let m = 1; m <= MAX_TERMS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / nonZero(1 + even * d)
    c = nonZero(1 + even / c)
    product *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / nonZero(1 + odd * d)
    c = nonZero(1 + odd / c)
    product *= d * c
    if (Math.abs(d * c - 1) < 1e-14) break
  }
  return product
}

const nonZero = (value: number): number => (Math.abs(value) < 1e-300 ? 1e-300 : value)

/** The x at which {@link betaShare} reaches a share. */
export function betaQuantile(share: number, a: number, b: number): number {
  const shape = { a, b, scale: logScale(a, b) }
  let low = 0
  let high = 1
  for (let turn = 0; turn < MAX_HALVINGS; turn += 1) {
    const middle = (low + high) / 2
    if (scaledShare(middle, shape) < share) low = middle
    else high = middle
  }
  return (low + high) / 2
}
