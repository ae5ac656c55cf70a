import type { Random } from '../../ports/clock.ts'

/**
 * Random bytes that are the same for the same seed: the generator SplitMix32. Good enough to vary
 * tests, useless against anybody.
 */
export function seededRandom(seed: number): Random {
  let state = seed | 0
  const nextWord = (): number => {
    state = (state + 0x9e37_79b9) | 0
    let word = state ^ (state >>> 16)
    word = Math.imul(word, 0x21f0_aaad)
    word ^= word >>> 15
    word = Math.imul(word, 0x735a_2d97)
    return (word ^ (word >>> 15)) >>> 0
  }
  return {
    bytes: (count) => {
      const bytes = new Uint8Array(count)
      let word = 0
      for (let index = 0; index < count; index += 1) {
        word = index % 4 === 0 ? nextWord() : word >>> 8
        bytes[index] = word & 0xff
      }
      return bytes
    },
  }
}
