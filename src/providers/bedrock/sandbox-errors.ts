import type { EmulatorAnswer, EmulatorKit, Fault } from '../shared/emulator.ts'
import { jsonAnswer } from '../shared/emulator-wire.ts'

/** A request id as AWS has them. */
export const requestIdOf = (kit: EmulatorKit): string =>
  [8, 4, 4, 4, 12].map((length) => kit.hexId(length)).join('-')

/** An exception of AWS: its name in a header, its words in the body. */
export const exception = (
  kit: EmulatorKit,
  status: number,
  name: string,
  message: string,
): EmulatorAnswer =>
  jsonAnswer(
    status,
    { message },
    {
      'x-amzn-errortype': `${name}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
      'x-amzn-requestid': requestIdOf(kit),
    },
  )

/** A body that the model does not take. */
export const malformed = (kit: EmulatorKit, problem: string): EmulatorAnswer =>
  exception(
    kit,
    400,
    'ValidationException',
    `Malformed input request: ${problem}, please reformat your input and try again.`,
  )

/** A model whose last day is over. */
export const ended = (kit: EmulatorKit): EmulatorAnswer =>
  exception(
    kit,
    404,
    'ResourceNotFoundException',
    'This model version has reached the end of its life. Please refer to the AWS documentation ' +
      'for more details.',
  )

/** Refusals before any work, in Bedrock's words. */
export function refuse(kit: EmulatorKit, fault: Fault | undefined): EmulatorAnswer | undefined {
  const unexpected = 'The system encountered an unexpected error during processing.'
  switch (fault) {
    case 'invalid-key': {
      const words = 'The security token included in the request is invalid.'
      return exception(kit, 403, 'UnrecognizedClientException', words)
    }
    case 'no-credit': {
      const reason = 'INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be provided.'
      return exception(kit, 403, 'AccessDeniedException', `Model access is denied due to ${reason}`)
    }
    case 'rate-limit': {
      const words = 'Too many requests, please wait before trying again.'
      return exception(kit, 429, 'ThrottlingException', words)
    }
    case 'user-error':
      return malformed(kit, '#: required key [prompt] not found')
    case 'model-gone':
      return ended(kit)
    case 'server-error':
      return exception(kit, 500, 'InternalServerException', unexpected)
    case 'overloaded': {
      const words = 'Bedrock is unable to process your request.'
      return exception(kit, 503, 'ServiceUnavailableException', words)
    }
    default:
      return undefined
  }
}
