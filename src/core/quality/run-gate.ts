import type { Check, Evidence, Expectation, Need } from './check.ts'
import { checks } from './checks/index.ts'
import type { Gate } from './gate.ts'
import type { Verdict } from './verdict.ts'

/** What a gate has to look at. */
export const needOf = ({ gate }: Gate): Need => checks[gate].needs

/**
 * Runs the check of a gate.
 * @param evidence of the kind that {@link needOf} names.
 */
export function runGate(gate: Gate, evidence: Evidence[Need], expectation: Expectation): Verdict {
  // Each check reads its own kind of evidence and its own settings; the table pairs them by name.
  const check: Check = checks[gate.gate]
  return check.run(evidence, expectation, gate)
}

/**
 * Whether a picture is refused for a verdict: it failed, or nobody could tell where that counts.
 */
export const isRefusal = ({ outcome }: Verdict, { required }: Gate): boolean =>
  outcome === 'failed' || (outcome === 'unknown' && required)
