import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { makeCallPlan } from '../core/catalog/call-plan.ts'
import { fitRequest } from '../core/catalog/fit.ts'
import { type Model, offerName } from '../core/catalog/model.ts'
import { readImageHeader } from '../core/quality/image-header.ts'
import type {
  ImageRequest,
  InputImage,
  Operation,
  OperationDetails,
  Size,
} from '../core/request/image-request.ts'
import { operationRules } from '../core/request/operation.ts'
import type { InputBytes, ProviderCall } from '../ports/provider.ts'
import { makesSize } from '../providers/shared/models-file.ts'

/** Inside every provider's bounds for input images. */
const INPUT_EDGE = 1024
const PROMPT = 'a red cup on a wooden table, morning light'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Small enough that pictures four times as wide are drawn quickly. */
const SMALL_EDGE = 256

/** Pixels added to the left and right: the canvas then has a shape that most models have. */
const MARGIN = 256

/** Facts of an input image whose bytes do not matter. */
const sampleInput = (edge: number): InputImage => ({
  width: edge,
  height: edge,
  digest: '0'.repeat(64),
  format: 'png',
  byteLength: 10_000,
  hasAlpha: false,
})

/** Edge of the input of an operation: small where it is enlarged, if the model takes that. */
function edgeFor({ operationLimits }: Model, operation: Operation): number {
  const limit = operationLimits?.[operation] ?? {}
  const { minInputEdge = 0, minInputPixels = 0 } = limit
  const isTaken = minInputEdge <= SMALL_EDGE && minInputPixels <= SMALL_EDGE * SMALL_EDGE
  return operation === 'upscale' && isTaken ? SMALL_EDGE : INPUT_EDGE
}

/**
 * Details worth trying, so that each way a model has of an operation is tried once; one undefined
 * entry for operations that have none.
 */
export function sampleDetails(
  { operationLimits = {} }: Model,
  operation: Operation,
): readonly (OperationDetails | undefined)[] {
  const limit = operationLimits[operation] ?? {}
  const { modes = [], kinds = [], scales = [2] } = limit
  const strength = limit.strength === true ? { strength: 0.5 } : {}
  switch (operation) {
    case 'upscale':
      return modes.map((mode) => ({ kind: operation, mode, scale: scales[0] ?? 2 }))
    case 'outpaint':
      return [{ kind: operation, expand: { left: MARGIN, right: MARGIN, top: 0, bottom: 0 } }]
    case 'search_and_replace':
    case 'search_and_recolor':
      return [{ kind: operation, search: 'the cup' }]
    case 'control':
      return kinds.map((control) => ({ kind: operation, control, ...strength }))
    case 'style_transfer':
      return [{ kind: operation, ...strength }]
    default:
      return [undefined]
  }
}

/** A request for one picture, as cheap as the model has it. */
export function sampleRequest(
  model: Model,
  operation: Operation,
  changes: Partial<ImageRequest> = {},
): ImageRequest {
  const cheapest = model.qualities[0]
  const [details] = sampleDetails(model, operation)
  const rule = operationRules[operation]
  const input = sampleInput(edgeFor(model, operation))
  const takesWords = model.operationLimits?.[operation]?.prompt !== 'none'
  return {
    operation,
    ...(details === undefined ? {} : { details }),
    model: offerName(model),
    prompt: takesWords ? PROMPT : '',
    n: 1,
    images: Array.from({ length: rule.images[0] }, () => input),
    ...(rule.mask === 'required' ? { mask: { ...input, hasAlpha: true } } : {}),
    ...(cheapest === undefined ? {} : { quality: cheapest }),
    needs: [],
    tags: {},
    strict: false,
    cache: 'off',
    cacheIsExplicit: true,
    providerOptions: {},
    ...changes,
  }
}

/**
 * Sizes worth trying: all of a list, one of each resolution class, and of a free rule the default
 * and two other shapes.
 */
