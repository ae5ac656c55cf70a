/** Cosine of the angle between two vectors, -1 to 1; 0 when one has no length. */
export function cosine(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let product = 0
  let squareOne = 0
  let squareOther = 0
  for (let index = 0; index < Math.max(one.length, other.length); index += 1) {
    const a = one[index] ?? 0
    const b = other[index] ?? 0
    product += a * b
    squareOne += a * a
    squareOther += b * b
  }
  const lengths = Math.sqrt(squareOne * squareOther)
  return lengths === 0 ? 0 : product / lengths
}
