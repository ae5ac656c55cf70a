import { lengthOf, type UnitVector } from '../../core/cache/similarity/unit-vector.ts'
import type { Neighbour } from '../../ports/similarity-index.ts'
import type { Partition } from './partition.ts'

/**
 * Numbers compared before others get their turn: well below 1 ms on a core that others use as well,
 * far from the 5 ms that no look-up may keep the main thread for.
 */
const SLICE_NUMBERS = 256 * 1024

/** Vectors that are there is room for at first. */
const FIRST_ROOM = 64

/** Compares with every vector, in slices. Exact; good for some ten thousand. */
export class ScannedPartition implements Partition {
  readonly #dimensions: number
  /** All vectors in one block, so that a scan reads memory in its order. */
  #block: Int8Array
  /** Of each vector; rounding makes them differ. */
  readonly #lengths: number[] = []
  readonly #keys: string[] = []
  readonly #places = new Map<string, number>()

  constructor(dimensions: number) {
    this.#dimensions = dimensions
    this.#block = new Int8Array(dimensions * FIRST_ROOM)
  }

  get size(): number {
    return this.#keys.length
  }

  add(key: string, vector: UnitVector): void {
    if (this.#places.has(key)) return
    const start = this.#keys.length * this.#dimensions
    if (start === this.#block.length) {
      const larger = new Int8Array(this.#block.length * 2)
      larger.set(this.#block)
      this.#block = larger
    }
    this.#block.set(vector, start)
    this.#places.set(key, this.#keys.length)
    this.#lengths.push(lengthOf(vector))
    this.#keys.push(key)
  }

  /** The last one takes the place of what goes. */
  remove(key: string): void {
    const place = this.#places.get(key)
    const last = this.#keys.pop()
    if (place === undefined || last === undefined) {
      if (last !== undefined) this.#keys.push(last)
      return
    }
    this.#places.delete(key)
    const length = this.#lengths.pop() ?? 0
    if (last === key) return
    this.#lengths[place] = length
    this.#block.set(this.#vectorAt(this.#keys.length), place * this.#dimensions)
    this.#keys[place] = last
    this.#places.set(last, place)
  }

  async nearest(vector: UnitVector, limit: number): Promise<readonly Neighbour[]> {
    const best: Neighbour[] = []
    const length = lengthOf(vector)
    const atOnce = Math.max(1, Math.floor(SLICE_NUMBERS / this.#dimensions))
    for (let first = 0; first < this.#keys.length; first += atOnce) {
      if (first > 0) await new Promise((next) => setImmediate(next))
      const end = Math.min(this.#keys.length, first + atOnce)
      for (let place = first; place < end; place += 1) {
        const similarity = this.#product(vector, place) / (length * (this.#lengths[place] ?? 1))
        if (similarity > (best[limit - 1]?.similarity ?? -1)) {
          insert(best, limit, { key: this.#keys[place] ?? '', similarity })
        }
      }
    }
    return best
  }

  *entries(): Generator<readonly [string, UnitVector]> {
    for (const [place, key] of this.#keys.entries()) yield [key, this.#vectorAt(place).slice()]
  }

  /** The innermost loop of every scan: nothing is made in it. */
  #product(vector: UnitVector, place: number): number {
    const block = this.#block
    const start = place * this.#dimensions
    let sum = 0
    for (let index = 0; index < vector.length; index += 1) {
      sum += (block[start + index] ?? 0) * (vector[index] ?? 0)
    }
    return sum
  }

  #vectorAt(place: number): UnitVector {
    const start = place * this.#dimensions
    return this.#block.subarray(start, start + this.#dimensions)
  }
}

/** Keeps the nearest ones in order. */
function insert(best: Neighbour[], limit: number, found: Neighbour): void {
  const place = best.findIndex(({ similarity }) => similarity < found.similarity)
  if (place === -1) best.push(found)
  else best.splice(place, 0, found)
  if (best.length > limit) best.pop()
}
