import type { JsonObject } from '../json.ts'
import type { Usage } from '../pricing/usage.ts'
import type {
  ImageRequest,
  InputImage,
  Operation,
  OperationDetails,
  Size,
} from '../request/image-request.ts'
import type { Expansion } from '../request/operation-details.ts'
import { marginCoverage, toCanvas } from './emulation.ts'
import type { Model } from './model.ts'
import type { CallSettings, Fit } from './settings.ts'

/** What is known before a call is made; enough to price it and to print it onto the wire. */
export interface CallPlan {
  readonly model: Model
  /** What is called, which may be another operation than the one asked for. */
  readonly operation: Operation
  /** Of this operation, as they are asked of the model. */
  readonly details?: OperationDetails
  /** Empty where the operation needs no words and none were given. */
  readonly prompt: string
  /** Images asked of this one call, 1 to the model's `maxImagesPerCall`. */
  readonly n: number
  readonly settings: CallSettings
  /** Pixels the picture is expected to have. */
  readonly expectedSize: Size
  readonly images: readonly InputImage[]
  readonly mask?: InputImage
  /** Margins that the gateway adds to the picture, with a mask over them, before it is sent. */
  readonly padding?: Expansion
  /** The caller's options for this provider, untouched; the adapter's strict schema checks them. */
  readonly options: JsonObject
  /** Set when the caller streams: partial images wanted, 0–3. */
  readonly partialImages?: number
}

/** The lowest, expected and highest usage a call can have; `high` is a hard ceiling. */
export interface UsageEstimate {
  readonly low: Usage
  readonly expected: Usage
  readonly high: Usage
}

/** Sent with a canvas whose caller said nothing; a model that paints needs to be told what. */
const MARGINS = 'Continue this picture into its empty margins: same scene, light and style.'

/** One call of `n` images for a request that was fitted to a model. */
export function makeCallPlan(
  request: ImageRequest,
  model: Model,
  fit: Pick<Fit, 'settings' | 'expectedSize'> & Partial<Pick<Fit, 'operation' | 'details'>>,
  n: number,
): CallPlan {
  const { operation = request.operation, details } = fit
  return {
    model,
    operation,
    ...(details?.kind === operation ? { details } : {}),
    prompt: promptFor(request, model, operation),
    n,
    settings: fit.settings,
    expectedSize: fit.expectedSize,
    options: request.providerOptions[model.provider] ?? {},
    ...toPictures(request, operation),
    ...(request.partialImages === undefined || !model.supports.stream
      ? {}
      : { partialImages: request.partialImages }),
  }
}

/** What was said to be dropped is not sent: some services refuse words that they do not need. */
function promptFor(request: ImageRequest, model: Model, operation: Operation): string {
  if (model.operationLimits?.[operation]?.prompt === 'none') return ''
  return isPadded(request, operation) && request.prompt === '' ? MARGINS : request.prompt
}

const isPadded = ({ details }: Pick<ImageRequest, 'details'>, operation: Operation): boolean =>
  details?.kind === 'outpaint' && operation === 'inpaint'

/** The pictures of the request, or the canvas and mask that stand for them. */
function toPictures(
  { images, mask, details }: ImageRequest,
  operation: Operation,
): Pick<CallPlan, 'images' | 'mask' | 'padding'> {
  const [image] = images
  if (details?.kind === 'outpaint' && isPadded({ details }, operation) && image !== undefined) {
    const canvas = toCanvas(image, details.expand)
    const coverage = marginCoverage(image, canvas)
    return {
      images: [canvas],
      mask: { ...canvas, hasAlpha: true, coverage },
      padding: details.expand,
    }
  }
  return { images, ...(mask === undefined ? {} : { mask }) }
}
