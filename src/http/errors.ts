import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { GatewayError } from '../core/errors/gateway-error.ts'
import type { JsonObject } from '../core/json.ts'
import { dollarsFromNano } from '../core/money.ts'
import type { HttpContext } from './context.ts'
import { nameHeader } from './name-header.ts'
import { rateHeaders } from './rate-headers.ts'

/** Fastify's own refusals, in the words of our catalogue. */
const FASTIFY_ERRORS: Readonly<Record<string, () => GatewayError>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: () =>
    new GatewayError('invalid_json', 'The body is not valid JSON.'),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => new GatewayError('invalid_json', 'The body is empty.'),
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new GatewayError('payload_too_large', 'The body is larger than this route takes.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new GatewayError('unsupported_media_type', 'The content-type is not one this route takes.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new GatewayError('invalid_request', 'The body is not as long as content-length says.'),
  FST_REQ_FILE_TOO_LARGE: () =>
    new GatewayError('payload_too_large', 'A file is larger than 50 MB.', { param: 'image' }),
  FST_FILES_LIMIT: () =>
    new GatewayError('payload_too_large', 'Too many files.', { param: 'image' }),
  FST_PARTS_LIMIT: () => new GatewayError('payload_too_large', 'Too many parts.'),
  FST_FIELDS_LIMIT: () => new GatewayError('payload_too_large', 'Too many fields.'),
  FST_PROTO_VIOLATION: () =>
    new GatewayError('unsupported_parameter', 'A field has a name that is not allowed.'),
  FST_INVALID_MULTIPART_CONTENT_TYPE: () =>
    new GatewayError('unsupported_media_type', 'The body is not multipart/form-data.'),
  FST_INVALID_JSON_FIELD_ERROR: () =>
    new GatewayError('invalid_json', 'A field that says it is JSON is not.'),
  FST_MP_PREMATURE_CLOSE: () =>
    new GatewayError('invalid_request', 'The multipart body ended too early.'),
  FST_ERR_BAD_URL: () => new GatewayError('invalid_request', 'The path cannot be decoded.'),
  FST_ERR_MAX_PARAM_LENGTH: () => new GatewayError('not_found', 'There is nothing at this path.'),
}

/** Whether Fastify or its plugins refused the request for a reason that we have words for. */
export const isKnownRefusal = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && Object.hasOwn(FASTIFY_ERRORS, String(error.code))

/** Any error as one of ours; what is not known is a defect and says nothing of its inside. */
export function toGatewayError(error: unknown): GatewayError {
  if (GatewayError.isInstance(error)) return error
  const { code, statusCode } = Object(error) as Partial<FastifyError>
  const known = isKnownRefusal(error) ? FASTIFY_ERRORS[String(code)] : undefined
  if (known !== undefined) return known()
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    const message = error instanceof Error ? error.message : 'The request is malformed.'
    return new GatewayError('invalid_request', message)
  }
  return new GatewayError('internal_error', 'The gateway failed.', { cause: error })
}

/** What callers sent is told back to them, but not at any length. */
const MAX_PARAM = 100
const MAX_MESSAGE = 2_000

const shorten = (text: string, limit: number): string =>
  text.length > limit ? `${text.slice(0, limit)}…` : text

/** Providers' words may end anyhow; our advice follows them. */
const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`)

/** OpenAI's error body, with our advice, documentation link and request id. */
export function printError(
  error: GatewayError,
  requestId: string,
  baseUrl: string,
  { param, message }: Pick<GatewayError, 'param' | 'message'> = error,
): JsonObject {
  return {
    error: {
      message: `${sentence(shorten(message, MAX_MESSAGE))} ${error.entry.advice}`,
      type: error.entry.type,
      param: param === undefined ? null : shorten(param, MAX_PARAM),
      code: error.code,
      doc_url: `${baseUrl}/docs/errors#${error.code}`,
      request_id: error.requestId ?? requestId,
      ...(error.tried === undefined ? {} : { tried: error.tried }),
      ...(error.resetsAt === undefined
        ? {}
        : { resets_at: new Date(error.resetsAt).toISOString() }),
    },
  }
}

/** Headers that tell clients whether and when to send again, and what the failure cost. */
function errorHeaders(error: GatewayError): Record<string, string> {
  const headers: Record<string, string> = { 'x-should-retry': String(error.retryable) }
  if (error.costNano !== undefined) headers['x-keeprate-cost'] = dollarsFromNano(error.costNano)
  const waitMs = error.retryAfterMs ?? (error.retryable ? 1_000 : undefined)
  if (waitMs !== undefined) {
    headers['retry-after'] = String(Math.max(1, Math.ceil(waitMs / 1000)))
    headers['retry-after-ms'] = String(Math.ceil(waitMs))
  }
  if (error.budgetLeftNano !== undefined) {
    headers['x-keeprate-budget-remaining'] = dollarsFromNano(error.budgetLeftNano)
  }
  if (error.rate !== undefined) Object.assign(headers, rateHeaders(error.rate))
  return headers
}

/** Where this request reached us, for links in answers. */
export const baseUrlOf = (request: FastifyRequest): string =>
  `${request.protocol}://${request.host}`

/**
 * Keeps the connection of a client that is still sending. Closed under it, it would look broken,
 * the answer would be lost, and the same would be sent again. What still comes is thrown away.
 */
function lingerOpen(reply: FastifyReply): void {
  reply.removeHeader('connection')
  reply.raw.shouldKeepAlive = true
}

/** Answers a request with an error. */
export type ErrorSender = (error: unknown, request: FastifyRequest, reply: FastifyReply) => void

/** The one place where errors become answers. */
export const createErrorSender =
  ({
    publicUrl,
    budgetStatus = 429,
  }: Pick<HttpContext, 'publicUrl' | 'budgetStatus'>): ErrorSender =>
  (error, request, reply) => {
    const known = toGatewayError(error)
    if (known.code === 'internal_error') request.log.error({ err: error }, 'request failed')
    const requestId = known.requestId ?? request.id
    if (!request.raw.complete) lingerOpen(reply)
    reply
      .status(known.code === 'insufficient_quota' ? budgetStatus : known.entry.status)
      .headers({
        ...errorHeaders(known),
        'x-request-id': requestId,
        'x-content-type-options': 'nosniff',
      })
      .send(
        printError(
          known,
          requestId,
          publicUrl ?? baseUrlOf(request),
          nameHeader(known, request.headers),
        ),
      )
  }
