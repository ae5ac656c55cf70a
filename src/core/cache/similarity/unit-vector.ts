/** A direction with 8 bits a number: all that comparing needs, at a quarter of the memory. */
export type UnitVector = Int8Array

/** What the length of a direction is scaled to. */
const LENGTH = 127

/** The direction of a vector; a vector of nothing but zeros has none and stays as it is. */
export function toUnitVector(vector: ArrayLike<number>): UnitVector {
  let square = 0
  for (let index = 0; index < vector.length; index += 1) square += (vector[index] ?? 0) ** 2
  const scale = square === 0 ? 0 : LENGTH / Math.sqrt(square)
  return Int8Array.from(vector, (value) => Math.round(value * scale))
}

/** Length of a direction; 1 for one of nothing but zeros, so that it can be divided by. */
export function lengthOf(vector: UnitVector): number {
  let square = 0
  for (let index = 0; index < vector.length; index += 1) square += (vector[index] ?? 0) ** 2
  return square === 0 ? 1 : Math.sqrt(square)
}

/**
 * Cosine of the angle between two directions, -1 to 1. Rounding to 8 bits moves it by less than a
 * hundredth at 256 numbers.
 */
export function cosine(one: UnitVector, other: UnitVector): number {
  let product = 0
  let squareOne = 0
  let squareOther = 0
  for (let index = 0; index < one.length; index += 1) {
    const left = one[index] ?? 0
    const right = other[index] ?? 0
    product += left * right
    squareOne += left * left
    squareOther += right * right
  }
  const length = Math.sqrt(squareOne * squareOther)
  return length === 0 ? 0 : product / length
}
