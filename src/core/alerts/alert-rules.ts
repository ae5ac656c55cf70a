import type { Nano } from '../money.ts'

/** What is alarming. A rule that is absent never rings. */
export interface AlertRules {
  /** Nano-dollars that an accepted picture may cost: of a purpose, else of all. */
  readonly costPerAccepted?: {
    readonly all?: Nano
    readonly purposes: Readonly<Record<string, Nano>>
  }
  /** Share by which an accepted picture may become dearer than in the week before. */
  readonly costDrift?: number
  /** Share of all pictures by which the accepted ones may become fewer. */
  readonly acceptanceDrop?: number
  /** Share of all pictures by which those of the cache may become fewer. */
  readonly cacheHitDrop?: number
  /** Robust standard deviations above the median of its like that a call may cost. */
  readonly costAnomaly?: number
  /** Days before its end at which a model is told. */
  readonly modelShutdown?: readonly number[]
  /** Percents of a budget that are told. */
  readonly budget?: readonly number[]
}

/**
 * What rings unless the settings say otherwise. Changes must be beyond chance as well, so these
 * are sizes that matter and no guards against noise.
 */
export const defaultAlertRules: AlertRules = {
  costDrift: 0.25,
  acceptanceDrop: 0.1,
  cacheHitDrop: 0.2,
  costAnomaly: 6,
  modelShutdown: [30, 7, 1],
  budget: [50, 80, 100],
}
