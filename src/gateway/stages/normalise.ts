import { resolveModel } from '../../core/catalog/catalog.ts'
import { makeId } from '../../core/ids.ts'
import type { ImageRequest } from '../../core/request/image-request.ts'
import type { Caller, Dependencies } from '../dependencies.ts'
import { checkHedge } from '../hedge.ts'
import type { Run } from '../run.ts'

/**
 * Begins a run: takes the snapshot of models and prices that this request will see to its end, and
 * finds out which models its name means.
 * @throws GatewayError `model_not_found` or `model_retired`.
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
  const purpose = asked.purpose ?? resolution.purpose
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
