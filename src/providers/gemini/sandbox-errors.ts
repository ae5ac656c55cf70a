import type { EmulatorAnswer } from '../shared/emulator.ts'

/** Google's words for each HTTP status (google.rpc.Code). */
const STATUSES: { readonly [code: number]: string } = {
  400: 'INVALID_ARGUMENT',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
}

/** The body of an error, alone or in a stream. */
export const errorBody = (code: number, message: string, details: readonly object[] = []) => ({
  error: {
    code,
    message,
    status: STATUSES[code] ?? 'UNKNOWN',
    ...(details.length === 0 ? {} : { details }),
  },
})

/** An error answer. */
const errorAnswer = (
  code: number,
  message: string,
  details: readonly object[] = [],
): EmulatorAnswer => ({
  status: code,
  headers: { 'content-type': 'application/json; charset=UTF-8' },
  body: JSON.stringify(errorBody(code, message, details), null, 2),
})

/** A value that the API or the model does not take. */
export const badArgument = (message: string): EmulatorAnswer => errorAnswer(400, message)

/** A field that the schema of the API does not have. */
export function unknownField(name: string, path: string): EmulatorAnswer {
  const place = path === '' ? '' : ` at '${path}'`
  const found = `Unknown name "${name}"${place}: Cannot find field.`
  const description = `Invalid JSON payload received. ${found}`
  const violation = path === '' ? { description } : { field: path, description }
  return errorAnswer(400, description, [
    { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [violation] },
  ])
}

/** A key that Google does not know; it is an invalid argument to Google. */
export const badKey = (): EmulatorAnswer =>
  errorAnswer(400, 'API key not valid. Please pass a valid API key.', [
    {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: 'API_KEY_INVALID',
      domain: 'googleapis.com',
      metadata: { service: 'generativelanguage.googleapis.com' },
    },
  ])

/** A request without any key. */
export const noKey = (): EmulatorAnswer =>
  errorAnswer(
    403,
    "Method doesn't allow unregistered callers (callers without established identity). " +
      'Please use API Key or other form of API consumer identity to call this API.',
  )

/** The model never was, is shut down, or has not this method: Google does not tell which. */
export const noSuchModel = (model: string, method: string): EmulatorAnswer =>
  errorAnswer(
    404,
    `models/${model} is not found for API version v1beta, or is not supported for ${method}. ` +
      'Call ListModels to see the list of available models and their supported methods.',
  )

/** A path that the API does not have. */
export const noSuchPath = (): EmulatorAnswer => errorAnswer(404, 'Requested entity was not found.')

/** Too many requests, or (with a quota of zero) none allowed at all. */
export function exhausted(model: string, pauseSeconds: number, limit: number): EmulatorAnswer {
  const metric = 'generativelanguage.googleapis.com/generate_content_requests'
  const message =
    'You exceeded your current quota, please check your plan and billing details. ' +
    `* Quota exceeded for metric: ${metric}, limit: ${limit}, model: ${model}\n` +
    `Please retry in ${pauseSeconds}s.`
  return errorAnswer(429, message, [
    {
      '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
      violations: [
        {
          quotaMetric: metric,
          quotaId: 'GenerateRequestsPerMinutePerProjectPerModel',
          quotaDimensions: { location: 'global', model },
          quotaValue: String(limit),
        },
      ],
    },
    { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${pauseSeconds}s` },
  ])
}

/** Google's own fault. */
export const serverError = (): EmulatorAnswer => errorAnswer(500, 'An internal error has occurred.')

/** Too much to do for all. */
export const overloaded = (): EmulatorAnswer =>
  errorAnswer(503, 'The model is overloaded. Please try again later.')
