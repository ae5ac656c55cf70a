import { z } from 'zod'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { Unfit } from '../../core/catalog/settings.ts'
import { factsOf } from './facts.ts'

const suppliers = z.array(z.string().min(1)).min(1).max(20)

/**
 * What callers may send beside the common parameters: which suppliers may serve the call, and what
 * the supplier itself takes. Strict, and what is passed through must stand in the model's record.
 */
const schema = z.strictObject({
  /** Suppliers to try, in this order. */
  order: suppliers.optional(),
  /** No other suppliers. */
  only: suppliers.optional(),
  ignore: suppliers.optional(),
  sort: z.enum(['price', 'throughput', 'latency']).optional(),
  allow_fallbacks: z.boolean().optional(),
  /** Parameters of the supplier's own, such as `steps` or `safety_tolerance`. */
  passthrough: z.record(z.string(), z.json()).optional(),
})

/** Options of a call, read. */
export type OpenRouterOptions = z.output<typeof schema>

const unfit = (name: string, reason: string): Unfit => ({
  code: 'options',
  param: `openrouter.${name}`,
  reason,
})

/** Whether the caller's options for OpenRouter are acceptable to the model. */
export function checkOptions({ options, model }: CallPlan): Unfit | undefined {
  const result = schema.safeParse(options)
  if (!result.success) {
    const issue = result.error.issues[0]
    const name = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.')
    return unfit(String(name ?? ''), issue?.message ?? 'not acceptable')
  }
  const { passthrough = {} } = result.data
  const allowed = factsOf(model).passthrough
  const foreign = Object.keys(passthrough).find((name) => !allowed.includes(name))
  if (foreign !== undefined) {
    const list = allowed.length === 0 ? 'nothing' : allowed.join(', ')
    return unfit(`passthrough.${foreign}`, `for ${model.id} OpenRouter passes on ${list}`)
  }
  const { font_inputs: fonts } = passthrough
  if (fonts !== undefined && !Array.isArray(fonts)) {
    return unfit('passthrough.font_inputs', 'must be a list, because each font costs a fee')
  }
  return undefined
}

/** The options of a call that was checked; of one that was not, none. */
export const readOptions = ({ options }: Pick<CallPlan, 'options'>): OpenRouterOptions =>
  schema.safeParse(options).data ?? {}
