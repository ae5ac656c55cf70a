import { type ErrorCode, errorCatalogue } from '../core/errors/catalogue.ts'
import { GatewayError } from '../core/errors/gateway-error.ts'
import type { RequestRecord } from '../core/jobs/request-record.ts'
import type { JsonObject } from '../core/json.ts'

/** What a record keeps of a failure: all that is needed to tell it once more. */
export const toErrorSummary = ({ code, message, param, tried }: GatewayError): JsonObject => ({
  code,
  message,
  param,
  tried,
})

/** The failure that a request ended with, as its caller was told. */
export function storedError({ id, error = {}, costNano }: RequestRecord): GatewayError {
  const { code, message, param, tried } = error
  return new GatewayError(isCode(code) ? code : 'internal_error', String(message ?? ''), {
    requestId: id,
    costNano,
    ...(typeof param === 'string' ? { param } : {}),
    ...(Array.isArray(tried) ? { tried } : {}),
    ...(costNano > 0n ? { retryable: false } : {}),
  })
}

const isCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(errorCatalogue, code)
