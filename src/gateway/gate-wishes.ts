import type { Attempt, ImageRecord } from '../core/jobs/request-record.ts'
import type { RequestTraits } from '../core/purpose/request-traits.ts'
import { isSuspiciouslySmall } from '../core/quality/blank.ts'
import { type Gate, gateSchema } from '../core/quality/gate.ts'
import { likenessGate } from '../core/quality/likeness.ts'
import type { Dependencies } from './dependencies.ts'
import type { GateWishes } from './gate-desk.ts'
import type { Run } from './run.ts'

const textGate: Gate = gateSchema.parse('text')
/** It scores and refuses nothing. */
const pickGate: Gate = gateSchema.parse({ gate: 'judge', threshold: 0 })

/** What a request's pictures are held against. */
export type Standard = Pick<GateWishes, 'purpose' | 'prompt' | 'literals'>

/**
 * The gates of a request's pictures: those of its purpose; where texts are asked for, reading them,
 * as far as there is a reader; and likeness to the pictures that it names, with an embedder.
 */
export function standardOf(
  { request, traits }: Pick<Run, 'request' | 'traits'>,
  { gates: desk }: Pick<Dependencies, 'gates'>,
): Standard {
  const { purpose: name, literals, standard } = traits
  const { gates: own, isCritical } = standard
  const reads = literals.length > 0 && desk.canRead && own.every(({ gate }) => gate !== 'text')
  const likeness = desk.canCompare() ? likenessGate(request) : undefined
  const gates = [...own, ...(reads ? [textGate] : []), ...(likeness ? [likeness] : [])]
  return { purpose: { name, gates, isCritical }, prompt: request.prompt, literals }
}

/** The same for one attempt: none are left where it was planned to be delivered as it is. */
export function standardFor(
  { call }: Pick<Attempt, 'call'>,
  run: Pick<Run, 'request' | 'traits'>,
  deps: Pick<Dependencies, 'gates'>,
): Standard {
  const standard = standardOf(run, deps)
  if (call.gated !== false) return standard
  return { ...standard, purpose: { ...standard.purpose, gates: [] } }
}

/** The same, with a judge that gives every picture a score to pick by, as far as there is one. */
export function withPick(
  traits: RequestTraits,
  { gates: desk }: Pick<Dependencies, 'gates'>,
): RequestTraits {
  const { standard } = traits
  const hasJudge = standard.gates.some(({ gate }) => gate === 'judge')
  if (hasJudge || !desk.canJudge) return traits
  return { ...traits, standard: { ...standard, gates: [...standard.gates, pickGate] } }
}

/** What one picture is held against; undefined when no gate needs more than its header. */
export function wishesFor(
  standard: Standard,
  picture: Pick<ImageRecord, 'byteLength' | 'width' | 'height' | 'format'>,
  { isTransparent }: { readonly isTransparent: boolean },
): GateWishes | undefined {
  if (standard.purpose.gates.length === 0 && !isTransparent) return undefined
  return { ...standard, isTransparent, isSuspicious: isSuspiciouslySmall(picture) }
}
