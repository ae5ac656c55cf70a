import type { JsonObject } from '../json.ts'
import type { Usage } from '../pricing/usage.ts'
import type { ImageRequest, InputImage, Operation, Size } from '../request/image-request.ts'
import type { Model } from './model.ts'
import type { CallSettings, Fit } from './settings.ts'

/** What is known before a call is made; enough to price it and to print it onto the wire. */
export interface CallPlan {
  readonly model: Model
  readonly operation: Operation
  readonly prompt: string
  /** Images asked of this one call, 1 to the model's `maxImagesPerCall`. */
  readonly n: number
  readonly settings: CallSettings
  /** Pixels the picture is expected to have. */
  readonly expectedSize: Size
  readonly images: readonly InputImage[]
  readonly mask?: InputImage
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

/** One call of `n` images for a request that was fitted to a model. */
export const makeCallPlan = (
  request: ImageRequest,
  model: Model,
  fit: Pick<Fit, 'settings' | 'expectedSize'>,
  n: number,
): CallPlan => ({
  model,
  operation: request.operation,
  prompt: request.prompt,
  n,
  settings: fit.settings,
  expectedSize: fit.expectedSize,
  images: request.images,
  options: request.providerOptions[model.provider] ?? {},
  ...(request.mask === undefined ? {} : { mask: request.mask }),
  ...(request.partialImages === undefined || !model.supports.stream
    ? {}
    : { partialImages: request.partialImages }),
})
