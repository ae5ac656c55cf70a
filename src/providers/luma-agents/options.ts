import { z } from 'zod'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { Unfit } from '../../core/catalog/settings.ts'

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

/** Options of a call, read. */
export type LumaOptions = z.output<typeof schema>

/** Whether the caller's options and inputs are acceptable to Luma. */
export function checkOptions(plan: CallPlan): Unfit | undefined {
  if (plan.images.some(({ byteLength }) => byteLength > MAX_INPUT_BYTES)) {
    const reason = 'Luma takes input images of at most 50 MB'
    return { code: 'inputs', param: 'image', reason }
  }
  const read = schema.safeParse(plan.options)
  if (!read.success) {
    const issue = read.error.issues[0]
    const name = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.')
    return unfit(String(name), `option ${name} of Luma: ${issue?.message}`)
  }
  if (plan.images.length + linkedReferences(plan) <= MAX_REFERENCES) return undefined
  return unfit('image_ref', `Luma takes ${MAX_REFERENCES} pictures, input images among them`)
}

const unfit = (name: string, reason: string): Unfit => ({
  code: 'options',
  param: `luma-agents.${name}`,
  reason,
})

/** The options of a call that was checked; of one that was not, none. */
export const readOptions = ({ options }: Pick<CallPlan, 'options'>): LumaOptions =>
  schema.safeParse(options).data ?? {}

/** References that the caller gave as links; they are paid like input images. */
export const linkedReferences = (plan: Pick<CallPlan, 'options'>): number =>
  readOptions(plan).image_ref?.length ?? 0
