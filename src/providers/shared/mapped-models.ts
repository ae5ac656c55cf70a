import { z } from 'zod'
import type { Model } from '../../core/catalog/model.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import { type PriceRow, priceRowsSchema } from '../../core/pricebook/price-row.ts'
import { componentSchema } from '../../core/pricing/structures/index.ts'
import { operations } from '../../core/request/image-request.ts'
import { fieldName, inputMappingFields } from './input-mapping.ts'
import { readModelsFile } from './models-file.ts'

const count = z.number().int().positive()
const range = z.strictObject({ min: z.number(), max: z.number(), default: z.number() })

/** Longest time of a call unless the operator says otherwise. */
const USUAL_TIMEOUT_MS = 300_000
/** Longest prompt unless the operator says otherwise. */
const USUAL_PROMPT_CHARACTERS = 4_000
/** A price of the operator's own holds from the first day on that any call could be made. */
const ALWAYS = '2020-01-01'

/**
 * The members that every record of `settings.models` has, whatever the service: a model that the
 * catalogue does not list, its fields, and its price. Sizes are written as in `models.json`.
 */
export const mappedModelFields = {
  id: z.string(),
  operations: z.array(z.enum(operations)).min(1),
  ...inputMappingFields,
  /** Further fields that callers may set by provider options. */
  options: z.array(fieldName).default([]),
  /** What a mask looks like; absent = white where to edit. */
  mask_style: z.enum(['white_is_edit', 'clear_is_edit']).default('white_is_edit'),
  tier: z.enum(['budget', 'standard', 'premium']).default('standard'),
  /** A size rule as in `models.json`; its reader checks it. */
  sizes: z.custom<JsonObject>(isObject, 'not a size rule'),
  default_size: z.string(),
  formats: z.array(z.string()).min(1).default(['png']),
  max_images_per_call: count.default(1),
  max_input_images: count.default(1),
  max_prompt_characters: count.default(USUAL_PROMPT_CHARACTERS),
  steps: range.optional(),
  guidance: range.optional(),
  typical_seconds: z.number().positive(),
  timeout_ms: count.default(USUAL_TIMEOUT_MS),
  /** One component of a price row, such as `{ "kind": "per_image", "usd": "0.02" }`. */
  price: componentSchema.optional(),
  billed_on: z.custom<JsonObject>(isObject, 'not an object').optional(),
  /** First UTC day on which the price holds. */
  price_from: z.string().default(ALWAYS),
} as const

const mappedModel = z.strictObject(mappedModelFields)
type MappedRow = z.output<typeof mappedModel>

/** One record of the operator's settings, read, with what only this service's adapter needs. */
export interface MappedModel extends MappedRow {
  readonly wire: JsonObject
  readonly price: NonNullable<MappedRow['price']>
}

/**
 * Turns records of the operator's settings into models and prices.
 * @throws Error in words for a record that contradicts itself.
 */
export function toMappedModels(
  provider: string,
  rows: readonly MappedModel[],
): { readonly models: readonly Model[]; readonly prices: readonly PriceRow[] } {
  for (const row of rows) {
    const flaw = flawOf(row)
    if (flaw !== undefined) throw new Error(`settings of ${provider}, model ${row.id}: ${flaw}`)
  }
  const { models } = readModelsFile(provider, { models: rows.map(toModelRow), aliases: [] })
  const prices = rows.flatMap((row) =>
    row.operations.map((name) => toPriceRow(provider, row, name)),
  )
  return { models, prices: priceRowsSchema.parse(prices) }
}

/** Named by nobody's page: the operator wrote it. */
const SOURCE = 'urn:keeprate:settings'

const toModelRow = (row: MappedRow & { readonly wire: JsonObject }): object => ({
  id: row.id,
  operations: row.operations,
  tier: row.tier,
  sizes: row.sizes,
  default_size: row.default_size,
  formats: row.formats,
  max_images_per_call: row.max_images_per_call,
  max_input_images: takesImages(row) ? row.max_input_images : 0,
  max_prompt_characters: row.max_prompt_characters,
  supports: {
    mask: row.inputs.mask !== undefined,
    seed: row.inputs.seed !== undefined,
    negative_prompt: row.inputs.negative !== undefined,
    compression: row.inputs.compression !== undefined,
  },
  ...(row.steps === undefined ? {} : { steps: row.steps }),
  ...(row.guidance === undefined ? {} : { guidance: row.guidance }),
  typical_seconds: row.typical_seconds,
  timeout_ms: row.timeout_ms,
  lifecycle: {},
  wire: {
    ...row.wire,
    inputs: row.inputs,
    fixed: row.fixed,
    format_names: row.format_names,
    size_form: row.size_form,
    follows_input: row.follows_input,
    options: row.options,
    mask: row.mask_style,
  },
  source: { url: SOURCE, read_at: row.price_from },
})

const toPriceRow = (provider: string, row: MappedModel, operation: string): object => ({
  offer: `${provider}/${row.id}`,
  operation,
  components: [row.price],
  ...(row.billed_on === undefined ? {} : { billed_on: row.billed_on }),
  valid_from: row.price_from,
  source: {
    url: SOURCE,
    read_at: row.price_from,
    confidence: 'medium',
    note: 'As the operator says in the settings.',
  },
})

const takesImages = ({ inputs }: MappedRow): boolean =>
  inputs.image !== undefined || inputs.images !== undefined

/** What a record says against itself; undefined when it can be used. */
function flawOf(row: MappedRow): string | undefined {
  const { inputs, sizes, operations: able } = row
  const edits = able.some((operation) => operation !== 'generate')
  const named = [...Object.values(inputs), ...Object.keys(row.fixed ?? {})]
  const twice = [...named, ...row.options].find((name, index, all) => all.indexOf(name) !== index)
  const hasPixels =
    inputs.size !== undefined || (inputs.width !== undefined && inputs.height !== undefined)
  const isOneSize = Array.isArray(sizes.sizes) && sizes.sizes.length === 1
  const needsPixels = sizes.kind !== 'aspect' && !isOneSize && !hasPixels
  const flaws: readonly (readonly [boolean, string])[] = [
    [twice !== undefined, `the field ${twice} is named twice`],
    [inputs.prompt === undefined, 'inputs.prompt is missing'],
    [edits && !takesImages(row), 'an edit needs inputs.image or inputs.images'],
    [
      able.includes('inpaint') !== (inputs.mask !== undefined),
      'the operation inpaint and inputs.mask go together',
    ],
    [
      sizes.kind === 'aspect' && inputs.aspect_ratio === undefined,
      'shapes need inputs.aspect_ratio',
    ],
    [needsPixels, 'several sizes need inputs.size, or inputs.width and inputs.height'],
    [
      row.max_images_per_call > 1 && inputs.num_outputs === undefined,
      'several images a call need inputs.num_outputs',
    ],
    [row.steps !== undefined && inputs.steps === undefined, 'steps need inputs.steps'],
    [row.guidance !== undefined && inputs.guidance === undefined, 'guidance needs inputs.guidance'],
    [row.formats.length > 1 && inputs.format === undefined, 'several formats need inputs.format'],
  ]
  return flaws.find(([isFlaw]) => isFlaw)?.[1]
}
