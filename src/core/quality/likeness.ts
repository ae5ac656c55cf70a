import { invalid } from '../errors/gateway-error.ts'
import type { ImageRequest } from '../request/image-request.ts'
import { type Gate, gateSchema } from './gate.ts'

/** What a request says of the pictures that its own are to be like. */
type Wish = Pick<ImageRequest, 'references' | 'referenceThreshold' | 'strict'>

/**
 * The gate that holds pictures to those that their request names; the nearest of them counts. Who
 * wants nothing adapted wants no picture either that nobody could compare.
 */
export const likenessGate = ({ references, referenceThreshold, strict }: Wish): Gate | undefined =>
  references === undefined
    ? undefined
    : gateSchema.parse({
        ...{ gate: 'similarity', to: 'references', required: strict },
        ...{ threshold: referenceThreshold, references: references.map(({ digest }) => digest) },
      })

/**
 * The request with the threshold of its purpose, where it names pictures and none of its own.
 * @throws GatewayError where the purpose has none: what is near depends on the embedder's model.
 */
export function withThreshold<Request extends Wish>(
  request: Request,
  own: readonly Gate[],
): Request {
  if (request.references === undefined || request.referenceThreshold !== undefined) return request
  for (const gate of own) {
    if (gate.gate !== 'similarity' || gate.to !== 'references') continue
    return { ...request, referenceThreshold: gate.threshold }
  }
  const message =
    'references need reference_threshold, the lowest cosine that passes (-1 to 1). It depends on ' +
    "the embedder's model, so measure it; a similarity gate of the purpose may give it."
  throw invalid('reference_threshold', message)
}
