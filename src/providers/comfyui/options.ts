import type { Unfit } from '../../core/catalog/settings.ts'
import type { CallPlan } from '../../ports/provider.ts'
import type { WorkflowFinder } from './wire.ts'

/** Which options and values the model's graph has no place for, and why. */
export const checkOptions =
  (find: WorkflowFinder) =>
  (plan: CallPlan): Unfit | undefined => {
    const { model, operation, settings } = plan
    const { seed } = settings
    if (seed !== undefined && !(Number.isSafeInteger(seed) && seed >= 0)) {
      const reason = `${model.id} takes whole seeds from 0 to 2^53 - 1, not ${seed}`
      return { code: 'options', param: 'seed', reason }
    }
    const read = find(model.id)?.options(operation).safeParse(plan.options)
    if (read === undefined || read.success) return undefined
    const issue = read.error.issues[0]
    const name = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.')
    const reason = `option ${name} of ${model.id} (${operation}): ${issue?.message}`
    return { code: 'options', param: `${model.provider}.${name}`, reason }
  }
