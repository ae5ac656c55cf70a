import { z } from 'zod'
import type { JsonObject } from '../../core/json.ts'
import { callOptions } from '../shared/call-options.ts'

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

const options = callOptions<JsonObject>(() => schema)

/** The options to send, or none when they are not valid. */
export const acceptedOptions = options.read

/** Whether the caller's options for Luma are acceptable. */
export const checkOptions = options.check
