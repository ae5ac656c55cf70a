import type { EmulatorAnswer } from '../emulator.ts'

/** An error as OpenAI prints it. */
interface WireError {
  readonly message: string
  readonly type: string
  readonly param?: string
  readonly code?: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** The body of an error answer, or the data of an error event. */
export const errorBody = ({ message, type, param, code, details }: WireError) => ({
  error: { message, type, param: param ?? null, code: code ?? null, ...details },
})

const answer = (
  status: number,
  error: WireError,
  headers: Readonly<Record<string, string>> = {},
): EmulatorAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(errorBody(error), null, 2),
})

/** OpenAI's answer to a parameter that it does not take. */
export const badParameter = (
  param: string,
  message: string,
  code = 'invalid_value',
): EmulatorAnswer => answer(400, { message, type: 'invalid_request_error', param, code })

/** A picture request that breaks a rule of the image service itself, such as a size. */
export const badImageParameter = (param: string, message: string): EmulatorAnswer =>
  answer(400, { message, type: 'image_generation_user_error', param, code: 'invalid_value' })

/** The model never was, is retired, or is shut down: OpenAI does not tell which. */
const noSuchModel = (model: string): EmulatorAnswer =>
  answer(404, {
    message: `The model '${model}' does not exist or you do not have access to it.`,
    type: 'invalid_request_error',
    code: 'model_not_found',
  })

/** A missing or refused key. */
const noSuchKey = (): EmulatorAnswer =>
  answer(401, {
    message: 'Incorrect API key provided. Find your API key in your account settings.',
    type: 'invalid_request_error',
    code: 'invalid_api_key',
  })

/** A path or method that OpenAI does not serve. */
export const noSuchPath = (method: string, path: string): EmulatorAnswer =>
  answer(404, { message: `Invalid URL (${method} ${path})`, type: 'invalid_request_error' })

/** What the safety system says, before or after the picture was made. */
export const moderationError = (stage: 'input' | 'output', requestId: string): WireError => ({
  message:
    'Your request was rejected by the safety system. If you believe this is an error, contact us ' +
    `at help.openai.com and include the request ID ${requestId}. safety_violations=[violence].`,
  type: 'image_generation_user_error',
  code: 'moderation_blocked',
  details: { moderation_details: { moderation_stage: stage, categories: ['violence'] } },
})

/** A request that the safety system refused. */
const moderated = (stage: 'input' | 'output', requestId: string): EmulatorAnswer =>
  answer(400, moderationError(stage, requestId))

/** The account has no money left. */
const noCredit = (): EmulatorAnswer =>
  answer(429, {
    message: 'You exceeded your current quota, please check your plan and billing details.',
    type: 'insufficient_quota',
    code: 'insufficient_quota',
  })

/** Too many requests or images a minute. */
const rateLimited = (model: string, pauseSeconds: number): EmulatorAnswer =>
  answer(
    429,
    {
      message:
        `Rate limit reached for ${model} on images per min. ` +
        `Please try again in ${pauseSeconds}s.`,
      type: 'images',
      code: 'rate_limit_exceeded',
    },
    { 'retry-after': String(pauseSeconds), 'retry-after-ms': String(pauseSeconds * 1_000) },
  )

/** The service's own fault. */
export const serverError = (status: 200 | 500 | 503, requestId: string): EmulatorAnswer =>
  answer(status, {
    message:
      status === 503
        ? 'The engine is currently overloaded, please try again later.'
        : 'The server had an error while processing your request. Include the request ID ' +
          `${requestId} when you contact support.`,
    type: 'server_error',
    ...(status === 503 ? {} : { code: 'server_error' }),
  })

/** What services say differently of the same troubles. */
export interface EmulatedWords {
  readonly noSuchKey: () => EmulatorAnswer
  readonly noSuchModel: (model: string) => EmulatorAnswer
  readonly moderated: (stage: 'input' | 'output', requestId: string) => EmulatorAnswer
  readonly noCredit: () => EmulatorAnswer
  readonly rateLimited: (model: string, pauseSeconds: number) => EmulatorAnswer
}

/** OpenAI's own words. */
export const openAIWords: EmulatedWords = {
  noSuchKey,
  noSuchModel,
  moderated,
  noCredit,
  rateLimited,
}
