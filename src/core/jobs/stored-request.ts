import type { JsonObject } from '../json.ts'
import type { ImageRequest } from '../request/image-request.ts'

/**
 * What the database keeps of a request, as a value that can be printed as JSON: money becomes
 * text.
 */
export function toStoredRequest(request: ImageRequest): JsonObject {
  const { maxCostNano, ...rest } = request
  const money = maxCostNano === undefined ? {} : { maxCostNano: maxCostNano.toString() }
  return { ...rest, ...money } as unknown as JsonObject
}

/** Reads back what {@link toStoredRequest} printed. */
export function fromStoredRequest(stored: JsonObject): ImageRequest {
  const { maxCostNano, ...rest } = stored
  const request = rest as unknown as ImageRequest
  return typeof maxCostNano === 'string'
    ? { ...request, maxCostNano: BigInt(maxCostNano) }
    : request
}
