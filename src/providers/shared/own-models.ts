import { z } from 'zod'
import type { Model } from '../../core/catalog/model.ts'
import { type Operation, operations, type Size } from '../../core/request/image-request.ts'
import type { CallPlan } from '../../ports/provider.ts'
import { InstanceError } from './instance.ts'
import { makesSize, sizeRuleSchema, sizeSchema } from './models-file.ts'
import { ownSpeedMembers } from './own-price.ts'

/** What models of one architecture have in common. */
interface Family {
  readonly tier: Model['tier']
  readonly defaultSize: Size
  /** Edges are multiples of this many pixels. */
  readonly step: number
  /** Longest edge, and most pixels: beyond them pictures repeat themselves. */
  readonly maxEdge: number
  readonly steps: number
  readonly guidance: number
  readonly hasNegativePrompt: boolean
  /** Seconds a picture takes until somebody says better; a guess for a card of the middle class. */
  readonly seconds: number
}

const square = (edge: number): Size => ({ width: edge, height: edge })

/**
 * Sizes, steps and guidance as their makers advise (model cards of stable-diffusion-v1-5,
 * stable-diffusion-xl-base-1.0, stable-diffusion-3.5-large and FLUX.1 [dev] on huggingface.co, read
 * 2026-11-20); seconds are our guess, and only price what has no price per image.
 */
const families = {
  'sd-1.5': {
    tier: 'budget',
    defaultSize: square(512),
    step: 8,
    maxEdge: 1024,
    steps: 25,
    guidance: 7,
    hasNegativePrompt: true,
    seconds: 4,
  },
  sdxl: {
    tier: 'budget',
    defaultSize: square(1024),
    step: 8,
    maxEdge: 2048,
    steps: 30,
    guidance: 7,
    hasNegativePrompt: true,
    seconds: 12,
  },
  'sd-3.5': {
    tier: 'standard',
    defaultSize: square(1024),
    step: 16,
    maxEdge: 1536,
    steps: 28,
    guidance: 4.5,
    hasNegativePrompt: true,
    seconds: 20,
  },
  flux: {
    tier: 'standard',
    defaultSize: square(1024),
    step: 16,
    maxEdge: 2048,
    steps: 28,
    guidance: 3.5,
    hasNegativePrompt: false,
    seconds: 30,
  },
} as const satisfies Readonly<Record<string, Family>>
/** Architectures that an operator may name. */
export type FamilyName = keyof typeof families

const count = z.number().int().positive()
const range = z.strictObject({ min: z.number(), max: z.number(), default: z.number() }).partial()

/** Members of one model on an own server that all kinds of servers have in common. */
export const ownModelMembers = {
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, 'not a model name: lower-case letters, digits'),
  family: z.enum(Object.keys(families) as [FamilyName, ...FamilyName[]]).default('sdxl'),
  tier: z.enum(['budget', 'standard', 'premium']).optional(),
  operations: z.array(z.enum(operations)).min(1).optional(),
  sizes: sizeRuleSchema.optional(),
  default_size: sizeSchema.optional(),
  steps: range.optional(),
  guidance: range.optional(),
  max_images_per_call: count.max(16).optional(),
  typical_seconds: z.number().positive().optional(),
  timeout_seconds: z.number().positive().max(3_600).optional(),
  ...ownSpeedMembers,
} as const

/**
 * Seconds in which a server of one's own loads another model: 7 GB of SDXL from a fast disk into
 * the card. Our guess; from a network drive it takes a minute.
 */
const LOAD_SECONDS = 10

/** How long a server takes from one model to another; 0 where it keeps all of them loaded. */
export const loadMembers = {
  load_seconds: z.number().min(0).max(600).default(LOAD_SECONDS),
} as const

/** What an operator says of one model. */
export type OwnModel = z.output<z.ZodObject<typeof ownModelMembers>>

/** What a kind of server adds to a model. */
export interface OwnModelFacts {
  readonly operations: readonly Operation[]
  readonly maxImagesPerCall: number
  readonly formats: Model['formats']
  readonly wireName?: string
  readonly loads?: Model['loads']
  /** The server shows what it paints while it paints. */
  readonly hasPreviews?: true
  readonly wire: Model['wire']
}

/** A synchronous call waits in the server's queue as well (design limit of image calls, 300 s). */
const TIMEOUT_SECONDS = 300
const MOST_STEPS = 150
const MOST_GUIDANCE = 30
/** Longer prompts are cut by the text encoders anyway. */
const MOST_PROMPT_CHARACTERS = 10_000
/** Shapes beyond this repeat their motif. */
const MOST_RATIO = 4

