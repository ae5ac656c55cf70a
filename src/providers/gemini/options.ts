import { z } from 'zod'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { Model } from '../../core/catalog/model.ts'
import type { Unfit } from '../../core/catalog/settings.ts'

/**
 * What callers may send beside the common parameters. Strict: an option that is not here is
 * refused, so that nothing reaches Google that was not thought through.
 */
const schema = z.strictObject({
  /** Thinking is billed as text; without this a model thinks as little as it can. */
  thinking_level: z.enum(['minimal', 'medium', 'high']).optional(),
  /** Lets the model search the web before it paints; each search costs a fee. */
  google_search: z.boolean().optional(),
  /** From which probability of harm on a picture is blocked, in all categories. */
  safety_threshold: z
    .enum(['off', 'block_none', 'block_only_high', 'block_medium_and_above', 'block_low_and_above'])
    .optional(),
})

/** Options of a call, read. */
export type GeminiOptions = z.output<typeof schema>

/** Names that get a better answer than "unrecognized". */
const REFUSALS: { readonly [name: string]: string } = {
  person_generation: 'only Vertex AI has it, not the Gemini API',
  image_output_options: 'only Vertex AI has it, not the Gemini API',
  seed: 'Google takes a seed and ignores it',
  temperature: 'pictures are made at the usual temperature',
}

/**
 * Largest request with pictures in it, 100 MB since January 2026 (ai.google.dev, as of 2026-01),
 * before base64 makes it a third larger, with some room for the rest.
 */
const MAX_INPUT_BYTES = 74_000_000

/** Levels of thinking that a model lets its caller choose; undefined when it never thinks. */
export function thinkingLevelsOf({ wire }: Pick<Model, 'wire'>): readonly string[] | undefined {
  const levels = wire.thinking_levels
  return Array.isArray(levels) ? levels.map(String) : undefined
}

const unfit = (name: string, reason: string): Unfit => ({
  code: 'options',
  param: `gemini.${name}`,
  reason,
})

/** Whether the caller's options for Google are acceptable to the model. */
export function checkOptions({ options, model, images }: CallPlan): Unfit | undefined {
  if (images.reduce((sum, { byteLength }) => sum + byteLength, 0) > MAX_INPUT_BYTES) {
    const reason = 'Google takes requests of at most 100 MB, input images included'
    return { code: 'inputs', param: 'image', reason }
  }
  const refused = Object.keys(options).find((name) => Object.hasOwn(REFUSALS, name))
  if (refused !== undefined) return unfit(refused, REFUSALS[refused] ?? '')
  const result = schema.safeParse(options)
  if (!result.success) {
    const issue = result.error.issues[0]
    const name = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path[0]
    return unfit(String(name ?? ''), issue?.message ?? 'not acceptable')
  }
  const level = result.data.thinking_level
  const levels = thinkingLevelsOf(model) ?? []
  if (level !== undefined && !levels.includes(level)) {
    const choice = levels.length === 0 ? 'no choice' : `only ${levels.join(' and ')}`
    return unfit('thinking_level', `${model.id} has ${choice}, not ${level}`)
  }
  return undefined
}

/** The options of a call that was checked; of one that was not, none. */
export const readOptions = ({ options }: Pick<CallPlan, 'options'>): GeminiOptions =>
  schema.safeParse(options).data ?? {}
