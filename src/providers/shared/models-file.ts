import { z } from 'zod'
import type { Model, ModelAlias, ResolutionClass, SizeRule } from '../../core/catalog/model.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import { parseAspect } from '../../core/request/aspect.ts'
import { imageFormats, qualities, type Size } from '../../core/request/image-request.ts'
import { operations } from '../../core/request/operation.ts'
import { isDay } from '../../core/time.ts'
import { emulates, flawOfOperations, operationLimits } from './operation-rows.ts'

const day = z.string().refine(isDay, 'not a calendar day (YYYY-MM-DD)')
const count = z.number().int().positive()
/** Steps or guidance, as files have them. */
export const rangeSchema = z
  .strictObject({ min: z.number(), max: z.number(), default: z.number() })
  .refine((row) => row.min <= row.default && row.default <= row.max, 'needs min ≤ default ≤ max')

/** A size as files have it, `WIDTHxHEIGHT`. */
export const sizeSchema = z
  .string()
  .regex(/^[1-9]\d*x[1-9]\d*$/, 'not a size (WIDTHxHEIGHT)')
  .transform((text): Size => {
    const [width = 0, height = 0] = text.split('x').map(Number)
    return { width, height }
  })

/** Which sizes a model makes, as files have it. */
export const sizeRuleSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('list'), sizes: z.array(sizeSchema).min(1) }),
  z
    .strictObject({
      kind: z.literal('free'),
      multiple_of: count,
      min_pixels: count,
      max_pixels: count,
      min_edge: count,
      max_edge: count,
      max_ratio: z.number().min(1),
    })
    .transform((row) => ({
      kind: row.kind,
      multipleOf: row.multiple_of,
      minPixels: row.min_pixels,
      maxPixels: row.max_pixels,
      minEdge: row.min_edge,
      maxEdge: row.max_edge,
      maxRatio: row.max_ratio,
    })),
  z
    .strictObject({
      kind: z.literal('aspect'),
      aspects: z.array(z.string().refine(isShape, 'not a shape (W:H)')).min(1),
      pixels: count,
      classes: z
        .array(z.strictObject({ name: z.string().min(1), pixels: count }))
        .min(1)
        .refine(areRising, 'classes must have names of their own and ever more pixels')
        .optional(),
    })
    .refine(
      ({ pixels, classes }) => classes?.some((listed) => listed.pixels === pixels) ?? true,
      'pixels must be those of a class',
    ),
])

/** Where the facts of a row were read; checked here, not carried into the catalogue. */
const source = z.strictObject({ url: z.url(), read_at: day, note: z.string().optional() })

/** What a model can do beside sizes and operations, as files have it. */
export const supportsSchema = z
  .strictObject({
    mask: z.boolean(),
    transparent: z.boolean(),
    seed: z.boolean(),
    negative_prompt: z.boolean(),
    style: z.boolean(),
    compression: z.boolean(),
    moderation: z.boolean(),
    input_fidelity: z.boolean(),
    stream: z.boolean(),
    text: z.boolean(),
  })
  .partial()
  .transform(({ negative_prompt, input_fidelity, ...same }) => ({
    ...same,
    ...(negative_prompt === undefined ? {} : { negativePrompt: negative_prompt }),
    ...(input_fidelity === undefined ? {} : { inputFidelity: input_fidelity }),
  }))

const lifecycle = z
  .strictObject({
    available_from: day.optional(),
    deprecated_at: day.optional(),
    shutdown_at: day.optional(),
    replacement: z.string().optional(),
  })
  .refine(
    ({ available_from = '', deprecated_at, shutdown_at }) =>
      available_from <= (deprecated_at ?? shutdown_at ?? '9') &&
      (deprecated_at ?? '') <= (shutdown_at ?? '9'),
    'dates must be in the order available, deprecated, shut down',
  )
  .transform((row) => ({
    ...(row.available_from === undefined ? {} : { availableFrom: row.available_from }),
    ...(row.deprecated_at === undefined ? {} : { deprecatedAt: row.deprecated_at }),
    ...(row.shutdown_at === undefined ? {} : { shutdownAt: row.shutdown_at }),
    ...(row.replacement === undefined ? {} : { replacement: row.replacement }),
  }))

/** A row of `models` as it stands in a file. */
export const modelRow = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, 'not a model name'),
  wire_name: z.string().optional(),
  other_names: z.array(z.string()).default([]),
  operations: z.array(z.enum(operations)).min(1),
  emulates: emulates.optional(),
  operation_limits: operationLimits.optional(),
  tier: z.enum(['budget', 'standard', 'premium']),
  sizes: sizeRuleSchema,
  default_size: sizeSchema,
  qualities: z.array(z.enum(qualities)).default([]),
  formats: z.array(z.enum(imageFormats)).min(1),
  max_images_per_call: count,
  max_input_images: z.number().int().nonnegative(),
  max_prompt_characters: count,
  supports: supportsSchema,
  steps: rangeSchema.optional(),
  guidance: rangeSchema.optional(),
  typical_seconds: z.number().positive(),
  timeout_ms: count,
  lifecycle,
  is_fictional: z.boolean().optional(),
  wire: z.custom<JsonObject>(isObject, 'not an object').default({}),
  source,
})

/** A row of `aliases` as it stands in a file. */
export const aliasRow = z.strictObject({
  name: z.string().min(1),
  target: z.string().min(1),
  from: day,
  drops: z.array(z.string()).default([]),
  note: z.string().min(1),
  source,
})

