import { type ExperimentArm, experimentArm } from '../../core/experiments/experiment.ts'
import type { Fact } from '../../core/jobs/request-record.ts'
import type { ExperimentPart } from '../../core/routing/plan.ts'
import type { Weighed } from '../../core/routing/weigh.ts'
import type { Dependencies } from '../dependencies.ts'
import type { Weighing } from '../plan-desk.ts'
import type { Run } from '../run.ts'

/** What a request is planned with. */
interface Planned {
  readonly weighed: Weighed
  readonly usable: readonly number[]
  readonly experiment?: { readonly experiment: ExperimentPart }
}

/**
 * Plans with the one offer that an experiment gives to the request; the others stand in reserve.
 * It takes part only where either offer could be planned with, or the arms would not be compared on
 * requests alike: both are allowed now, and neither misses a floor that is reached without them.
 */
export function takePart(
  from: { readonly weighed: Weighed; readonly wanted: Weighing; readonly isDrawn: boolean },
  run: Run,
  { learning: { plans } }: Dependencies,
): Planned {
  const { weighed, wanted, isDrawn } = from
  const open = { weighed, usable: wanted.usable }
  const unit = unitOf(run, isDrawn)
  const found = unit === undefined ? undefined : experimentArm(plans.experiments, run.traits, unit)
  if (found === undefined) return open
  const { experiment, arm } = found
  const planWith = (offer: string): Planned | undefined => {
    const isOf = (at: number) => wanted.quoted.options[at]?.candidate.offer === offer
    const own = wanted.usable.filter(isOf)
    const usable = [...own, ...wanted.usable.filter((at) => !isOf(at))]
    if (own.length === 0) return undefined
    const alone = plans.weigh({ ...wanted, usable, planned: own.length }, run.snapshot)
    if (alone === undefined) return undefined
    const { isReachable } = alone.plans.known.floor
    return isReachable || !weighed.plans.known.floor.isReachable
      ? { weighed: alone, usable }
      : undefined
  }
  const both: Readonly<Record<ExperimentArm, Planned | undefined>> = {
    a: planWith(experiment.a),
    b: planWith(experiment.b),
  }
  const own = both[arm]
  if (both.a === undefined || both.b === undefined || own === undefined) return open
  return { ...own, experiment: { experiment: { id: experiment.id, arm } } }
}

/** Who sees one arm alone. A dry run for nobody in particular leaves nothing to chance. */
function unitOf({ id, caller, request }: Run, isDrawn: boolean): string | undefined {
  const who = request.endUser ?? request.group
  if (who !== undefined) return [caller.tenant, who].map(encodeURIComponent).join('/')
  return isDrawn ? id : undefined
}

/** Says that the request takes part. */
export const joinedFact = ({ id }: Run, part: ExperimentPart): Fact => ({
  kind: 'experiment-joined',
  requestId: id,
  experimentId: part.id,
  arm: part.arm,
})
