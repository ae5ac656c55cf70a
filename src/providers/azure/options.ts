import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { Unfit } from '../../core/catalog/settings.ts'

/** Azure takes nothing that the common parameters do not have. */
export function checkOptions({ options, model }: CallPlan): Unfit | undefined {
  const [name] = Object.keys(options)
  if (name === undefined) return undefined
  return {
    code: 'options',
    param: `${model.provider}.${name}`,
    reason: `Azure OpenAI has no option ${name}`,
  }
}
