import type { JsonObject } from '../json.ts'
import type { ImageRequest } from '../request/image-request.ts'

/** Prints a request for the database; money becomes text because JSON has no bigint. */
export function toStoredRequest(request: ImageRequest): JsonObject {
  const { maxCostNano, ...rest } = request
  const money = maxCostNano === undefined ? {} : { maxCostNano: maxCostNano.toString() }
  return JSON.parse(JSON.stringify({ ...rest, ...money })) as JsonObject
}

/** Reads back what {@link toStoredRequest} printed. */
export function fromStoredRequest(stored: JsonObject): ImageRequest {
  const { maxCostNano, ...rest } = stored
  const request = rest as unknown as ImageRequest
  return typeof maxCostNano === 'string'
    ? { ...request, maxCostNano: BigInt(maxCostNano) }
    : request
}
