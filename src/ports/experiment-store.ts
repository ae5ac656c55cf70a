import type { ArmOutcomes, Experiment, ExperimentArm } from '../core/experiments/experiment.ts'
import type { Instant } from '../core/time.ts'

/** Experiments between offers, shared by all replicas; the journal writes who takes part. */
export interface ExperimentStore {
  /** Those that run and those that were stopped, the oldest first. */
  list(): Promise<readonly Experiment[]>
  start(experiment: Experiment): Promise<void>
  /** What was counted stays. @returns false when it is unknown or was stopped before. */
  stop(id: string, at: Instant): Promise<boolean>
  /** What became of the requests of both arms, by the verdicts as they stand. */
  outcomes(id: string): Promise<Readonly<Record<ExperimentArm, ArmOutcomes>>>
}