/** A provider's `models.json`, read. */
export interface ModelsFile {
  readonly models: readonly Model[]
  readonly aliases: readonly ModelAlias[]
}

/**
 * Reads a provider's `models.json` (snake_case; sizes as `WIDTHxHEIGHT`; each row with its source).
 * Unknown members, double names, a default size that the model does not make and dates out of order
 * are errors.
 * @throws Error that names file, row and member.
 */
export function readModelsFile(provider: string, file: unknown): ModelsFile {
  const outer = z.strictObject({ models: z.array(z.unknown()), aliases: z.array(z.unknown()) })
  const { models, aliases } = readRow(outer, file, provider, 'models.json')
  const read: ModelsFile = {
    models: models.map((row, index) => {
      const place = rowName('models', index, row, 'id')
      const model = toModel(provider, readRow(modelRow, row, provider, place))
      if (!makesSize(model.sizes, model.defaultSize)) {
        throw rowError(provider, place, 'default_size is none of its sizes')
      }
      const flaw = flawOfOperations(model)
      if (flaw !== undefined) throw rowError(provider, place, flaw)
      return model
    }),
    aliases: aliases.map((row, index) => {
      const place = rowName('aliases', index, row, 'name')
      const { source: _, ...alias } = readRow(aliasRow, row, provider, place)
      return alias
    }),
  }
  const [twice] = doubleNames(read)
  if (twice !== undefined) throw rowError(provider, twice, 'this name stands twice')
  return read
}

/** The model that a row describes; its source is for readers of the file alone. */
export function toModel(provider: string, row: Omit<z.output<typeof modelRow>, 'source'>): Model {
  return {
    id: row.id,
    provider,
    ...(row.wire_name === undefined ? {} : { wireName: row.wire_name }),
    otherNames: row.other_names,
    operations: row.operations,
    ...(row.emulates === undefined ? {} : { emulates: row.emulates }),
    ...(row.operation_limits === undefined ? {} : { operationLimits: row.operation_limits }),
    tier: row.tier,
    sizes: row.sizes,
    defaultSize: row.default_size,
    qualities: row.qualities,
    formats: row.formats,
    maxImagesPerCall: row.max_images_per_call,
    maxInputImages: row.max_input_images,
    maxPromptCharacters: row.max_prompt_characters,
    supports: row.supports,
    ...(row.steps === undefined ? {} : { steps: row.steps }),
    ...(row.guidance === undefined ? {} : { guidance: row.guidance }),
    typicalSeconds: row.typical_seconds,
    timeoutMs: row.timeout_ms,
    lifecycle: row.lifecycle,
    ...(row.is_fictional === undefined ? {} : { isFictional: row.is_fictional }),
    wire: row.wire,
  }
}

/** Whether a size rule holds for a size; a shape rule holds for every size. */
export function makesSize(rule: SizeRule, { width, height }: Size): boolean {
  switch (rule.kind) {
    case 'aspect':
      return true
    case 'list':
      return rule.sizes.some((listed) => listed.width === width && listed.height === height)
    case 'free': {
      const longer = Math.max(width, height)
      const shorter = Math.min(width, height)
      const pixels = width * height
      return (
        width % rule.multipleOf === 0 &&
        height % rule.multipleOf === 0 &&
        shorter >= rule.minEdge &&
        longer <= rule.maxEdge &&
        longer <= shorter * rule.maxRatio &&
        pixels >= rule.minPixels &&
        pixels <= rule.maxPixels
      )
    }
  }
}

/**
 * Names that would mean two things. An alias may take over the name of a model from the day on
 * which the model is shut down: the model's row stays for its prices, as history.
 */
export function doubleNames({ models, aliases }: ModelsFile): readonly string[] {
  const namesOf = (model: Model): readonly string[] => [model.id, ...model.otherNames]
  const isFree = ({ name, from }: ModelAlias): boolean =>
    models.some(
      (model) => namesOf(model).includes(name) && from >= (model.lifecycle.shutdownAt ?? '9'),
    )
  const names = [
    ...models.flatMap(namesOf),
    ...aliases.filter((alias) => !isFree(alias)).map(({ name }) => name),
  ]
  const aliased = aliases.map(({ name }) => name)
  const isSecond = (name: string, index: number, all: readonly string[]): boolean =>
    all.indexOf(name) !== index
  return [...new Set([...names.filter(isSecond), ...aliased.filter(isSecond)])]
}

function readRow<Schema extends z.ZodType>(
  schema: Schema,
  row: unknown,
  provider: string,
  place: string,
): z.output<Schema> {
  const result = schema.safeParse(row)
  if (result.success) return result.data
  const issues = result.error.issues.map((issue) => [...issue.path, issue.message].join(': '))
  throw rowError(provider, place, issues.join('; '))
}

function rowName(list: string, index: number, row: unknown, key: string): string {
  const name = isObject(row) ? row[key] : undefined
  return typeof name === 'string' ? `${list}[${index}] (${name})` : `${list}[${index}]`
}

const rowError = (provider: string, place: string, problem: string): Error =>
  new Error(`models of ${provider}, ${place}: ${problem}`)

function areRising(classes: readonly ResolutionClass[]): boolean {
  const names = new Set(classes.map(({ name }) => name))
  const isMore = ({ pixels }: ResolutionClass, index: number): boolean =>
    pixels > (classes[index - 1]?.pixels ?? 0)
  return names.size === classes.length && classes.every(isMore)
}

function isShape(text: string): boolean {
  return parseAspect(text) !== undefined
}
