import type { Model } from '../../../core/catalog/model.ts'
import { isObject } from '../../../core/json.ts'
import { readImageHeader } from '../../../core/quality/image-header.ts'
import {
  type ImageFormat,
  imageFormats,
  type Quality,
  type Size,
} from '../../../core/request/image-request.ts'
import { requestLimits } from '../../../core/request/limits.ts'
import { ok, type Result, refused } from '../../../core/result.ts'
import type { EmulatorAnswer } from '../emulator.ts'
import { badParameter } from './emulated-errors.ts'
import {
  backgrounds,
  type Flaw,
  flawOfParameters,
  isText,
  outOfBounds,
  sizeFrom,
} from './emulated-parameters.ts'

/** A picture request that the service would accept. */
export interface PictureRequest {
  readonly kind: 'generation' | 'edit'
  readonly model: Model
  /** As the caller spelt it: a snapshot is billed under its own name. */
  readonly modelName: string
  readonly prompt: string
  readonly n: number
  readonly size: Size | undefined
  readonly quality: Quality | undefined
  readonly background: 'transparent' | 'opaque' | 'auto'
  readonly format: ImageFormat
  readonly isStreamed: boolean
  readonly partialImages: number
  readonly safetyIdentifier: string | undefined
  readonly inputFidelity: 'low' | 'high'
  readonly inputs: readonly Uint8Array[]
  readonly mask: Uint8Array | undefined
}

/** A request with `auto` resolved. */
export interface ResolvedRequest extends PictureRequest {
  readonly size: Size
  readonly quality: Quality
}

/** Fields and files of a request body, whatever its encoding. */
export interface RequestFields {
  readonly values: Readonly<Record<string, unknown>>
  readonly inputs: readonly Uint8Array[]
  readonly mask: Uint8Array | undefined
}

/** Largest mask (OpenAI API reference, read 2026-11-20). */
const MAX_MASK_BYTES = 4 * 1024 * 1024

const common = [
  'prompt',
  'model',
  'n',
  'size',
  'quality',
  'background',
  'output_format',
  'output_compression',
  'moderation',
  'complexity',
  'stream',
  'partial_images',
  'safety_identifier',
  'user',
]
const accepted = { generation: common, edit: [...common, 'input_fidelity'] }

/** Checks a request as strictly as OpenAI does; the first flaw is its answer. */
export function readPictureRequest(
  kind: PictureRequest['kind'],
  fields: RequestFields,
  world: {
    readonly findModel: (name: string) => Model | undefined
    readonly noSuchModel: (name: string) => EmulatorAnswer
  },
): Result<PictureRequest, EmulatorAnswer> {
  const values = Object.fromEntries(
    Object.entries(fields.values).filter(([, value]) => value !== null && value !== undefined),
  )
  const unknown = Object.keys(values).find((name) => !accepted[kind].includes(name))
  if (unknown !== undefined) {
    return refused(badParameter(unknown, `Unknown parameter: '${unknown}'.`, 'unknown_parameter'))
  }
  const modelName = String(values.model ?? 'gpt-image-2')
  const model = world.findModel(modelName)
  if (model === undefined) return refused(world.noSuchModel(modelName))
  const flaw = flawOfParameters(values, model) ?? flawOfInputs(kind, fields)
  if (flaw !== undefined) return refused(flaw)
  const { size, quality } = values
  return ok({
    kind,
    model,
    modelName,
    prompt: String(values.prompt),
    n: Number(values.n ?? 1),
    size: size === undefined || size === 'auto' ? undefined : sizeFrom(String(size)),
    quality: model.qualities.find((level) => level === quality),
    background: backgrounds.find((name) => name === values.background) ?? 'auto',
    format: imageFormats.find((name) => name === values.output_format) ?? 'png',
    isStreamed: values.stream === true,
    partialImages: Number(values.partial_images ?? 0),
    inputFidelity: values.input_fidelity === 'high' ? 'high' : 'low',
    safetyIdentifier: [values.safety_identifier, values.user].find(isText),
    inputs: fields.inputs,
    mask: fields.mask,
  })
}

function flawOfInputs(kind: PictureRequest['kind'], { inputs, mask }: RequestFields): Flaw {
  if (kind === 'generation') return undefined
  const first = inputs[0]
  if (first === undefined) {
    const message = "Missing required parameter: 'image'."
    return badParameter('image', message, 'missing_required_parameter')
  }
  if (inputs.length > requestLimits.maxInputImages) {
    return outOfBounds('image', {
      flaw: 'array too long',
      wanted: `an array with maximum length ${requestLimits.maxInputImages}`,
      got: `an array with length ${inputs.length}`,
      code: 'array_above_max_length',
    })
  }
  const headers = inputs.map((bytes) => readImageHeader(bytes))
  if (headers.some((header) => header === undefined)) {
    const message = 'Invalid image file or mode for image. Supported: PNG, JPEG and WebP.'
    return badParameter('image', message, 'invalid_image_format')
  }
  if (inputs.some((bytes) => bytes.length > requestLimits.maxImageBytes)) {
    return badParameter('image', 'The image is larger than 50 MB.', 'image_too_large')
  }
  return mask === undefined ? undefined : flawOfMask(mask, headers[0])
}

function flawOfMask(mask: Uint8Array, image: Size | undefined): Flaw {
  const header = readImageHeader(mask)
  if (header?.format !== 'png' || !header.hasAlpha) {
    const message = 'Invalid mask: expected a PNG with an alpha channel.'
    return badParameter('mask', message, 'invalid_image_format')
  }
  if (mask.length > MAX_MASK_BYTES) {
    return badParameter('mask', 'The mask is larger than 4 MB.', 'image_too_large')
  }
  if (header.width === image?.width && header.height === image.height) return undefined
  return badParameter('mask', 'Invalid mask: its size does not match the image.')
}

/** Values of a multipart form become what they would be in JSON. */
export function fromForm(fields: ReadonlyMap<string, readonly string[]>): Record<string, unknown> {
  const numbers = ['n', 'output_compression', 'partial_images']
  return Object.fromEntries(
    [...fields].map(([name, values]) => {
      const text = values.at(-1) ?? ''
      if (numbers.includes(name) && /^-?\d+(\.\d+)?$/.test(text)) return [name, Number(text)]
      if (name === 'stream') return [name, text === 'true' ? true : text === 'false' ? false : text]
      return [name, text]
    }),
  )
}

/** Input images of a JSON edit: data URLs; the emulator fetches nothing and keeps no files. */
export function fromImageRefs(
  json: Record<string, unknown>,
): Result<RequestFields, EmulatorAnswer> {
  const { images, mask, ...values } = json
  const inputs = (Array.isArray(images) ? images : []).map(bytesOf)
  const maskBytes = mask === undefined || mask === null ? undefined : bytesOf(mask)
  const isUnread = inputs.includes(undefined)
  if (isUnread || (maskBytes === undefined && mask !== undefined && mask !== null)) {
    const param = isUnread ? 'images' : 'mask'
    return refused(badParameter(param, 'Invalid image: the emulator takes data URLs only.'))
  }
  return ok({ values, inputs: inputs.filter((bytes) => bytes !== undefined), mask: maskBytes })
}

function bytesOf(ref: unknown): Uint8Array | undefined {
  const url = isObject(ref) ? ref.image_url : undefined
  const match = typeof url === 'string' ? /^data:image\/[a-z+]+;base64,(.+)$/s.exec(url) : null
  return match?.[1] === undefined ? undefined : Buffer.from(match[1], 'base64')
}
