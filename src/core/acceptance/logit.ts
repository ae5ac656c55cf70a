/** Probabilities stay this far from 0 and 1: a certainty could never be unlearned. */
const MARGIN = 1e-6

/** A share as log-odds; shares at the ends are taken as nearly certain. */
export function logit(share: number): number {
  const inside = Math.min(1 - MARGIN, Math.max(MARGIN, share))
  return Math.log(inside / (1 - inside))
}

/** Log-odds as a share. */
export const sigmoid = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds))
