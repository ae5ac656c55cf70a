import { canonicalJson } from '../core/json.ts'
import type { Purpose } from '../core/purpose/purpose.ts'
import type { Gate } from '../core/quality/gate.ts'
import { isOfContent } from '../core/quality/quality-note.ts'
import type { GateTools } from './gate-evidence.ts'

/** Hexadecimal digits that tell versions apart. */
const DIGITS = 12

/**
 * Names the gates of content that a purpose has: their settings and what they look with. Another
 * model or wording of the judge, another embedder, picture of a brand or threshold is another
 * instrument, whatever was measured with the one before. @returns undefined where there are none.
 */
export function gateVersionOf(
  { gates, isCritical }: Pick<Purpose, 'gates' | 'isCritical'>,
  tools: GateTools,
): string | undefined {
  const own = gates.filter(({ gate }) => isOfContent(gate))
  if (own.length === 0) return undefined
  return named(
    own.map((gate) => instrumentOf(gate, isCritical, tools)),
    tools,
  )
}

/**
 * Names by what a gate scores, whatever its threshold is: scores of one version can be compared.
 * @returns undefined for gates that have no threshold.
 */
export function scoreVersionOf(
  gate: Gate,
  isCritical: boolean,
  tools: GateTools,
): string | undefined {
  if (gate.gate !== 'judge' && gate.gate !== 'similarity') return undefined
  const { threshold: _, required: __, ...scored } = gate
  return named(instrumentOf({ ...scored, threshold: 0, required: false }, isCritical, tools), tools)
}

function instrumentOf(
  gate: Gate,
  isCritical: boolean,
  { judge, embedder, references, sha256 }: GateTools,
): object {
  switch (gate.gate) {
    case 'judge':
      return { ...gate, isCritical, by: judge?.version ?? null }
    case 'similarity': {
      const files = gate.references.map((name) => references?.get(name)?.bytes)
      const like = files.map((bytes) => (bytes === undefined ? null : sha256(bytes)))
      return { ...gate, like, by: embedder?.id ?? null }
    }
    default:
      return gate
  }
}

const named = (parts: object, { sha256 }: GateTools): string =>
  sha256(canonicalJson(parts)).slice(0, DIGITS)
