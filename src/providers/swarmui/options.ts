import { z } from 'zod'
import type { Unfit } from '../../core/catalog/settings.ts'
import type { CallPlan } from '../../ports/provider.ts'
import { optionsFor } from '../shared/operation-options.ts'

const members = {
  loras: z
    .array(
      z.strictObject({
        // Names are joined by commas on the server.
        name: z.string().regex(/^[^,|]{1,200}$/, 'must not contain , or |'),
        weight: z.number().min(-5).max(5).default(1),
      }),
    )
    .max(10)
    .optional(),
  sampler: z.string().min(1).max(100).optional(),
  scheduler: z.string().min(1).max(100).optional(),
} as const

const editing = z.strictObject({
  ...members,
  /** How far the picture may move from its input; the server's own 0.6 unless said. */
  strength: z.number().min(0).max(1).optional(),
})

const optionsOf = {
  generate: z.strictObject(members),
  edit: editing,
  inpaint: editing,
} as const

/** All options there are. */
type SwarmOptions = z.output<typeof editing>

/** The largest seed of the interface (src/Text2Image/T2IParamTypes.cs, read 2026-11-26). */
const MOST_SEED = 9_007_199_254_740_991

/** Which options and values the server does not take, and why. */
export function checkOptions(plan: CallPlan): Unfit | undefined {
  const { model, operation, settings } = plan
  if (settings.seed !== undefined && (settings.seed < 0 || settings.seed > MOST_SEED)) {
    const reason = `${model.id} takes seeds from 0 to ${MOST_SEED}, not ${settings.seed}`
    return { code: 'options', param: 'seed', reason }
  }
  const read = optionsFor(optionsOf, operation).safeParse(plan.options)
  if (read.success) return undefined
  const issue = read.error.issues[0]
  const name = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.')
  const reason = `option ${name} of ${model.id} (${operation}): ${issue?.message}`
  return { code: 'options', param: `${model.provider}.${name}`, reason }
}

/** The options to send; none when they are not valid. */
export function acceptedOptions(plan: Pick<CallPlan, 'operation' | 'options'>): SwarmOptions {
  const read = optionsFor(optionsOf, plan.operation).safeParse(plan.options)
  return read.success ? read.data : {}
}
