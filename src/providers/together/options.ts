import { z } from 'zod'
import { callOptions, unfitOption } from '../shared/call-options.ts'

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

/** Which member of a model's `wire` says that it takes an option. */
const permits = { disable_safety_checker: 'safety_checker', image_loras: 'loras' } as const

const options = callOptions(() => schema, {
  flawOf(read, plan) {
    const names = Object.keys(permits) as (keyof typeof permits)[]
    const isTaken = (name: keyof typeof permits) => plan.model.wire[permits[name]] === true
    const stranger = names.find((name) => read[name] !== undefined && !isTaken(name))
    return stranger && unfitOption(plan, stranger, 'the model has none')
  },
})

/** The options of a call that was checked; of one that was not, none. */
export const readOptions = options.read

/** Whether the caller's options for Together are acceptable to the model. */
export const checkOptions = options.check
