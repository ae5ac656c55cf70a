import { describe, expect, test } from 'vitest'
import { toUnitVector } from '../core/cache/similarity/unit-vector.ts'
import type { SimilarityIndex } from '../ports/similarity-index.ts'
import { seededRandom } from './virtual-clock.ts'

const DIMENSIONS = 64

/** An index for one test; `settled` resolves when it has done what it does by itself. */
export interface IndexStand {
  readonly index: SimilarityIndex
  settled(): Promise<void>
}

/**
 * Contract of {@link SimilarityIndex}.
 * @param leastRecall share of the nearest vectors that it must find; 1 for one that looks at all.
 */
export function testSimilarityIndex(
  name: string,
  make: () => IndexStand,
  { count, leastRecall }: { readonly count: number; readonly leastRecall: number },
): void {
  describe(`${name}: similarity index`, () => {
    test('finds the nearest first, in its partition, and nothing that was removed', async () => {
      const { index, settled } = make()
      const random = seededRandom(5)
      const draw = () => toUnitVector(new Int8Array(random.bytes(DIMENSIONS)))
      const vectors = Array.from({ length: count }, draw)
      for (const [number, vector] of vectors.entries()) index.add('one', `k${number}`, vector)
      index.add('one', 'k0', draw())
      index.add('other', 'foreign', vectors[3] ?? draw())
      await settled()
      expect(index.size('one')).toBe(count)
      let found = 0
      const asked = vectors.slice(0, 50)
      for (const [number, vector] of asked.entries()) {
        const near = await index.nearest('one', vector, 3)
        if (near[0]?.key === `k${number}`) found += 1
        const order = near.map(({ similarity }) => similarity)
        expect(order).toEqual(order.toSorted((a, b) => b - a))
        expect(near.map(({ key }) => key)).not.toContain('foreign')
      }
      expect(found / asked.length).toBeGreaterThanOrEqual(leastRecall)
      index.remove('one', 'k7')
      index.remove('one', 'k7')
      index.remove('nowhere', 'k7')
      const [seventh = draw(), last = draw()] = [vectors[7], vectors.at(-1)]
      const keys = (await index.nearest('one', seventh, 9)).map(({ key }) => key)
      expect(keys).not.toContain('k7')
      expect((await index.nearest('one', last, 1))[0]?.key).toBe(`k${count - 1}`)
      expect(index.size('one')).toBe(count - 1)
      expect(await index.nearest('empty', last, 3)).toEqual([])
    })
  })
}
