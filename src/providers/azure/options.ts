import { refuseOptions } from '../shared/openai-images/no-options.ts'

/** Azure takes nothing that the common parameters do not have. */
export const checkOptions = refuseOptions('Azure OpenAI')
