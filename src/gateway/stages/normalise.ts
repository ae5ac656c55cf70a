import { resolveModel } from '../../core/catalog/catalog.ts'
import { makeId } from '../../core/ids.ts'
import type { ImageRequest } from '../../core/request/image-request.ts'
import type { Caller, Dependencies } from '../dependencies.ts'
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
  const startedMs = deps.clock.monotonicMs()
  const startedAt = deps.clock.now()
  const snapshot = deps.snapshot()
  const resolution = resolveModel(snapshot.catalog, asked.model, startedAt)
  const purpose = asked.purpose ?? resolution.purpose
  return {
    id: makeId('req', deps.random.bytes(16), startedAt),
    caller,
    request: purpose === undefined ? asked : { ...asked, purpose },
    snapshot,
    resolution,
    startedAt,
    startedMs,
    watch,
    stop,
    warnings: resolution.warnings,
    hits: [],
    shown: new Set(),
    unwritten: [],
    ended: [],
    providerMs: 0,
  }
}
