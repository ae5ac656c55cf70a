import { z } from 'zod'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { Unfit } from '../../core/catalog/settings.ts'

/**
 * What callers may send beside the common parameters. Strict: an option that is not here is
 * refused, so that nothing reaches the provider that was not thought through. SVG is refused for
 * good (it can carry scripts), animated GIF because results are single pictures.
 */
const schema = z.strictObject({
  /** Effort of planning, apart from rendering; gpt-image-2.6 only. */
  complexity: z.enum(['low', 'medium', 'high']).optional(),
  moderation: z.enum(['auto', 'low']).optional(),
})

/** Options of a call, read. */
export type OpenAIOptions = z.output<typeof schema>

/** Names that get a better answer than "unrecognized". */
const REFUSALS: { readonly [name: string]: string } = {
  svg: 'SVG is never made or served: it can carry scripts',
  frame_count: 'animated GIF is not supported',
  frame_duration_ms: 'animated GIF is not supported',
  style: 'no GPT image model has a style',
  response_format: 'GPT image models always answer with base64',
}

const unfit = (name: string, reason: string): Unfit => ({
  code: 'options',
  param: `openai.${name}`,
  reason,
})

/** Whether the caller's options for OpenAI are acceptable to the model. */
export function checkOptions({ options, model }: CallPlan): Unfit | undefined {
  const refused = Object.keys(options).find((name) => Object.hasOwn(REFUSALS, name))
  if (refused !== undefined) return unfit(refused, REFUSALS[refused] ?? '')
  const result = schema.safeParse(options)
  if (!result.success) {
    const issue = result.error.issues[0]
    const name = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path[0]
    return unfit(String(name ?? ''), issue?.message ?? 'not acceptable')
  }
  if (result.data.complexity !== undefined && model.wire.complexity !== true) {
    return unfit('complexity', `${model.id} has no complexity`)
  }
  return undefined
}

/** The options of a call that was checked; of one that was not, none. */
export const readOptions = ({ options }: Pick<CallPlan, 'options'>): OpenAIOptions =>
  schema.safeParse(options).data ?? {}
