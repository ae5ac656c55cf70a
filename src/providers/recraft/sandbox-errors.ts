import type { EmulatorAnswer, Fault } from '../shared/emulator.ts'
import { jsonAnswer } from '../shared/emulator-wire.ts'

/** An error in Recraft's form. */
export const refusal = (
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): EmulatorAnswer => jsonAnswer(status, { code, message }, headers)

/** The answer to a token that is not known. */
export const unauthorised = (): EmulatorAnswer => refusal(401, 'unauthorized', 'Invalid API token')
/** The answer to a name that stands for no model. */
export const noModel = (): EmulatorAnswer => refusal(400, 'invalid_model', 'model is not known')

/** Refusals before any work. */
export function refuse(fault: Fault | undefined): EmulatorAnswer | undefined {
  switch (fault) {
    case 'invalid-key':
      return unauthorised()
    case 'no-credit':
      return refusal(402, 'not_enough_credits', 'API units balance is not enough')
    case 'rate-limit':
      return refusal(429, 'rate_limit_exceeded', 'Too many requests', { 'retry-after': '1' })
    case 'user-error':
      return refusal(400, 'bad_request', 'prompt length should be in [1, 10000]')
    case 'model-gone':
      return noModel()
    case 'moderate-input':
      return refusal(400, 'prompt_moderated', 'The prompt did not pass moderation')
    case 'moderate-output':
      return refusal(400, 'moderated', 'The generated image did not pass moderation')
    case 'server-error':
      return refusal(500, 'internal_error', 'Internal server error')
    case 'overloaded':
      return refusal(503, 'unavailable', 'Service is temporarily unavailable')
    case 'error-in-200':
      return refusal(200, 'internal_error', 'Internal server error')
    default:
      return undefined
  }
}
