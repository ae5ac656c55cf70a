import { offerName } from '../core/catalog/model.ts'
import { GatewayError, invalid } from '../core/errors/gateway-error.ts'
import {
  type ArmOutcomes,
  EXPERIMENT_ALPHA,
  EXPERIMENT_MARGIN,
  type Experiment,
  type ExperimentArm,
  judgeExperiment,
  overlap,
} from '../core/experiments/experiment.ts'
import { makeId } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import { dollarsFromNano } from '../core/money.ts'
import { requestLimits } from '../core/request/limits.ts'
import type { Dependencies } from './dependencies.ts'

/** An experiment as somebody asks for it. */
export type GivenExperiment = Omit<Experiment, 'id' | 'startedAt' | 'stoppedAt'>

/** Share of the requests that takes part where nobody says how many. */
export const USUAL_SHARE = 0.2

type Parts = Pick<Dependencies, 'stores' | 'clock' | 'random' | 'learning' | 'snapshot'>

/**
 * Starts to compare two offers. It holds here at once, and at other replicas with their next turn.
 * @throws GatewayError naming what is wrong: an offer that nobody has, or another experiment that
 *   requests of this kind are in.
 */
export async function startExperiment(given: GivenExperiment, deps: Parts): Promise<Experiment> {
  checkGiven(given, deps)
  const { experiments } = deps.stores
  const startedAt = deps.clock.now()
  const experiment = { ...given, id: makeId('exp', deps.random.bytes(16), startedAt), startedAt }
  await refuseOverlap(experiment, deps)
  await experiments.start(experiment)
  try {
    // Another replica may have started one since. Both yield then: two at once would be worse.
    await refuseOverlap(experiment, deps)
  } catch (error) {
    await experiments.stop(experiment.id, startedAt)
    throw error
  }
  await deps.learning.plans.readOrders(deps.stores)
  return experiment
}

async function refuseOverlap(experiment: Experiment, { stores }: Parts): Promise<void> {
  const other = (await stores.experiments.list()).find(
    (each) =>
      each.stoppedAt === undefined && each.id !== experiment.id && overlap(each, experiment),
  )
  if (other === undefined) return
  const { id, purpose, category = 'all categories', a, b } = other
  const message =
    `Experiment ${id} compares ${a} and ${b} on requests of this kind (${purpose}, ${category}); ` +
    'a request belongs to one experiment at most.'
  throw new GatewayError('experiment_overlap', message, { param: 'purpose' })
}

function checkGiven(given: GivenExperiment, { snapshot }: Parts): void {
  const { models } = snapshot().catalog
  for (const param of ['a', 'b'] as const) {
    if (models.some((model) => offerName(model) === given[param])) continue
    const name = JSON.stringify(given[param].slice(0, 100))
    throw invalid(param, `${param} must be an offer, provider/model; ${name} is none here.`)
  }
  if (given.a === given.b) throw invalid('b', 'b must be another offer than a.')
  for (const param of ['purpose', 'category'] as const) {
    const label = given[param] ?? 'all'
    if (label.trim() !== '' && label.length <= requestLimits.maxLabelCharacters) continue
    throw invalid(param, `${param} must be the name of a ${param}.`)
  }
  if (given.share > 0 && given.share <= 1) return
  throw invalid('share', 'share must be a number above 0, and 1 at most.')
}

/**
 * Ends an experiment; what was counted stays, and late verdicts still count.
 * @throws GatewayError `not_found` when it is unknown or was stopped before.
 */
export async function stopExperiment(
  id: string,
  deps: Pick<Parts, 'stores' | 'clock' | 'learning'>,
): Promise<JsonObject> {
  const wasRunning = await deps.stores.experiments.stop(id, deps.clock.now())
  await deps.learning.plans.readOrders(deps.stores)
  if (!wasRunning) throw unknownExperiment('running experiment', id)
  return showExperiment(id, deps)
}

/**
 * An experiment with what came of it.
 * @throws GatewayError `not_found` when it is unknown.
 */
export async function showExperiment(
  id: string,
  { stores: { experiments } }: Pick<Parts, 'stores'>,
): Promise<JsonObject> {
  const experiment = (await experiments.list()).find((each) => each.id === id)
  if (experiment === undefined) throw unknownExperiment('experiment', id)
  const outcomes = await experiments.outcomes(id)
  const { state, pValue, interval } = judgeExperiment(outcomes)
  const arm = (name: ExperimentArm) => printOutcomes(experiment[name], outcomes[name])
  return {
    ...printExperiment(experiment),
    state,
    p_value: rounded(pValue),
    difference: { low: rounded(interval[0]), high: rounded(interval[1]) },
    ...{ alpha: EXPERIMENT_ALPHA, margin: EXPERIMENT_MARGIN },
    arms: { a: arm('a'), b: arm('b') },
  }
}

const unknownExperiment = (what: string, id: string): GatewayError =>
  new GatewayError('not_found', `There is no ${what} ${id.slice(0, 40)}.`, { param: 'id' })

/** An experiment as it is listed. */
export const printExperiment = (experiment: Experiment): JsonObject => {
  const { id, purpose, category = null, a, b, share, startedAt, stoppedAt } = experiment
  return {
    object: 'route.experiment',
    ...{ id, purpose, category, a, b, share },
    started_at: new Date(startedAt).toISOString(),
    stopped_at: stoppedAt === undefined ? null : new Date(stoppedAt).toISOString(),
  }
}

const printOutcomes = (offer: string, outcomes: ArmOutcomes): JsonObject => {
  const { requests, judged, accepted, judgedNano } = outcomes
  return {
    ...{ offer, requests, judged, accepted },
    acceptance: judged === 0 ? null : rounded(accepted / judged),
    judged_cost: dollarsFromNano(judgedNano),
    per_accepted: accepted === 0 ? null : dollarsFromNano(judgedNano / BigInt(accepted)),
  }
}

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000
