import { z } from 'zod'
import type { Unfit } from '../../core/catalog/settings.ts'
import type { CallPlan } from '../../ports/provider.ts'
import { optionsFor } from '../shared/operation-options.ts'

/** Names in the tags of a prompt: what would end the tag is no name. */
const tagName = z.string().regex(/^[^<>:]{1,200}$/, 'must not contain <, > or :')

const members = {
  loras: z
    .array(z.strictObject({ name: tagName, weight: z.number().min(-5).max(5).default(1) }))
    .max(10)
    .optional(),
  sampler: z.string().min(1).max(100).optional(),
  scheduler: z.string().min(1).max(100).optional(),
  clip_skip: z.number().int().min(1).max(12).optional(),
  styles: z.array(z.string().max(200)).max(20).optional(),
  restore_faces: z.boolean().optional(),
  tiling: z.boolean().optional(),
} as const

const editMembers = {
  ...members,
  /** How far the picture may move from its input. */
  strength: z.number().min(0).max(1).optional(),
  /** 0 stretches the input to the size asked for, 1 crops it, 2 fills up around it. */
  resize_mode: z.number().int().min(0).max(2).optional(),
} as const

/** The web UI's parameters for daily work; scripts are the operator's, not the caller's. */
const optionsOf = {
  generate: z.strictObject(members),
  edit: z.strictObject(editMembers),
  inpaint: z.strictObject({
    ...editMembers,
    mask_blur: z.number().int().min(0).max(64).optional(),
    /** What the masked area begins as. */
    fill: z.enum(['fill', 'original', 'latent_noise', 'latent_nothing']).optional(),
    /** Paints the masked area alone, at full resolution. */
    only_masked: z.boolean().optional(),
    only_masked_padding: z.number().int().min(0).max(256).optional(),
  }),
  variation: z.strictObject({}),
} as const

/** All options there are. */
export type A1111Options = z.output<typeof optionsOf.inpaint>

/** The server takes no larger seed (32 bits, modules/processing.py, read 2026-11-20). */
const MOST_SEED = 4_294_967_295

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
export function acceptedOptions(plan: Pick<CallPlan, 'operation' | 'options'>): A1111Options {
  const read = optionsFor(optionsOf, plan.operation).safeParse(plan.options)
  return read.success ? read.data : {}
}
