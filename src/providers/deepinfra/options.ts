import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { Unfit } from '../../core/catalog/settings.ts'

/**
 * DeepInfra takes nothing that the common parameters do not have: what its pages list beside them
 * (`webhook`) would make the answer come elsewhere.
 */
export function checkOptions({ options }: CallPlan): Unfit | undefined {
  const [name] = Object.keys(options)
  if (name === undefined) return undefined
  const reason = `DeepInfra has no option ${name}`
  return { code: 'options', param: `deepinfra.${name}`, reason }
}
