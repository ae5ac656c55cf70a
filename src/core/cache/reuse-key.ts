import { canonicalJson, type JsonObject } from '../json.ts'
import { type ImageRequest, qualities, type Size } from '../request/image-request.ts'
import { type PromptForm, printForm, promptForm } from './prompt-form/prompt-form.ts'
import { structureOf } from './similarity/veto.ts'

/** Whose pictures, and in whose look. */
export interface Owner {
  readonly tenant: string
  /** Brand profile that the pictures follow. */
  readonly brand?: string
}

/**
 * Everything that must be equal before a picture of one request may answer another one, as one
 * text. The prompt is in its normal form, so other words for the same picture have the same text.
 * Pixels, quality, format and provider are not in it: {@link reuseFault} weighs those.
 */
export const reuseKeyText = (
  request: ImageRequest,
  owner: Owner,
  form: PromptForm = promptForm(request.prompt),
): string => canonicalJson({ ...guardsOf(request, owner), prompt: printForm(form) })

/**
 * The same without the prompt, but for how it is built and the texts that must stand in the
 * picture: only among requests that share it are prompts compared at all.
 */
export const partitionText = (request: ImageRequest, owner: Owner, form: PromptForm): string =>
  canonicalJson({
    ...guardsOf(request, owner),
    ...{ literals: form.literals, structure: structureOf(form) },
  })

function guardsOf(request: ImageRequest, { tenant, brand }: Owner): JsonObject {
  const { background, needs } = request
  return {
    // Raised when two prompts no longer have one form: what was kept before answers neither.
    ...{ version: 3, tenant, brand, operation: request.operation },
    details: request.details as JsonObject | undefined,
    model: request.model.startsWith('auto') ? 'auto' : request.model,
    negative:
      request.negativePrompt === undefined ? '' : printForm(promptForm(request.negativePrompt)),
    images: request.images.map(({ digest }) => digest),
    mask: request.mask?.digest,
    transparent: background === 'transparent' || needs.includes('transparent'),
    background: background ?? 'auto',
    style: request.style,
    references: request.references?.map(({ digest }) => digest),
    referenceThreshold: request.referenceThreshold,
    moderation: request.moderation ?? 'auto',
    guidance: request.guidance,
    steps: request.steps,
    inputFidelity: request.inputFidelity,
    providerOptions: request.providerOptions,
    // What was dropped or approximated for one who did not mind is no answer to one who does.
    strict: request.strict,
  }
}

/** What is known of a picture that was made before. */
export interface MadePicture extends Size {
  /** As it was asked for; absent = the model's own. */
  readonly quality?: ImageRequest['quality']
  /** Share of pictures that had to be accepted where it was made for. */
  readonly floor?: number
}

/** What a picture must be to answer a request. */
export type ReuseWish = Pick<ImageRequest, 'size' | 'aspect' | 'quality' | 'seed'> & {
  readonly floor?: number
  /** Where no size is known: about so many pixels it must have at least. */
  readonly leastPixels?: number
}

/** Pictures of one resolution and other shapes have about as many pixels, not quite. */
const ROUGHLY = 0.75

/** Widest difference of two shapes that count as one: 2 %. */
const MAX_SHAPE_DIFFERENCE = 0.02

/**
 * Why a picture may not answer a request although their keys are equal; undefined when it may. It
 * is scaled down and converted at most: never enlarged, and never of less quality than was asked.
 */
export function reuseFault(
  made: MadePicture,
  asked: ReuseWish,
): 'seed' | 'shape' | 'pixels' | 'quality' | 'floor' | undefined {
  // Whoever names a seed wants exactly that picture; only the exact key knows it.
  if (asked.seed !== undefined) return 'seed'
  const size = asked.size
  const shape = size === undefined ? aspectOf(asked.aspect) : size.width / size.height
  const isOtherShape =
    shape !== undefined && Math.abs(made.width / made.height / shape - 1) > MAX_SHAPE_DIFFERENCE
  if (isOtherShape) return 'shape'
  if (size !== undefined && (made.width < size.width || made.height < size.height)) return 'pixels'
  if (made.width * made.height < ROUGHLY * (asked.leastPixels ?? 0)) return 'pixels'
  if (rankOf(made.quality) < rankOf(asked.quality)) return 'quality'
  return (made.floor ?? 0) < (asked.floor ?? 0) ? 'floor' : undefined
}

function aspectOf(aspect: string | undefined): number | undefined {
  const [width, height] = aspect?.split(':').map(Number) ?? []
  return width === undefined || height === undefined ? undefined : width / height
}

/** What a model does by itself counts as medium. */
const rankOf = (quality: ImageRequest['quality']): number => qualities.indexOf(quality ?? 'medium')
