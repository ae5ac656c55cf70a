import type { Unfit } from '../../core/catalog/settings.ts'
import type { CallPlan } from '../../ports/provider.ts'
import { namedOptions } from '../shared/named-options.ts'

/** Which options the operator did not allow, and why. */
export function checkOptions({ model, operation, options }: CallPlan): Unfit | undefined {
  const read = namedOptions(model.wire.options).safeParse(options)
  if (read.success) return undefined
  const issue = read.error.issues[0]
  const name = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.')
  const reason = `option ${name} of ${model.id} (${operation}) is not among its settings' options`
  return { code: 'options', param: `${model.provider}.${name}`, reason }
}
