import type { EmulatorAnswer } from '../shared/emulator.ts'

const answer = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): EmulatorAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})

/** xAI's usual error: a sentence for the code, and one for the fault. */
const refusal = (status: number, code: string, error: string): EmulatorAnswer =>
  answer(status, { code, error })

/** An argument that xAI does not take. */
export const badArgument = (message: string): EmulatorAnswer =>
  refusal(400, 'Client specified an invalid argument', message)

/** A missing or refused key. */
export const noSuchKey = (): EmulatorAnswer =>
  refusal(
    401,
    'The request does not have valid authentication credentials',
    'Incorrect API key provided: in***ey. You can obtain an API key from https://console.x.ai.',
  )

/** The team has no money left. */
export const noCredit = (): EmulatorAnswer =>
  refusal(
    403,
    'The caller does not have permission to execute the specified operation',
    'Your team has either used all available credits or reached its monthly spending limit.',
  )

/** The model never was, or is gone: xAI does not tell which. */
export const noSuchModel = (model: string): EmulatorAnswer =>
  refusal(
    404,
    'Some requested entity was not found',
    `The model ${model} does not exist or your team does not have access to it.`,
  )

/** A path that xAI does not serve; this error is a sentence alone. */
export const noSuchPath = (): EmulatorAnswer => answer(404, { error: 'Not Found' })

/** Too many requests. */
export const rateLimited = (pauseSeconds: number): EmulatorAnswer =>
  answer(
    429,
    { code: 'Some resource has been exhausted', error: 'Too many requests for team.' },
    { 'retry-after': String(pauseSeconds) },
  )

/** xAI's own fault; this error has the shape of OpenAI's. */
export const serverError = (status: 200 | 500 | 503): EmulatorAnswer => {
  const message = status === 503 ? 'The service is overloaded.' : 'Internal error encountered.'
  return answer(status, { error: { message, type: 'server_error', param: null, code: null } })
}