/** Makes the catalogue's model of what the operator said, filled up with what its family has. */
function toOwnModel(provider: string, own: OwnModel, facts: OwnModelFacts): Model {
  const family = families[own.family]
  const able = own.operations ?? facts.operations
  const isInpainting = able.includes('inpaint')
  const isEditing = able.some((operation) => operation !== 'generate')
  return {
    id: own.id,
    provider,
    ...(facts.wireName === undefined ? {} : { wireName: facts.wireName }),
    otherNames: [],
    operations: able,
    tier: own.tier ?? family.tier,
    sizes: own.sizes ?? sizesOf(family),
    defaultSize: own.default_size ?? defaultOf(own, family),
    qualities: [],
    formats: facts.formats,
    maxImagesPerCall: own.max_images_per_call ?? facts.maxImagesPerCall,
    maxInputImages: isEditing ? 1 : 0,
    maxPromptCharacters: MOST_PROMPT_CHARACTERS,
    supports: {
      ...{ seed: true, negativePrompt: family.hasNegativePrompt, mask: isInpainting },
      ...(facts.hasPreviews === undefined ? {} : { stream: true }),
    },
    steps: { min: 1, max: MOST_STEPS, default: family.steps, ...own.steps },
    guidance: { min: 1, max: MOST_GUIDANCE, default: family.guidance, ...own.guidance },
    typicalSeconds: own.typical_seconds ?? own.seconds_per_image ?? family.seconds,
    ...(facts.loads === undefined ? {} : { loads: facts.loads }),
    timeoutMs: Math.round((own.timeout_seconds ?? TIMEOUT_SECONDS) * 1_000),
    lifecycle: {},
    wire: { family: own.family, ...facts.wire },
  }
}

/**
 * The same for all models of a server.
 * @param list the member of `settings` that they stand in.
 * @throws InstanceError for models that contradict themselves or each other.
 */
export function toOwnModels<Own extends OwnModel>(
  provider: string,
  list: string,
  rows: readonly Own[],
  factsOf: (own: Own) => OwnModelFacts,
): readonly Model[] {
  const models = rows.map((own) => toOwnModel(provider, own, factsOf(own)))
  const problems = models.flatMap((model, index) => {
    const isTwice = models.findIndex(({ id }) => id === model.id) < index
    return (isTwice ? ['the id stands twice'] : flawsOf(model)).map((message) => ({
      path: ['settings', list, index],
      message,
    }))
  })
  if (problems.length > 0) throw new InstanceError(problems)
  return models
}

function flawsOf({ sizes, defaultSize, steps, guidance, typicalSeconds, timeoutMs }: Model) {
  const areOrdered = [steps, guidance].every(
    (range) => range === undefined || (range.min <= range.default && range.default <= range.max),
  )
  return [
    ...(makesSize(sizes, defaultSize) ? [] : ['default_size is none of its sizes']),
    ...(areOrdered ? [] : ['steps and guidance need min ≤ default ≤ max']),
    ...(typicalSeconds * 1_000 <= timeoutMs ? [] : ['timeout_seconds is below typical_seconds']),
  ]
}

const sizesOf = ({ defaultSize, step, maxEdge }: Family): Model['sizes'] => ({
  kind: 'free',
  multipleOf: step,
  minPixels: (defaultSize.width * defaultSize.height) / 4,
  maxPixels: (defaultSize.width * defaultSize.height * 9) / 4,
  minEdge: defaultSize.width / 4,
  maxEdge,
  maxRatio: MOST_RATIO,
})

/** The family's size, or the first one that the operator listed in its place. */
function defaultOf({ sizes }: OwnModel, { defaultSize }: Family): Size {
  if (sizes === undefined || makesSize(sizes, defaultSize)) return defaultSize
  return sizes.kind === 'list' ? (sizes.sizes[0] ?? defaultSize) : defaultSize
}

/**
 * The pixels to ask for. An edit without a size keeps the shape of its input, at no more pixels
 * than the model makes by default: a server that is told nothing would squeeze it into a square.
 */
export function drawnSize({ model, operation, settings, images, expectedSize }: CallPlan): Size {
  const [input] = images
  if (settings.size !== undefined) return settings.size
  if (operation === 'generate' || input === undefined || model.sizes.kind !== 'free') {
    return expectedSize
  }
  const { multipleOf, minEdge, maxEdge } = model.sizes
  const area = model.defaultSize.width * model.defaultSize.height
  const scale = Math.sqrt(area / (input.width * input.height))
  const edge = (pixels: number): number => {
    const whole = Math.floor((pixels * scale) / multipleOf) * multipleOf
    return Math.min(maxEdge, Math.max(minEdge, whole))
  }
  const size = { width: edge(input.width), height: edge(input.height) }
  return makesSize(model.sizes, size) ? size : expectedSize
}
