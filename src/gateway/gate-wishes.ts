import type { ImageRecord } from '../core/jobs/request-record.ts'
import { traitsOf } from '../core/purpose/classify.ts'
import { isSuspiciouslySmall } from '../core/quality/blank.ts'
import { type Gate, gateSchema } from '../core/quality/gate.ts'
import type { ImageRequest } from '../core/request/image-request.ts'
import type { Dependencies } from './dependencies.ts'
import type { GateWishes } from './gate-desk.ts'

const textGate: Gate = gateSchema.parse('text')

/** What a request's pictures are held against. */
export interface Standard extends Pick<GateWishes, 'purpose' | 'prompt' | 'literals'> {}

/**
 * The gates of a request's pictures: those of its purpose, and where texts are asked for, reading
 * them, as far as there is a reader.
 */
export function standardOf(
  request: ImageRequest,
  deps: Pick<Dependencies, 'purposes' | 'gates'>,
): Standard {
  const { purpose: name, literals } = traitsOf(request)
  const { gates: own, isCritical } = deps.purposes.of(name)
  const reads =
    literals.length > 0 && deps.gates.canRead && own.every(({ gate }) => gate !== 'text')
  const gates = reads ? [...own, textGate] : own
  return { purpose: { name, gates, isCritical }, prompt: request.prompt, literals }
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
