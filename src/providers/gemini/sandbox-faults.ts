import type { EmulatorAnswer, Fault } from '../shared/emulator.ts'
import {
  badArgument,
  badKey,
  exhausted,
  noSuchModel,
  overloaded,
  serverError,
} from './sandbox-errors.ts'

/** What a played rate limit asks to wait. */
const RATE_LIMIT_PAUSE_SECONDS = 2
/** The limit that is then said to be reached. */
const REQUESTS_PER_MINUTE = 20

/** Faults that come before any work, so nothing is billed. */
export function earlyFault(
  fault: Fault | undefined,
  model: string,
  method: string,
): EmulatorAnswer | undefined {
  switch (fault) {
    case 'invalid-key':
      return badKey()
    case 'no-credit':
      return exhausted(model, RATE_LIMIT_PAUSE_SECONDS, 0)
    case 'rate-limit':
      return exhausted(model, RATE_LIMIT_PAUSE_SECONDS, REQUESTS_PER_MINUTE)
    case 'user-error':
      return badArgument('Request contains an invalid argument.')
    case 'model-gone':
      return noSuchModel(model, method)
    case 'server-error':
      return serverError()
    case 'overloaded':
      return overloaded()
    default:
      return undefined
  }
}
