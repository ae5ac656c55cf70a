import { z } from 'zod'
import { imageFormats, operations, qualities } from '../../core/request/image-request.ts'
import { rangeSchema, sizeRuleSchema, sizeSchema, supportsSchema } from '../shared/models-file.ts'
import { ownSpeedMembers } from '../shared/own-price.ts'
import { dialectNames } from './dialects.ts'

const count = z.number().int().positive()
const optionName = z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be a snake-case word')

/** What the operator says of one model; `price_like` fills up whatever is left out. */
const model = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, 'not a model name: lower-case letters, digits'),
  wire_name: z.string().min(1).optional(),
  operations: z.array(z.enum(operations)).min(1).optional(),
  tier: z.enum(['budget', 'standard', 'premium']).optional(),
  sizes: sizeRuleSchema.optional(),
  default_size: sizeSchema.optional(),
  qualities: z.array(z.enum(qualities)).optional(),
  formats: z.array(z.enum(imageFormats)).min(1).optional(),
  max_images_per_call: count.max(100).optional(),
  max_input_images: z.number().int().min(0).max(16).optional(),
  max_prompt_characters: count.optional(),
  supports: supportsSchema.optional(),
  steps: rangeSchema.optional(),
  guidance: rangeSchema.optional(),
  typical_seconds: z.number().positive().optional(),
  timeout_seconds: z.number().positive().max(3_600).optional(),
  /** Parameters of the server that callers may set, by name; the server checks their values. */
  options: z.array(optionName).max(50).optional(),
  /** `provider/model`: abilities and prices are those of another offer. */
  price_like: z.string().min(1).optional(),
  /** Components as in price books; for edits others, where they differ. */
  price: z.array(z.unknown()).min(1).optional(),
  edit_price: z.array(z.unknown()).min(1).optional(),
  markup_percent: z.number().min(0).max(1_000).optional(),
  ...ownSpeedMembers,
})

/** See {@link model}. */
export type CompatibleModel = z.output<typeof model>

/** What an operator says of one server. */
export const settingsSchema = z.strictObject({
  ...ownSpeedMembers,
  server: z.enum(dialectNames).default('openai'),
  response_format: z.enum(['b64_json', 'url', 'none']).optional(),
  markup_percent: z.number().min(0).max(1_000).default(0),
  parallel_calls: z.number().int().min(1).max(1_000).optional(),
  models: z.array(model).min(1),
})

/** Settings of one server. */
export type CompatibleSettings = z.output<typeof settingsSchema>
