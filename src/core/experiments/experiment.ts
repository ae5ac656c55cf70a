import type { Nano } from '../money.ts'
import { type Comparison, compareShares } from '../statistics/always-valid.ts'
import { hashText } from '../statistics/hash-text.ts'
import type { Instant } from '../time.ts'

/** A side of an experiment. */
export type ExperimentArm = 'a' | 'b'

/** Two offers that an operator has compared on requests of one purpose. */
export interface Experiment {
  readonly id: string
  readonly purpose: string
  /** Undefined for all categories. */
  readonly category?: string
  /** `provider/model`. */
  readonly a: string
  readonly b: string
  /** Share of the requests of its kind that takes part, half for each offer. */
  readonly share: number
  readonly startedAt: Instant
  readonly stoppedAt?: Instant
}

/** What became of the requests of an arm. */
export interface ArmOutcomes {
  readonly requests: number
  /** Requests of which somebody said what he thinks. */
  readonly judged: number
  readonly accepted: number
  /** What the judged ones cost. */
  readonly judgedNano: Nano
}

/** Nothing has happened yet. */
export const noOutcomes: ArmOutcomes = { requests: 0, judged: 0, accepted: 0, judgedNano: 0n }

/** How an experiment stands. */
export interface ExperimentResult extends Comparison {
  readonly state: 'running' | 'a_better' | 'b_better' | 'no_difference'
}

/** Chance, at most, that an experiment ever names a better offer where both are alike. */
export const EXPERIMENT_ALPHA = 0.05

/** Offers whose shares of accepted requests differ by less than this are taken for alike. */
export const EXPERIMENT_MARGIN = 0.05

const UINT32 = 2 ** 32

/**
 * The experiment that a request belongs to and its arm, the same again for the same `unit`: a
 * person, so that he sees one offer alone, or a request whose person is not known.
 */
export function experimentArm(
  experiments: readonly Experiment[],
  kind: { readonly purpose: string; readonly category: string },
  unit: string,
): { readonly experiment: Experiment; readonly arm: ExperimentArm } | undefined {
  const experiment = experiments.find((each) => each.stoppedAt === undefined && isOf(each, kind))
  if (experiment === undefined) return undefined
  const { id, share } = experiment
  if (hashText(`${id} takes part ${unit}`) / UINT32 >= share) return undefined
  return { experiment, arm: hashText(`${id} arm ${unit}`) < UINT32 / 2 ? 'a' : 'b' }
}

const isOf = (
  { purpose, category }: Experiment,
  kind: { readonly purpose: string; readonly category: string },
): boolean => purpose === kind.purpose && (category === undefined || category === kind.category)

/** Whether some requests would belong to both; each has one experiment at most. */
export const overlap = (one: Experiment, other: Experiment): boolean =>
  one.purpose === other.purpose &&
  (one.category === undefined || other.category === undefined || one.category === other.category)

/** Compares the arms. It may be asked after each outcome without erring more often. */
export function judgeExperiment(
  outcomes: Readonly<Record<ExperimentArm, ArmOutcomes>>,
): ExperimentResult {
  const tally = ({ judged, accepted }: ArmOutcomes) => ({ trials: judged, successes: accepted })
  const arms = { a: tally(outcomes.a), b: tally(outcomes.b) }
  const compared = compareShares(arms, EXPERIMENT_ALPHA)
  return { ...compared, state: stateOf(compared.interval) }
}

function stateOf([low, high]: Comparison['interval']): ExperimentResult['state'] {
  if (low > 0) return 'b_better'
  if (high < 0) return 'a_better'
  return low > -EXPERIMENT_MARGIN && high < EXPERIMENT_MARGIN ? 'no_difference' : 'running'
}
