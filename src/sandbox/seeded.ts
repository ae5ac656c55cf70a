/** Numbers from 0 (inclusive) to 1 (exclusive), the same sequence for the same seed. */
export type Draw = () => number

const PRIME = 0x01000193
const OFFSET = 0x811c9dc5

/** Spreads the bits of a 32-bit number, so that neighbours end far apart. */
function spread(value: number): number {
  let mixed = value ^ (value >>> 16)
  mixed = Math.imul(mixed, 0x7feb352d)
  mixed ^= mixed >>> 15
  mixed = Math.imul(mixed, 0x846ca68b)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** A stable unsigned 32-bit number from text: FNV-1a over UTF-16 code units, then spread. */
export function hashText(text: string): number {
  let hash = OFFSET
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    hash = Math.imul(hash ^ (unit & 0xff), PRIME)
    hash = Math.imul(hash ^ (unit >>> 8), PRIME)
  }
  return spread(hash)
}

/** The number between 0 (exclusive) and 1 (exclusive) that stands for a 32-bit hash. */
export const unitOf = (hash: number): number => ((hash >>> 0) + 0.5) / 2 ** 32

/**
 * A seeded random source: a counter whose every step is hashed with the seed. Not for secrets;
 * everything it decides is emulated.
 */
export function seededDraw(seed: number | string): Draw {
  const start = hashText(String(seed))
  let step = 0
  return () => {
    step = (step + 0x9e3779b9) >>> 0
    return spread(spread(step) ^ start) / 2 ** 32
  }
}

/** `length` hex digits of a seeded source. */
export function hexDigits(random: Draw, length: number): string {
  let text = ''
  while (text.length < length) {
    text += Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0')
  }
  return text.slice(0, length)
}
