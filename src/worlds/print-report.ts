import type { JsonObject, JsonValue } from '../core/json.ts'
import type { Part } from './decompose.ts'
import type { FloorGap } from './floors.ts'
import type { Measures, PolicyReport } from './measures.ts'

/** JSON has no infinity: what could not be measured is null. */
const finite = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : value

const printMeasures = (measures: Measures): JsonObject => ({
  spend_per_accepted: finite(measures.spendPerAccepted),
  score: finite(measures.score),
  oracle_score: finite(measures.oracleScore),
  ratio: finite(measures.ratio),
  combined_ratio: finite(measures.combinedRatio),
  exploration_share: finite(measures.explorationShare),
  recovery_requests: finite(measures.recoveryRequests),
  failed: finite(measures.failed),
  latency_p50_s: finite(measures.latencyP50),
  latency_p95_s: finite(measures.latencyP95),
  decision_p99_ms: finite(measures.decisionP99Ms),
  explained: finite(measures.explained),
})

/**
 * A report as JSON. The amounts are means of a simulation and plain numbers: no money of anybody's
 * book. `spread` has the standard deviation over seeds under the name of each measure.
 */
export function printReport(report: PolicyReport, parts: readonly Part[] = []): JsonObject {
  const { world, policy, seeds, requests, means, deviations, floors } = report
  const worst = worstFloor(floors)
  return {
    ...{ world, policy, seeds, requests, ...printMeasures(means) },
    floor_gap_min: finite(worst?.gap),
    floors_missed: floors.filter(({ isMissed }) => isMissed).length,
    spread: { ...printMeasures(deviations), floor_gap_min: finite(worst?.deviation) },
    detail: {
      accepted_share: finite(means.acceptedShare),
      exploring_spend_share: finite(means.exploringSpendShare),
      cached_share: finite(means.cachedShare),
      latency_p99_s: finite(means.latencyP99),
      floors: floors.map(printFloor),
    },
    ...(parts.length === 0 ? {} : { decomposition: printParts(report, parts) }),
  }
}

const printFloor = (floor: FloorGap): JsonValue => ({
  context: floor.context,
  requests: floor.requests,
  accepted: floor.accepted,
  effective_floor: floor.effectiveFloor,
  gap: floor.gap,
  interval: [finite(floor.gap - floor.halfWidth), finite(floor.gap + floor.halfWidth)],
  missed: floor.isMissed,
})

const printParts = ({ means }: PolicyReport, parts: readonly Part[]): JsonValue =>
  parts.map(({ part, report }) => ({
    part,
    ratio: finite(report.means.ratio),
    combined_ratio: finite(report.means.combinedRatio),
    floor_gap_min: finite(worstFloor(report.floors)?.gap),
    // What knowing it takes off the ratio; below 0 where it even adds.
    ratio_gain: finite(means.ratio - report.means.ratio),
    combined_ratio_gain: finite(means.combinedRatio - report.means.combinedRatio),
  }))

/** The context in which most is missing. */
export const worstFloor = (floors: readonly FloorGap[]): FloorGap | undefined =>
  floors.toSorted((one, other) => one.gap - other.gap)[0]