export function sampleSizes({ sizes, defaultSize }: Model): readonly Size[] {
  if (sizes.kind === 'list') return sizes.sizes
  if (sizes.kind === 'aspect') {
    const scale = (pixels: number): number =>
      Math.sqrt(pixels / (defaultSize.width * defaultSize.height))
    return (sizes.classes ?? []).map(({ pixels }) => ({
      width: Math.floor(defaultSize.width * scale(pixels)),
      height: Math.floor(defaultSize.height * scale(pixels)),
    }))
  }
  const shapes = [defaultSize, { width: 1536, height: 1024 }, { width: 768, height: 1344 }]
  return shapes.filter((size) => makesSize(sizes, size))
}

/** A real picture to edit, and masks of its size in both conventions. */
interface SamplePicture {
  readonly image: InputBytes
  /** Transparent where the edit goes. */
  readonly clearMask: InputBytes
  /** White where the edit goes. */
  readonly whiteMask: InputBytes
  /** Black where the edit goes; only for models that want masks so. */
  readonly blackMask?: InputBytes
}

/** Real pictures in the sizes of the samples' inputs. */
export type SampleInputs = readonly SamplePicture[]

/** Makes the input pictures: a usual one, a small one, and a canvas with margins. */
export const makeSampleInputs = async (): Promise<SampleInputs> =>
  Promise.all([
    makePicture({ width: INPUT_EDGE, height: INPUT_EDGE }),
    makePicture({ width: SMALL_EDGE, height: SMALL_EDGE }),
    makePicture({ width: INPUT_EDGE + 2 * MARGIN, height: INPUT_EDGE }),
  ])

/** A plain ground, and masks with a hole in their middle. */
async function makePicture({ width, height }: Size): Promise<SamplePicture> {
  const ground = (background: string) =>
    sharp({ create: { width, height, channels: 4, background } })
  const middle = (background: string) =>
    sharp({ create: { width: width / 2, height: height / 2, channels: 4, background } })
      .png()
      .toBuffer()
  const [hole, inverse] = await Promise.all([middle('#ffffff'), middle('#000000')])
  const [image, clear, white, black] = await Promise.all([
    ground('#7a9e7e').removeAlpha().png().toBuffer(),
    ground('#000000')
      .composite([{ input: hole, blend: 'dest-out' }])
      .png()
      .toBuffer(),
    ground('#000000')
      .composite([{ input: hole }])
      .removeAlpha()
      .png()
      .toBuffer(),
    ground('#ffffff')
      .composite([{ input: inverse }])
      .removeAlpha()
      .png()
      .toBuffer(),
  ])
  return {
    image: inputOf(image),
    clearMask: inputOf(clear),
    whiteMask: inputOf(white),
    blackMask: inputOf(black),
  }
}

function inputOf(bytes: Uint8Array): InputBytes {
  const header = readImageHeader(bytes)
  if (header === undefined) throw new Error('a sample picture has no header')
  const { width, height, format, hasAlpha } = header
  return { width, height, format, hasAlpha, digest: sha256(bytes), byteLength: bytes.length, bytes }
}

/**
 * Fits a request to a model as the gateway does, and adds the bytes.
 * @throws Error when the model cannot serve what it declares to do.
 */
export function toCall(request: ImageRequest, model: Model, inputs: SampleInputs): ProviderCall {
  const fit = fitRequest(request, model, { isPinned: true })
  if (!fit.ok) throw new Error(`${model.id} refuses the request: ${fit.refusal.reason}`)
  const { images, mask, ...plan } = makeCallPlan(request, model, fit.value, request.n)
  const pictures = images.map(({ width, height }) => pictureOf(inputs, { width, height }))
  const maskBytes = maskFor(model, pictures[0])
  return {
    ...plan,
    images: pictures.map(({ image }) => image),
    ...(mask === undefined || maskBytes === undefined ? {} : { mask: maskBytes }),
    attemptId: 'att_contract',
    safetyIdentifier: sha256(Buffer.from('contract')),
  }
}

function maskFor({ wire }: Model, masks: SamplePicture | undefined): InputBytes | undefined {
  if (wire.mask === 'black_is_edit') return masks?.blackMask
  return wire.mask === 'white_is_edit' ? masks?.whiteMask : masks?.clearMask
}

function pictureOf(inputs: SampleInputs, { width, height }: Size): SamplePicture {
  const found = inputs.find(({ image }) => image.width === width && image.height === height)
  if (found === undefined) throw new Error(`no sample picture has ${width}x${height} pixels`)
  return found
}
