import { chancesOf, normalDifficulty } from '../acceptance/difficulty.ts'
import type { Gate } from './arm.ts'

/**
 * How much rarer acceptance is in this attempt than in all of the arm's, because of what the gate
 * refused before it for the same request: the chance now over the usual one, at most 1.
 * @param refused chances of acceptance of the attempts that were refused, in order
 */
export function reachAfter(
  refused: readonly number[],
  chance: number,
  sigma: number,
  gate: Pick<Gate, 'passGood' | 'passBad'>,
): number {
  if (refused.length === 0) return 1
  const difficulty = normalDifficulty(sigma)
  const mass = refused.reduce((left, share) => {
    const chances = chancesOf(share, difficulty)
    return left.map((weight, k) => {
      const good = chances[k] ?? 0
      return weight * (good * (1 - gate.passGood) + (1 - good) * (1 - gate.passBad))
    })
  }, Float64Array.from(difficulty.mass))
  const now = chancesOf(chance, difficulty)
  let [reached, good] = [0, 0]
  for (let k = 0; k < mass.length; k += 1) {
    reached += mass[k] ?? 0
    good += (mass[k] ?? 0) * (now[k] ?? 0)
  }
  return reached <= 0 || chance <= 0 ? 1 : Math.min(1, good / reached / chance)
}
