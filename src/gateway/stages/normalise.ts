import { resolveModel } from '../../core/catalog/catalog.ts'
import { GatewayError, invalid } from '../../core/errors/gateway-error.ts'
import { makeId } from '../../core/ids.ts'
import { checkCount } from '../../core/purpose/image-count.ts'
import { misspeltPurpose } from '../../core/purpose/misspelt-purpose.ts'
import { requestTraits } from '../../core/purpose/request-traits.ts'
import { withThreshold } from '../../core/quality/likeness.ts'
import type { ImageRequest } from '../../core/request/image-request.ts'
import { unseenPixels } from '../../core/routing/variants.ts'
import type { Instant } from '../../core/time.ts'
import type { Caller, Dependencies, Snapshot } from '../dependencies.ts'
import { checkHedge } from '../hedge.ts'
import { comparable } from '../references.ts'
import type { Run } from '../run.ts'

/**
 * Begins a run: takes the snapshot of models and prices that this request will see to its end, and
 * finds out which models its name means.
 * @throws GatewayError `model_not_found` or `model_retired`, also of the baseline; 400 for more
 * pictures than the purpose allows, 429 for repetitions.
 */
export function normalise(
  asked: ImageRequest,
  caller: Caller,
  parts: Pick<Run, 'watch' | 'stop'>,
  deps: Dependencies,
): Run {
  const run = beginRun(asked, caller, parts, deps)
  const repeated = deps.repeats.note(asked, caller, run.startedAt)
  return { ...run, warnings: [...run.warnings, ...repeated] }
}

/** The same, for a look at what would become of a request: it is not counted as asked. */
export function beginRun(
  wished: ImageRequest,
  caller: Caller,
  { watch, stop }: Pick<Run, 'watch' | 'stop'>,
  deps: Dependencies,
): Run {
  const { request: asked, warnings } = comparable(wished, deps)
  checkHedge(asked, deps.rules)
  const startedMs = deps.clock.monotonicMs()
  const startedAt = deps.clock.now()
  const snapshot = deps.snapshot()
  const resolution = resolveModel(snapshot.catalog, asked.model, startedAt)
  checkBaseline(asked, snapshot, startedAt)
  const purpose = asked.purpose ?? resolution.purpose
  checkCount(asked.n, deps.purposes.of(purpose))
  const said = resolution.purpose === undefined ? {} : { purposeOfModel: resolution.purpose }
  const onPolicyRefusal = asked.onPolicyRefusal ?? deps.rules.onPolicyRefusal
  const onGateRefusal = asked.onGateRefusal ?? deps.rules.onGateRefusal
  const traits = requestTraits(asked, deps.purposes, said)
  return {
    id: makeId('req', deps.random.bytes(16), startedAt),
    caller,
    request: {
      ...withThreshold(asked, traits.standard.gates),
      ...(purpose === undefined ? {} : { purpose }),
      onPolicyRefusal,
      onGateRefusal,
    },
    traits,
    snapshot,
    resolution,
    startedAt,
    startedMs,
    watch,
    stop,
    warnings: [
      ...warnings,
      ...resolution.warnings,
      ...misspeltPurpose(purpose, deps.purposes),
      ...unseenPixels(asked),
    ],
    hits: [],
    shown: new Set(),
    shownHashes: [],
    shownLooks: { looks: [], hasReplaced: false },
    unwritten: [],
    ended: [],
    providerMs: 0,
  }
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
