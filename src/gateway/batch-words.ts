import type { GatewayError } from '../core/errors/gateway-error.ts'
import type { BatchEndpoint } from '../core/jobs/batch.ts'
import type { JsonObject } from '../core/json.ts'
import type { ImageRequest } from '../core/request/image-request.ts'
import type { GatewayResult } from './result.ts'

/** How lines of a batch are read and answered: as the routes would that they name. */
export interface BatchWords {
  /**
   * @param tenant whose stored pictures the body may name.
   * @throws GatewayError for a body that the route would refuse.
   */
  read(endpoint: BatchEndpoint, body: JsonObject, tenant: string): Promise<ImageRequest>
  /** The body of the answer, as JSON. */
  print(body: JsonObject, result: GatewayResult, baseUrl: string): Promise<JsonObject>
  printError(error: GatewayError, requestId: string, baseUrl: string): JsonObject
}
