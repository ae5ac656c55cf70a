import { noOptions } from '../shared/call-options.ts'

/**
 * DeepInfra takes nothing that the common parameters do not have: what its pages list beside them
 * (`webhook`) would make the answer come elsewhere.
 */
export const checkOptions = noOptions()
