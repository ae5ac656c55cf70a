import type { Lab } from '../colour/lab.ts'
import type { ColourBins } from './colour-bins.ts'

/** A colour that many pixels have, with its share of the visible ones. */
export interface DominantColour {
  readonly lab: Lab
  readonly share: number
}

/** More than a palette has, so that an accent gets a cluster of its own. */
const CLUSTERS = 12
/** It settles in fewer; the rest is for gradients, where it does not matter. */
const MAX_ROUNDS = 12

type Point = readonly [number, number, number]

/**
 * The main colours of a picture, the largest first: k-means over its colours in L*a*b*. The first
 * centre is the most frequent colour and each next one the colour that is farthest from all before,
 * by its number of pixels, so the same picture always gives the same colours.
 */
export function dominantColours({ bins }: ColourBins): readonly DominantColour[] {
  let centres = firstCentres(bins)
  let weights: readonly number[] = []
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const moved = meansAround(bins, centres)
    const isSettled = moved.centres.every(
      (centre, index) => squaredDistance(centre, centres[index] ?? centre) < 0.01,
    )
    ;({ centres, weights } = moved)
    if (isSettled) break
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return centres
    .map((lab, index) => ({ lab, share: (weights[index] ?? 0) / total }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
}

const squaredDistance = (one: Point, other: Point): number =>
  (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2

function firstCentres(bins: ColourBins['bins']): readonly Point[] {
  const distances = new Float64Array(bins.length).fill(Number.POSITIVE_INFINITY)
  const centres: Point[] = []
  let next = bins[0]
  while (next !== undefined && centres.length < CLUSTERS) {
    const centre = next.lab
    centres.push(centre)
    let farthest = 0
    next = undefined
    for (const [index, bin] of bins.entries()) {
      const distance = Math.min(distances[index] ?? 0, squaredDistance(bin.lab, centre))
      distances[index] = distance
      if (distance * bin.count <= farthest) continue
      farthest = distance * bin.count
      next = bin
    }
  }
  return centres
}

/** Gives each colour to its nearest centre, and moves the centres to the means of theirs. */
function meansAround(
  bins: ColourBins['bins'],
  centres: readonly Point[],
): { readonly centres: readonly Point[]; readonly weights: readonly number[] } {
  const sums = centres.map(() => ({ lab: [0, 0, 0] as [number, number, number], weight: 0 }))
  for (const { lab, count } of bins) {
    const sum = sums[nearest(lab, centres)]
    if (sum === undefined) continue
    sum.lab[0] += lab[0] * count
    sum.lab[1] += lab[1] * count
    sum.lab[2] += lab[2] * count
    sum.weight += count
  }
  return {
    centres: sums.map(({ lab, weight }, index): Point => {
      if (weight === 0) return centres[index] ?? [0, 0, 0]
      return [lab[0] / weight, lab[1] / weight, lab[2] / weight]
    }),
    weights: sums.map(({ weight }) => weight),
  }
}

function nearest(lab: Point, centres: readonly Point[]): number {
  let best = 0
  let shortest = Number.POSITIVE_INFINITY
  for (const [index, centre] of centres.entries()) {
    const distance = squaredDistance(lab, centre)
    if (distance >= shortest) continue
    best = index
    shortest = distance
  }
  return best
}
