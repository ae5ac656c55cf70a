import type { Nano } from '../../money.ts'

/**
 * Whether serving a picture that is right with a probability is worth the risk: the price of a new
 * one is saved, and what a wrong one costs is lost where it is wrong. So a hit needs P > w / (c +
 * w), and cheap pictures do not deserve risky hits.
 * @example paysOff({ right: 0.95, newNano: 30_000_000n, wrongNano: 300_000_000n }) === true
 * @example paysOff({ right: 0.95, newNano: 3_000_000n, wrongNano: 100_000_000n }) === false
 */
export function paysOff(bet: {
  readonly right: number
  readonly newNano: Nano
  readonly wrongNano: Nano
}): boolean {
  const whole = Number(bet.newNano + bet.wrongNano)
  return whole > 0 && bet.right > Number(bet.wrongNano) / whole
}
