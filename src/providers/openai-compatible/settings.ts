import { type Model, offerName } from '../../core/catalog/model.ts'
import type { OfferAlike, ProviderDefinition, ProviderInstance } from '../shared/definition.ts'
import { InstanceError, instanceProblem, readInstanceSettings } from '../shared/instance.ts'
import { makesSize } from '../shared/models-file.ts'
import { dialectOf } from './dialects.ts'
import { pricesOf } from './prices.ts'
import { type CompatibleModel, type CompatibleSettings, settingsSchema } from './settings-schema.ts'

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
  const read = readInstanceSettings(settingsSchema, instance)
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
