import { z } from 'zod'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { Unfit } from '../../core/catalog/settings.ts'
import { shapeOf } from './shape.ts'

/** With an input image no more than this is allowed (docs.fireworks.ai, read 2026-11-25). */
const EDIT_TOLERANCE = 2

/**
 * What callers may send beside the common parameters, by the shape of the call. Webhooks are left
 * out because the gateway polls, and because Fireworks does not say how it signs them.
 * Source: docs.fireworks.ai API reference, read 2026-11-25.
 */
const schemas = {
  workflow: z.strictObject({}),
  kontext: z
    .strictObject({
      prompt_upsampling: z.boolean(),
      safety_tolerance: z.number().int().min(0).max(6),
    })
    .partial(),
  legacy: z.strictObject({ safety_check: z.boolean() }).partial(),
} as const

/** Whether the caller's options, and the seed, are acceptable. */
export function checkOptions({ options, model, images, settings }: CallPlan): Unfit | undefined {
  const shape = shapeOf(model)
  if (settings.seed === 0 && shape !== 'kontext') {
    const reason = 'Fireworks takes seed 0 for a random one; choose another'
    return { code: 'options', param: 'seed', reason }
  }
  const read = schemas[shape].safeParse(options)
  if (!read.success) {
    const issue = read.error.issues[0]
    const name = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.')
    return refusal(String(name), `option ${name} of ${model.id}: ${issue?.message}`)
  }
  const { safety_tolerance: tolerance = 0 } = readKontext(options)
  if (images.length === 0 || tolerance <= EDIT_TOLERANCE) return undefined
  const reason = `safety_tolerance must be at most ${EDIT_TOLERANCE} with an input image`
  return refusal('safety_tolerance', reason)
}

const refusal = (name: string, reason: string): Unfit => ({
  code: 'options',
  param: `fireworks.${name}`,
  reason,
})

const readKontext = (options: CallPlan['options']) => schemas.kontext.safeParse(options).data ?? {}

/** The options to send: those of the shape's list, or none when they are not valid. */
export const acceptedOptions = ({ options, model }: Pick<CallPlan, 'options' | 'model'>) =>
  schemas[shapeOf(model)].safeParse(options).data ?? {}
