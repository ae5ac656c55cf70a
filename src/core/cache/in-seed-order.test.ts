import { describe, expect, test } from 'vitest'
import { inSeedOrder } from './in-seed-order.ts'

const of = (...seeds: (number | undefined)[]) => seeds.map((seed) => ({ seed }))
const seedsOf = (seeds: (number | undefined)[], asked: { seed?: number; n: number }) =>
  inSeedOrder(of(...seeds), asked).map(({ seed }) => seed)

describe('pictures that may answer a request', () => {
  test.each<[string, (number | undefined)[], { seed?: number; n: number }, (number | undefined)[]]>(
    [
      ['without a seed: all, in their order', [9, 7, undefined], { n: 2 }, [9, 7, undefined]],
      ['with a seed: that one', [9, 7, 8], { seed: 7, n: 1 }, [7]],
      ['for several: that one and the next', [9, 7, 8], { seed: 7, n: 3 }, [7, 8, 9]],
      ['up to a gap', [9, 7], { seed: 7, n: 3 }, [7]],
      ['none of another seed', [1, 2], { seed: 7, n: 2 }, []],
      [
        'of a model without seeds: any',
        [undefined, undefined],
        { seed: 7, n: 1 },
        [undefined, undefined],
      ],
      [
        'after the last seed comes 0',
        [0, 4_294_967_295],
        { seed: 4_294_967_295, n: 2 },
        [4_294_967_295, 0],
      ],
      ['the newest of one seed, once', [7, 7], { seed: 7, n: 2 }, [7]],
    ],
  )('%s', (_, seeds, asked, expected) => {
    expect(seedsOf(seeds, asked)).toEqual(expected)
  })
})
