import { z } from 'zod'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { Unfit } from '../../core/catalog/settings.ts'

/** Most LoRAs of one call; a bound of ours, Together publishes none. */
const MAX_LORAS = 4

/**
 * What callers may send beside the common parameters. Strict, and each only to models that take it
 * (`wire` in models.json): Together answers some of the rest with a 400 and ignores some.
 * Source: docs.together.ai/reference/post-images-generations, read 2026-11-25.
 */
const schema = z
  .strictObject({
    disable_safety_checker: z.boolean(),
    image_loras: z
      .array(z.strictObject({ path: z.url(), scale: z.number().min(-4).max(4) }))
      .min(1)
      .max(MAX_LORAS),
  })
  .partial()

/** Options of a call, read. */
export type TogetherOptions = z.output<typeof schema>

/** Which member of a model's `wire` says that it takes an option. */
const permits: Readonly<Record<keyof TogetherOptions, string>> = {
  disable_safety_checker: 'safety_checker',
  image_loras: 'loras',
}

/** Whether the caller's options for Together are acceptable to the model. */
export function checkOptions({ options, model }: CallPlan): Unfit | undefined {
  const read = schema.safeParse(options)
  if (!read.success) {
    const issue = read.error.issues[0]
    const name = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.')
    return refusal(String(name), `option ${name} of Together AI: ${issue?.message}`)
  }
  for (const name of Object.keys(permits) as (keyof TogetherOptions)[]) {
    const isTaken = model.wire[permits[name]] === true
    if (read.data[name] !== undefined && !isTaken)
      return refusal(name, `${model.id} has no ${name}`)
  }
  return undefined
}

const refusal = (name: string, reason: string): Unfit => ({
  code: 'options',
  param: `together.${name}`,
  reason,
})

/** The options of a call that was checked; of one that was not, none. */
export const readOptions = ({ options }: Pick<CallPlan, 'options'>): TogetherOptions =>
  schema.safeParse(options).data ?? {}
