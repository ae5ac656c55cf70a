import { z } from 'zod'
import { callOptions, unfitOption } from '../shared/call-options.ts'

/** Most elements of one call; a bound of ours. */
const MAX_ELEMENTS = 4

/**
 * What callers may send beside the common parameters, by our names.
 * Source: docs.leonardo.ai/reference/creategeneration and the models' guides, read 2026-11-25.
 */
const schema = z
  .strictObject({
    /** The mode of better quality; Leonardo's default is yes, and it costs more. */
    alchemy: z.boolean(),
    ultra: z.boolean(),
    /** Low, medium and high contrast; medium unless said. */
    contrast: z.union([z.literal(3), z.literal(3.5), z.literal(4)]),
    style_uuid: z.guid(),
    preset_style: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
    enhance_prompt: z.boolean(),
    /** How much of the input an edit keeps. */
    init_strength: z.number().min(0.1).max(0.9),
    /** LoRAs, by Leonardo's ids of them. */
    elements: z
      .array(z.strictObject({ akUUID: z.guid(), weight: z.number().min(-1).max(2) }))
      .min(1)
      .max(MAX_ELEMENTS),
  })
  .partial()

/** Options of a call, read. */
type LeonardoOptions = z.output<typeof schema>

/** Which options a family of models takes (`wire.family`), beside those that all take. */
const families: Readonly<Record<string, readonly (keyof LeonardoOptions)[]>> = {
  contrast: ['alchemy', 'ultra', 'contrast', 'elements'],
  kontext: [],
  stable_diffusion: ['alchemy', 'preset_style', 'init_strength', 'elements'],
}
const common: readonly (keyof LeonardoOptions)[] = ['style_uuid', 'enhance_prompt']

const options = callOptions(() => schema, {
  flawOf(read, plan) {
    const taken = [...common, ...(families[String(plan.model.wire.family)] ?? [])]
    const stranger = Object.keys(read).find((name) => !taken.some((known) => known === name))
    if (stranger !== undefined) return unfitOption(plan, stranger, 'the model has none')
    return read.init_strength !== undefined && plan.images.length === 0
      ? unfitOption(plan, 'init_strength', 'needs an input image')
      : undefined
  },
})

/** The options of a call that was checked; of one that was not, none. */
export const readOptions = options.read

/** Whether the caller's options for Leonardo are acceptable to the model. */
export const checkOptions = options.check
