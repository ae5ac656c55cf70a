import { expect, test } from 'vitest'
import type { BeliefStore } from '../ports/belief-store.ts'

const one = {
  place: 'acme%2Fpainter/hero/people/x/0',
  counts: { pass_unseen: { count: 2, reach: 1.5 } },
}
const two = {
  place: one.place,
  counts: { pass_unseen: { count: -0.5, reach: -0.25 }, none_accept: { count: 1e20, reach: 1e20 } },
}

/** What every store of beliefs promises. `open` gives an empty one. */
export function testBeliefStore(open: () => Promise<BeliefStore>): void {
  test('an empty store knows nothing', async () => {
    expect(await (await open()).load()).toEqual({ counts: [], generations: [] })
  })

  test('deltas add up in any order, also those that take something back', async () => {
    for (const order of [
      [one, two],
      [two, one],
    ]) {
      const store = await open()
      for (const delta of order) await store.add([delta])
      const { counts } = await store.load()
      expect(counts).toEqual([
        {
          place: one.place,
          counts: {
            pass_unseen: { count: 1.5, reach: 1.25 },
            none_accept: { count: 1e20, reach: 1e20 },
          },
        },
      ])
    }
  })

  test('a place named twice in one call is added twice', async () => {
    const store = await open()
    await store.add([one, one])
    const { counts } = await store.load()
    expect(counts[0]?.counts.pass_unseen).toEqual({ count: 4, reach: 3 })
  })

  test('generations only grow, whoever writes last', async () => {
    const store = await open()
    await store.raise('acme%2Fpainter/hero', 2)
    await store.raise('acme%2Fpainter/hero', 1)
    expect((await store.load()).generations).toEqual([
      { key: 'acme%2Fpainter/hero', generation: 2 },
    ])
  })
}
