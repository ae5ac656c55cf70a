import type { CallPlan } from '../../../core/catalog/call-plan.ts'
import type { Unfit } from '../../../core/catalog/settings.ts'

/**
 * Refuses every option of a provider that takes nothing which the common parameters do not have.
 * @param service its name, for the message.
 */
export const refuseOptions =
  (service: string) =>
  ({ options, model }: Pick<CallPlan, 'options' | 'model'>): Unfit | undefined => {
    const [name] = Object.keys(options)
    if (name === undefined) return undefined
    const reason = `${service} has no option ${name}`
    return { code: 'options', param: `${model.provider}.${name}`, reason }
  }
