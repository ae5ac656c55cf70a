import { z } from 'zod'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { Unfit } from '../../core/catalog/settings.ts'
import type { JsonObject } from '../../core/json.ts'

/** Luma fetches references itself, so they must lie where everybody can see them. */
const url = z.url({ protocol: /^https$/ })
const reference = z.strictObject({ url, weight: z.number().min(0).max(1).optional() })

/** What callers may send beside the common parameters (npm lumaai 1.19.1, read 2026-11-20). */
const schema = z
  .strictObject({
    image_ref: z.array(reference).min(1).max(4),
    style_ref: z.array(reference).min(1).max(4),
    character_ref: z.strictObject({
      identity0: z.strictObject({ images: z.array(url).min(1).max(4) }),
    }),
  })
  .partial()

/** Whether the caller's options for Luma are acceptable. */
export function checkOptions({ options }: CallPlan): Unfit | undefined {
  const read = schema.safeParse(options)
  if (read.success) return undefined
  const issue = read.error.issues[0]
  const name = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.')
  const reason = `option ${name} of Luma: ${issue?.message}`
  return { code: 'options', param: `luma.${name}`, reason }
}

/** The options to send, or none when they are not valid. */
export function acceptedOptions({ options }: Pick<CallPlan, 'options'>): JsonObject {
  const read = schema.safeParse(options)
  return read.success ? (read.data as JsonObject) : {}
}
