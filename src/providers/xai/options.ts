import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { Unfit } from '../../core/catalog/settings.ts'

/** Names that get a better answer than "there is no such option". */
const REFUSALS: { readonly [name: string]: string } = {
  output_format: 'xAI chooses the format; ask for output_format in the request, it is converted',
  sync_mode: 'pictures always come with the answer',
  resolution: 'it is a parameter of the request itself',
  aspect_ratio: 'it is a parameter of the request itself',
  quality: 'it is a parameter of the request itself',
  user: 'a hash of key and end user is sent',
}

/**
 * Whether the caller's options for xAI are acceptable: there are none, all that xAI takes has a
 * place in the request itself.
 */
export function checkOptions({ options }: CallPlan): Unfit | undefined {
  const [name] = Object.keys(options)
  if (name === undefined) return undefined
  const reason = (Object.hasOwn(REFUSALS, name) ? REFUSALS[name] : undefined) ?? 'no such option'
  return { code: 'options', param: `xai.${name}`, reason }
}
