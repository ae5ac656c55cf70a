import { z } from 'zod'
import type { JsonObject } from '../../core/json.ts'
import { callOptions, firstUnfit, type PlanCheck, unfitOption } from '../shared/call-options.ts'
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

const options = callOptions<JsonObject>(({ model }) => schemas[shapeOf(model)], {
  flawOf({ safety_tolerance: tolerance = 0 }, plan) {
    if (plan.images.length === 0 || Number(tolerance) <= EDIT_TOLERANCE) return undefined
    const limit = `must be at most ${EDIT_TOLERANCE} with an input image`
    return unfitOption(plan, 'safety_tolerance', limit)
  },
})

/** The options to send: those of the shape's list, or none when they are not valid. */
export const acceptedOptions = options.read

const anySeed: PlanCheck = ({ model, settings }) =>
  settings.seed === 0 && shapeOf(model) !== 'kontext'
    ? {
        code: 'options',
        param: 'seed',
        reason: 'Fireworks takes seed 0 for a random one; choose another',
      }
    : undefined

/** Whether the caller's options, and the seed, are acceptable. */
export const checkOptions = firstUnfit(anySeed, options.check)
