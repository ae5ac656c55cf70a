import { z } from 'zod'
import { invalid } from '../../core/errors/gateway-error.ts'
import type { JsonObject } from '../../core/json.ts'
import { imageFormats } from '../../core/request/image-request.ts'
import { requestLimits } from '../../core/request/limits.ts'
import type { RequestDraft } from '../../core/request/request-draft.ts'
import { detailMembers, keeprateObject } from '../keeprate-object.ts'

/**
 * Fields that generations and edits share. Optional ones may be null. Ranges are checked once for
 * all surfaces in `normaliseRequest`; here stands what is a type.
 */
const shared = {
  model: z.string().nullish(),
  n: z.number().nullish(),
  size: z.string().nullish(),
  quality: z.string().nullish(),
  background: z.string().nullish(),
  output_format: z.enum(imageFormats).nullish(),
  output_compression: z.number().nullish(),
  moderation: z.enum(['auto', 'low']).nullish(),
  style: z.string().nullish(),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),
  stream: z.boolean().nullish(),
  partial_images: z.number().nullish(),
  response_format: z.enum(['url', 'b64_json']).nullish(),
  complexity: z.enum(['low', 'medium', 'high']).nullish(),
  seed: z.number().nullish(),
  steps: z.number().nullish(),
  guidance: z.number().nullish(),
  negative_prompt: z.string().max(requestLimits.maxPromptCharacters).nullish(),
  aspect_ratio: z.string().nullish(),
  resolution: z.string().nullish(),
  keeprate: keeprateObject.nullish(),
}

/** Body of POST /v1/images/generations. */
export const generationBody = z.strictObject({ prompt: z.string(), ...shared })

const imageReference = z.strictObject({
  image_url: z.string().nullish(),
  file_id: z.string().nullish(),
})

/** JSON body of POST /v1/images/edits. */
export const editBody = z.strictObject({
  prompt: z.string().nullish(),
  images: z.array(imageReference).min(1).max(requestLimits.maxInputImages),
  mask: imageReference.nullish(),
  input_fidelity: z.enum(['low', 'high']).nullish(),
  ...shared,
})

/**
 * The fields of a multipart edit or variation, after texts were turned into numbers and booleans.
 */
export const formFields = z.strictObject({
  prompt: z.string().nullish(),
  input_fidelity: z.enum(['low', 'high']).nullish(),
  ...shared,
})

/** Body of POST /v1/images/{id}/upscale. */
export const upscaleBody = z.strictObject({
  prompt: z.string().nullish(),
  scale: detailMembers.scale,
  mode: detailMembers.mode,
  ...shared,
})

/** Body of POST /v1/images/{id}/refine. */
export const refineBody = z.strictObject({ prompt: z.string().nullish(), ...shared })

/** An image named in a JSON body. */
export type ImageReference = z.infer<typeof imageReference>

type Shared = z.infer<typeof formFields> & Pick<z.infer<typeof upscaleBody>, 'scale' | 'mode'>

/** The draft that a body means; images come in apart. */
export function fromBody(
  operation: RequestDraft['operation'],
  body: Shared,
  extras: Omit<RequestDraft, 'operation'>,
): RequestDraft {
  const complexity: Record<string, JsonObject> =
    body.complexity == null ? {} : { openai: { complexity: body.complexity } }
  return {
    ...extras,
    operation,
    model: body.model,
    prompt: body.prompt,
    n: body.n,
    size: body.size,
    quality: body.quality,
    background: body.background,
    format: body.output_format,
    compression: body.output_compression,
    moderation: body.moderation,
    style: body.style,
    inputFidelity: body.input_fidelity,
    stream: body.stream,
    partialImages: body.partial_images,
    seed: agreed('seed', body.seed, extras.seed),
    steps: agreed('steps', body.steps, extras.steps),
    guidance: agreed('guidance', body.guidance, extras.guidance),
    negativePrompt: agreed('negative_prompt', body.negative_prompt, extras.negativePrompt),
    aspect: agreed('aspect_ratio', body.aspect_ratio, extras.aspect),
    resolution: agreed('resolution', body.resolution, extras.resolution),
    scale: agreed('scale', body.scale, extras.scale),
    mode: agreed<string | null | undefined>('mode', body.mode, extras.mode),
    endUser: extras.endUser ?? body.safety_identifier ?? body.user,
    providerOptions: { ...complexity, ...extras.providerOptions },
  }
}

/** A parameter that may stand in the body and in its `keeprate` object, but not twice otherwise. */
function agreed<Value>(param: string, own: Value, extra: Value): Value {
  if (own != null && extra != null && own !== extra) {
    throw invalid(`keeprate.${param}`, `${param} and keeprate.${param} disagree.`)
  }
  return own ?? extra
}
