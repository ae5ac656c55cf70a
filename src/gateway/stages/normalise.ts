import { resolveModel } from '../../core/catalog/catalog.ts'
import { GatewayError, invalid } from '../../core/errors/gateway-error.ts'
import { makeId } from '../../core/ids.ts'
import { requestTraits } from '../../core/purpose/request-traits.ts'
import type { ImageRequest } from '../../core/request/image-request.ts'
import type { Instant } from '../../core/time.ts'
import type { Caller, Dependencies, Snapshot } from '../dependencies.ts'
import { checkHedge } from '../hedge.ts'
import type { Run } from '../run.ts'

/**
 * Begins a run: takes the snapshot of models and prices that this request will see to its end, and
 * finds out which models its name means.
 * @throws GatewayError `model_not_found` or `model_retired`, also of the baseline; more pictures
 * than the purpose allows.
 */
export function normalise(
  asked: ImageRequest,
  caller: Caller,
  { watch, stop }: Pick<Run, 'watch' | 'stop'>,
  deps: Dependencies,
): Run {
  checkHedge(asked, deps.rules)
  const startedMs = deps.clock.monotonicMs()
  const startedAt = deps.clock.now()
  const snapshot = deps.snapshot()
  const resolution = resolveModel(snapshot.catalog, asked.model, startedAt)
  checkBaseline(asked, snapshot, startedAt)
  const purpose = asked.purpose ?? resolution.purpose
  checkCount(asked.n, purpose, deps)
  const said = resolution.purpose === undefined ? {} : { purposeOfModel: resolution.purpose }
  const onPolicyRefusal = asked.onPolicyRefusal ?? deps.rules.onPolicyRefusal
  const onGateRefusal = asked.onGateRefusal ?? deps.rules.onGateRefusal
  return {
    id: makeId('req', deps.random.bytes(16), startedAt),
    caller,
    request: {
      ...asked,
      ...(purpose === undefined ? {} : { purpose }),
      onPolicyRefusal,
      onGateRefusal,
    },
    traits: requestTraits(asked, deps.purposes, said),
    snapshot,
    resolution,
    startedAt,
    startedMs,
    watch,
    stop,
    warnings: resolution.warnings,
    hits: [],
    shown: new Set(),
    shownHashes: [],
    unwritten: [],
    ended: [],
    providerMs: 0,
  }
}

/** Pictures that nobody looks at cost as much as those that are kept. */
function checkCount(n: number, purpose: string | undefined, { purposes }: Dependencies): void {
  const { name, maxImages } = purposes.of(purpose)
  if (maxImages === undefined || n <= maxImages) return
  throw invalid('n', `n must be at most ${maxImages} for the purpose ${name}.`)
}

/** Savings that are counted from a model that nobody knows would be none at all. */
function checkBaseline({ baseline }: ImageRequest, { catalog }: Snapshot, now: Instant): void {
  if (baseline === undefined) return
  const param = 'baseline'
  try {
    if (resolveModel(catalog, baseline, now).auto === undefined) return
  } catch (error) {
    if (!GatewayError.isInstance(error)) throw error
    throw new GatewayError(error.code, `${error.message} It was asked for as baseline.`, { param })
  }
  throw invalid(param, 'baseline must name a model; auto has no price of its own.')
}
