import { noOptions } from '../shared/call-options.ts'

/** Azure takes nothing that the common parameters do not have. */
export const checkOptions = noOptions()
