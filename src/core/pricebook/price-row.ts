import { z } from 'zod'
import { modifierSchema } from '../pricing/modifiers/index.ts'
import { componentSchema } from '../pricing/structures/index.ts'
import { isDay } from '../time.ts'

/** Longest offer, operation or selector; longer ones are mistakes. */
const MAX_NAME_CHARACTERS = 200
/** Parts one price can have; the richest public tariff has three. */
const MAX_COMPONENTS = 10
/** Modifiers one price can have, each kind at most once. */
const MAX_MODIFIERS = 10

const day = z.string().refine(isDay, 'not a calendar day (YYYY-MM-DD)')
const selector = z.string().min(1).max(MAX_NAME_CHARACTERS).nullish()

/** Restricts a row to some calls; null or absent = any. The most specific row wins. */
const whenSchema = z.strictObject({
  quality: selector,
  resolution: selector,
  size: selector,
})

/**
 * Which outcomes without a usable image are charged. Defaults, where a provider's document is
 * silent: a picture withheld after it was made is paid, all else is not.
 */
const billedOnSchema = z.strictObject({
  /** The prompt or an input image was refused. */
  moderated_input: z.boolean().default(false),
  /** The picture was made and withheld. */
  moderated_output: z.boolean().default(true),
  failed: z.boolean().default(false),
  /** Cancelled by us or the caller. */
  cancelled: z.boolean().default(false),
})

const sourceSchema = z.strictObject({
  /** The page the figures were read from; `urn:` for a contract or a document without a page. */
  url: z.url({ protocol: /^(https?|urn)$/ }),
  /** UTC day. */
  read_at: day,
  confidence: z.enum(['high', 'medium', 'low', 'derived']),
  note: z.string().optional(),
})

/** Reads one price of one offer, with its dates and its source. */
export const priceRowSchema = z
  .strictObject({
    /** `provider/model[@version]`. */
    offer: z
      .string()
      .max(MAX_NAME_CHARACTERS)
      .regex(/^[a-z0-9][a-z0-9_-]*\/\S+$/, 'must be provider/model or provider/model@version'),
    /** `generate`, `edit`, `inpaint`, … also operations that the gateway does not do itself. */
    operation: z
      .string()
      .max(MAX_NAME_CHARACTERS)
      .regex(/^[a-z][a-z0-9_]*$/, 'must be a snake-case word'),
    when: whenSchema.readonly().prefault({}),
    components: z.array(componentSchema.readonly()).min(1).max(MAX_COMPONENTS).readonly(),
    /** What changes the sum of the components; applied in the order of kinds, not of this list. */
    modifiers: z
      .array(modifierSchema.readonly())
      .max(MAX_MODIFIERS)
      .refine(areOfDifferentKinds, 'a kind of modifier stands twice')
      .readonly()
      .optional(),
    billed_on: billedOnSchema.readonly().prefault({}),
    /** First UTC day on which the price holds. */
    valid_from: day,
    /** Last UTC day on which the price holds; null = until further notice. */
    valid_to: day.nullable().default(null),
    source: sourceSchema.readonly(),
  })
  .refine((row) => row.valid_to === null || row.valid_from <= row.valid_to, {
    path: ['valid_to'],
    message: 'ends before it begins',
  })
  .readonly()

/** Reads the rows of a price file. */
export const priceRowsSchema = z.array(priceRowSchema)

/**
 * One price of one offer. A row is data: it keeps the snake-case names of the book it was read
 * from and is printed as it was read.
 */
export type PriceRow = z.output<typeof priceRowSchema>

/** A row as it may be written: what has a default can be left out. */
export type PriceRowInput = z.input<typeof priceRowSchema>

/** Whether a row holds on a UTC day; its first and its last day belong to it. */
export const holdsOn = (row: PriceRow, day: string): boolean =>
  row.valid_from <= day && (row.valid_to === null || day <= row.valid_to)

function areOfDifferentKinds(modifiers: readonly { readonly kind: string }[]): boolean {
  return new Set(modifiers.map(({ kind }) => kind)).size === modifiers.length
}
