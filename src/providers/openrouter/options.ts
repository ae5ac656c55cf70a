import { z } from 'zod'
import { callOptions, unfitOption } from '../shared/call-options.ts'
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

const options = callOptions(() => schema, {
  flawOf({ passthrough = {} }, plan) {
    const allowed = factsOf(plan.model).passthrough
    const foreign = Object.keys(passthrough).find((name) => !allowed.includes(name))
    if (foreign !== undefined) {
      const list = allowed.length === 0 ? 'nothing' : allowed.join(', ')
      return unfitOption(plan, `passthrough.${foreign}`, `OpenRouter passes on ${list}`)
    }
    const { font_inputs: fonts } = passthrough
    return fonts === undefined || Array.isArray(fonts)
      ? undefined
      : unfitOption(plan, 'passthrough.font_inputs', 'must be a list, each font costs a fee')
  },
})

/** The options of a call that was checked; of one that was not, none. */
export const readOptions = options.read

/** Whether the caller's options for OpenRouter are acceptable to the model. */
export const checkOptions = options.check
