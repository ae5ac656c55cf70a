import { expect, test } from 'vitest'
import { type Contender, frontOf } from './front.ts'

/** Dearer ones are accepted more often, so none beats another. */
const contender = (offer: string, rank: number): Contender => {
  const share = 0.5 + rank / 100
  return { offer, cost: 1_000 + rank, hopeful: share, sober: share, held: share, seconds: 0 }
}

test('step counts of one offer leave room for other offers', () => {
  const stepped = Array.from({ length: 10 }, (_, rank) => contender('stepped', rank))
  const others = ['b', 'c', 'd', 'e', 'f'].map((offer, index) => contender(offer, 10 + index))
  const all = [...stepped, ...others]
  const offers = frontOf(all, 0).front.map((position) => all[position]?.offer)
  expect(offers.filter((offer) => offer === 'stepped')).toHaveLength(2)
  expect(new Set(offers)).toEqual(new Set(['stepped', 'b', 'c', 'd', 'e', 'f']))
})

test('eight settings or fewer stay all, and who is beaten names who beats it', () => {
  const few = Array.from({ length: 8 }, (_, rank) => contender('stepped', rank))
  const beaten = { ...contender('worse', 0), cost: 5_000 }
  expect(frontOf([...few, beaten], 0)).toEqual({
    front: [0, 1, 2, 3, 4, 5, 6, 7],
    beatenBy: new Map([[8, 0]]),
  })
})
