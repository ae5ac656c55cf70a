import type { EmulatorAnswer, EmulatorKit, Fault } from '../shared/emulator.ts'
import { jsonAnswer } from '../shared/emulator-wire.ts'

/** A code with its words. */
export interface EmulatedError {
  readonly code: string
  readonly message: string
}

/** What is said of a picture that was made and withheld. */
export const withheld: EmulatedError = {
  code: 'DataInspectionFailed',
  message: 'Output data may contain inappropriate content.',
}

/** What is said of a failure inside. */
export const internal: EmulatedError = {
  code: 'InternalError',
  message: 'An internal error has occured, please try again later or contact service support.',
}

/** An error as every path answers it. */
export const refusal = (
  kit: EmulatorKit,
  status: number,
  { code, message }: EmulatedError,
): EmulatorAnswer => jsonAnswer(status, { code, message, request_id: kit.hexId(32) })

/** A parameter that is not taken. */
export const invalid = (kit: EmulatorKit, message: string): EmulatorAnswer =>
  refusal(kit, 400, { code: 'InvalidParameter', message })

/** A key that is not known. */
export const noSuchKey = (kit: EmulatorKit): EmulatorAnswer =>
  refusal(kit, 401, { code: 'InvalidApiKey', message: 'Invalid API-key provided.' })

/** A model that there is not. */
export const noSuchModel = (kit: EmulatorKit): EmulatorAnswer =>
  refusal(kit, 404, { code: 'ModelNotFound', message: 'Model not exist.' })

/** Refusals before any work, in Model Studio's words. */
export function refuse(kit: EmulatorKit, fault: Fault | undefined): EmulatorAnswer | undefined {
  switch (fault) {
    case 'invalid-key':
      return noSuchKey(kit)
    case 'no-credit': {
      const message = 'Access denied, please make sure your account is in good standing.'
      return refusal(kit, 400, { code: 'Arrearage', message })
    }
    case 'rate-limit': {
      const message = 'Requests rate limit exceeded, please try again later.'
      return refusal(kit, 429, { code: 'Throttling.RateQuota', message })
    }
    case 'user-error':
      return invalid(kit, 'prompt is required')
    case 'model-gone':
      return noSuchModel(kit)
    case 'moderate-input': {
      const message = 'Input data may contain inappropriate content.'
      return refusal(kit, 400, { code: 'DataInspectionFailed', message })
    }
    case 'server-error':
      return refusal(kit, 500, internal)
    case 'error-in-200':
      return refusal(kit, 200, internal)
    case 'overloaded': {
      const message = 'Model is unavailable, please try again later.'
      return refusal(kit, 503, { code: 'ModelUnavailable', message })
    }
    default:
      return undefined
  }
}
