import { chancesOf, normalDifficulty } from '../acceptance/difficulty.ts'
import type { Gate } from './arm.ts'
import { massAfter } from './prospects.ts'

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
  if (refused.length === 0 || chance <= 0) return 1
  const usual = normalDifficulty(sigma)
  const before = refused.map((share) => chancesOf(share, usual))
  const mass = massAfter(before, usual.mass, gate)
  const now = chancesOf(chance, usual)
  const good = mass.reduce((sum, weight, k) => sum + weight * (now[k] ?? 0), 0)
  return Math.min(1, good / chance)
}
