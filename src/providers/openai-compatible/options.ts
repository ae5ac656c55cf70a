import { callOptions } from '../shared/call-options.ts'
import { namedOptions } from '../shared/named-options.ts'

const options = callOptions(({ model }) => namedOptions(model.wire.options))

/** The options to send: those that the operator allows. */
export const acceptedOptions = options.read

/** Which options the operator did not allow, and why. */
export const checkOptions = options.check
