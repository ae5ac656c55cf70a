import { z } from 'zod'
import { type Model, offerName } from '../../core/catalog/model.ts'
import { imageFormats, operations, qualities } from '../../core/request/image-request.ts'
import type { OfferAlike, ProviderDefinition, ProviderInstance } from '../shared/definition.ts'
import { InstanceError, instanceProblem, readInstanceSettings } from '../shared/instance.ts'
import {
  makesSize,
  rangeSchema,
  sizeRuleSchema,
  sizeSchema,
  supportsSchema,
} from '../shared/models-file.ts'
import { ownSpeedMembers } from '../shared/own-price.ts'
import { dialectNames, dialectOf } from './dialects.ts'
import { pricesOf } from './prices.ts'

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

const settings = z.strictObject({
  ...ownSpeedMembers,
  server: z.enum(dialectNames).default('openai'),
  response_format: z.enum(['b64_json', 'url', 'none']).optional(),
  markup_percent: z.number().min(0).max(1_000).default(0),
  parallel_calls: z.number().int().min(1).max(1_000).optional(),
  models: z.array(model).min(1),
})

/** Settings of one server. */
export type CompatibleSettings = z.output<typeof settings>

/** Models, their likes, prices and limits of one server. */
export interface CompatibleServer
  extends Pick<ProviderDefinition, 'models' | 'aliases' | 'prices' | 'limits'> {
  /** Offers that models follow, by model id. */
  readonly alike: ReadonlyMap<string, OfferAlike>
}

const SQUARE = { width: 1024, height: 1024 } as const
const MOST_PROMPT_CHARACTERS = 4_000
/** Synchronous calls until the server is measured (300 s, as for every provider). */
const TIMEOUT_MS = 300_000
const TYPICAL_SECONDS = 15

/** Reads the settings of one server and makes its catalogue and prices of them. */
export function readServer(instance: ProviderInstance): CompatibleServer {
  const read = readInstanceSettings(settings, instance)
  const alike = new Map<string, OfferAlike>()
  const models = read.models.map((row, index) => {
    const path = ['settings', 'models', index]
    if (read.models.findIndex(({ id }) => id === row.id) < index) {
      throw instanceProblem([...path, 'id'], 'the id stands twice')
    }
    const like = row.price_like === undefined ? undefined : instance.findOffer?.(row.price_like)
    if (row.price_like !== undefined && like === undefined) {
      throw instanceProblem([...path, 'price_like'], `there is no offer ${row.price_like}`)
    }
    if (like !== undefined) alike.set(row.id, like)
    const made = toModel(instance.id, row, read, like?.model)
    const flaws = flawsOf(made)
    if (flaws.length > 0) throw new InstanceError(flaws.map((message) => ({ path, message })))
    return made
  })
  const server = { models, aliases: [], alike }
  return {
    ...server,
    prices: models.flatMap((made, index) =>
      pricesOf(instance, made, read, index, alike.get(made.id)),
    ),
    ...(read.parallel_calls === undefined
      ? {}
      : { limits: { parallelCalls: read.parallel_calls } }),
  }
}

/** What the operator said, else what the offer it follows has, else the least of any server. */
function toModel(
  provider: string,
  row: CompatibleModel,
  { server, response_format }: CompatibleSettings,
  like: Model | undefined,
): Model {
  const able = row.operations ?? like?.operations ?? ['generate']
  const isEditing = able.some((operation) => operation !== 'generate')
  const dialect = dialectOf({ wire: { dialect: server } })
  const steps = row.steps ?? like?.steps
  const guidance = row.guidance ?? like?.guidance
  const sizes = row.sizes ?? like?.sizes ?? { kind: 'list', sizes: [SQUARE] }
  const first = sizes.kind === 'list' ? sizes.sizes[0] : undefined
  return {
    id: row.id,
    provider,
    wireName: row.wire_name ?? row.id,
    otherNames: [],
    operations: able,
    tier: row.tier ?? like?.tier ?? 'standard',
    sizes,
    defaultSize: row.default_size ?? like?.defaultSize ?? first ?? SQUARE,
    qualities: row.qualities ?? like?.qualities ?? [],
    formats: row.formats ?? like?.formats ?? ['png'],
    maxImagesPerCall: row.max_images_per_call ?? like?.maxImagesPerCall ?? 1,
    maxInputImages: row.max_input_images ?? like?.maxInputImages ?? (isEditing ? 1 : 0),
    maxPromptCharacters:
      row.max_prompt_characters ?? like?.maxPromptCharacters ?? MOST_PROMPT_CHARACTERS,
    supports: {
      ...like?.supports,
      ...row.supports,
      mask: able.includes('inpaint'),
      // Streams are read by the adapters of those who invented them.
      stream: false,
    },
    ...(steps === undefined || !('steps' in dialect) ? {} : { steps }),
    ...(guidance === undefined || !('guidance' in dialect) ? {} : { guidance }),
    typicalSeconds: row.typical_seconds ?? like?.typicalSeconds ?? TYPICAL_SECONDS,
    timeoutMs:
      row.timeout_seconds === undefined
        ? (like?.timeoutMs ?? TIMEOUT_MS)
        : Math.round(row.timeout_seconds * 1_000),
    lifecycle: like?.lifecycle ?? {},
    wire: {
      dialect: server,
      mask: dialect.mask === 'white_is_edit' ? 'white_is_edit' : undefined,
      response_format: response_format ?? dialect.responseFormat,
      options: row.options ?? [],
    },
  }
}

function flawsOf(made: Model): readonly string[] {
  const needsInput = made.operations.some((operation) => operation !== 'generate')
  return [
    ...(makesSize(made.sizes, made.defaultSize) ? [] : ['default_size is none of its sizes']),
    ...(needsInput && made.maxInputImages === 0 ? ['edits, but max_input_images is 0'] : []),
    ...(made.typicalSeconds * 1_000 <= made.timeoutMs
      ? []
      : ['timeout_seconds is below typical_seconds']),
  ].map((flaw) => `${offerName(made)}: ${flaw}`)
}
