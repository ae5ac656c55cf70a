import { z } from 'zod'
import { callOptions, firstUnfit, unfitOption } from '../shared/call-options.ts'
import { inputsWithin } from '../shared/plan-limits.ts'

// Names, values and limits of this file: docs.agents.lumalabs.ai, read 2026-11-25.

const MAX_REFERENCES = 9
const MAX_INPUT_BYTES = 50 * 1_000_000

/** Luma fetches references itself, so they must lie where everybody can see them. */
const reference = z.strictObject({ url: z.url({ protocol: /^https$/ }) })

const schema = z
  .strictObject({
    style: z.enum(['auto', 'manga']),
    web_search: z.boolean(),
    image_ref: z.array(reference).min(1).max(MAX_REFERENCES),
  })
  .partial()

const options = callOptions(() => schema, {
  flawOf: ({ image_ref: links = [] }, plan) =>
    plan.images.length + links.length <= MAX_REFERENCES
      ? undefined
      : unfitOption(plan, 'image_ref', `${MAX_REFERENCES} pictures are taken, with the inputs`),
})

/** The options of a call that was checked; of one that was not, none. */
export const readOptions = options.read

/** Whether the caller's options and inputs are acceptable to Luma. */
export const checkOptions = firstUnfit(inputsWithin({ eachBytes: MAX_INPUT_BYTES }), options.check)

/** References that the caller gave as links; they are paid like input images. */
export const linkedReferences = (plan: Parameters<typeof readOptions>[0]): number =>
  readOptions(plan).image_ref?.length ?? 0
