import { z } from 'zod'
import { priceRowSchema } from '../core/pricebook/price-row.ts'
import { termSchema } from '../core/pricebook/terms/index.ts'
import { isDay } from '../core/time.ts'
import { aliasRow, modelRow } from '../providers/shared/models-file.ts'

/** Any size that a request may ask for: a book alone does not know better. */
const anySize = {
  kind: 'free',
  multiple_of: 1,
  min_pixels: 1,
  max_pixels: 50_000_000,
  min_edge: 1,
  max_edge: 20_000,
  max_ratio: 1_000,
} as const

const day = z.string().refine(isDay, 'not a calendar day (YYYY-MM-DD)')

const source = z.strictObject({
  url: z.url({ protocol: /^(https?|urn)$/ }),
  read_at: day,
  note: z.string().optional(),
})

/**
 * A model of a book: as in a provider's `models.json`, with its provider. A book needs only what
 * prices depend on, so all else has a default.
 */
export const bookModelRow = modelRow.omit({ wire: true }).extend({
  provider: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/, 'not a provider id'),
  operations: modelRow.shape.operations.default(['generate']),
  tier: modelRow.shape.tier.default('standard'),
  sizes: modelRow.shape.sizes.prefault(anySize),
  default_size: modelRow.shape.default_size.prefault('1024x1024'),
  formats: modelRow.shape.formats.default(['png']),
  max_images_per_call: modelRow.shape.max_images_per_call.default(10),
  max_input_images: modelRow.shape.max_input_images.default(16),
  max_prompt_characters: modelRow.shape.max_prompt_characters.default(32_000),
  supports: modelRow.shape.supports.prefault({}),
  typical_seconds: modelRow.shape.typical_seconds.default(10),
  timeout_ms: modelRow.shape.timeout_ms.default(300_000),
  lifecycle: modelRow.shape.lifecycle.prefault({}),
  source: source.optional(),
})

/** A contract or a subscription that bills by the month, not by the call. */
export const planRow = z
  .strictObject({
    name: z.string().min(1).max(200),
    /** `provider/model`, or `provider/*` for all of a provider. */
    offer: z.string().regex(/^[a-z0-9][a-z0-9_-]*\/\S+$/, 'must be provider/model or provider/*'),
    term: termSchema,
    valid_from: day,
    valid_to: day.nullable().default(null),
    source: source.extend({ confidence: z.enum(['high', 'medium', 'low', 'derived']) }),
  })
  .refine((row) => row.valid_to === null || row.valid_from <= row.valid_to, {
    path: ['valid_to'],
    message: 'ends before it begins',
  })

const head = {
  /** For editors. */
  $schema: z.string().optional(),
  /** Its name in lists, receipts and on the command line. */
  book: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, 'must be a short name in small letters'),
  /** The day whose prices the book tells; absent = they are kept up to date. */
  as_of: day.optional(),
  note: z.string().optional(),
}

/** The whole file, for its JSON schema. */
export const bookFileSchema = z.strictObject({
  ...head,
  models: z.array(bookModelRow).default([]),
  aliases: z.array(aliasRow).default([]),
  prices: z.array(priceRowSchema),
  plans: z.array(planRow).default([]),
})

/** The file without its rows, which are read one at a time. */
export const bookHead = z.strictObject({
  ...head,
  models: z.array(z.unknown()).default([]),
  aliases: z.array(z.unknown()).default([]),
  prices: z.array(z.unknown()),
  plans: z.array(z.unknown()).default([]),
})

/** A monthly plan of a book. */
export type PlanRow = z.output<typeof planRow>
