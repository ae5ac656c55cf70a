import type { ImageRequest, InputImage, Operation, Size } from '../request/image-request.ts'
import { requestLimits } from '../request/limits.ts'
import { variationPrompt } from '../request/operation.ts'
import { type DetailsOf, type OperationDetails, sides } from '../request/operation-details.ts'
import { outputOf, scaled } from '../request/operation-size.ts'
import { ok, type Result, refused } from '../result.ts'
import { callOperation, toCanvas } from './emulation.ts'
import { fitSize, type SizeFit } from './fit-size.ts'
import type { Model } from './model.ts'
import type { OperationLimit } from './operation-limit.ts'
import type { ParameterReport, Unfit } from './settings.ts'

/** How a model makes an operation. */
export interface OperationFit {
  /** What is called: the operation itself, or the one it is emulated by. */
  readonly operation: Operation
  /** The details as they are asked of the model. */
  readonly details?: OperationDetails
  /** Set where the size follows from the input. */
  readonly size?: SizeFit
  readonly reports: readonly ParameterReport[]
}

/** A picture may differ so much (5 %) from the shape asked for before it counts as another. */
const SHAPE_TOLERANCE = 1.05

/** A picture may be enlarged by so much (linear) without being called another size. */
const ENLARGEMENT_TOLERANCE = 1.05

/**
 * Fits operation and details to a model: which call makes it, whether input and output are within
 * the model's limits, and what becomes of each detail. Refuses where the model cannot.
 */
export function fitOperation(request: ImageRequest, model: Model): Result<OperationFit, Unfit> {
  const operation = callOperation(model, request.operation)
  if (operation === undefined) {
    const reason = `the model ${model.id} cannot do ${request.operation}`
    return refused({ code: 'operation', param: 'model', reason })
  }
  const limit = model.operationLimits?.[operation] ?? {}
  const words = fitPrompt(request, model, limit)
  if (!words.ok) return words
  const canvas = operation === request.operation ? undefined : canvasOf(request)
  const flaw = inputFlaw(canvas ?? request.images[0], limit)
  if (flaw !== undefined) return unfit('inputs', 'image', `${model.id} takes ${flaw}`)
  const fitted = fitDetails(request, model, limit)
  if (!fitted.ok) return fitted
  const { details, made } = fitted.value
  const size =
    canvas === undefined ? followed(request, limit, made) : fitCanvas(canvas, request, model)
  if (!size.ok) return size
  const emulated: ParameterReport[] =
    operation === request.operation
      ? []
      : [{ param: 'operation', outcome: 'approximated', detail: `made by ${operation}` }]
  return ok({
    operation,
    ...(details === undefined ? {} : { details }),
    ...(size.value === undefined ? {} : { size: size.value }),
    reports: [...emulated, ...words.value, ...fitted.value.reports],
  })
}

const unfit = (code: Unfit['code'], param: string, reason: string): { ok: false; refusal: Unfit } =>
  refused({ code, param, reason })

const canvasOf = ({ details, images: [input] }: ImageRequest): InputImage | undefined =>
  details?.kind === 'outpaint' && input !== undefined ? toCanvas(input, details.expand) : undefined

function fitPrompt(
  { operation, prompt }: ImageRequest,
  { id }: Model,
  limit: OperationLimit,
): Result<readonly ParameterReport[], Unfit> {
  if (prompt === '' && limit.prompt === 'required') {
    return unfit('prompt', 'prompt', `${id} needs a prompt to ${operation}`)
  }
  // Nothing is lost where the words were ours.
  if (prompt === '' || prompt === variationPrompt || limit.prompt !== 'none') return ok([])
  return ok([{ param: 'prompt', outcome: 'dropped', detail: `${id} takes no prompt` }])
}

/** What a limit asks of an input that this one is not, in words. */
function inputFlaw(input: Size | undefined, limit: OperationLimit): string | undefined {
  if (input === undefined) return undefined
  const { width, height } = input
  const [longer, shorter] = [Math.max(width, height), Math.min(width, height)]
  const { minInputPixels = 0, maxInputPixels = Number.POSITIVE_INFINITY } = limit
  const { minInputEdge = 0, maxInputEdge = Number.POSITIVE_INFINITY } = limit
  const has = `, not ${width}x${height}`
  if (shorter < minInputEdge) return `input images with edges of ${minInputEdge} at least${has}`
  if (longer > maxInputEdge) return `input images with edges of ${maxInputEdge} at most${has}`
  if (width * height < minInputPixels)
    return `input images of ${minInputPixels} pixels at least${has}`
  if (width * height > maxInputPixels)
    return `input images of ${maxInputPixels} pixels at most${has}`
  const { maxInputRatio } = limit
  if (maxInputRatio === undefined || longer <= shorter * maxInputRatio) return undefined
  return `input images of ${maxInputRatio}:1 at most${has}`
}

interface FittedDetails {
  readonly details?: OperationDetails
  /** What the model makes, where it is another size than the one asked for. */
  readonly made?: Size
  readonly reports: readonly ParameterReport[]
}

function fitDetails(
  request: ImageRequest,
  model: Model,
  limit: OperationLimit,
): Result<FittedDetails, Unfit> {
  const { details } = request
  switch (details?.kind) {
    case undefined:
      return ok({ reports: [] })
    case 'upscale':
      return fitUpscale(request, details, model, limit)
    case 'outpaint': {
      const { maxExpand = requestLimits.maxEdge } = limit
      const side = sides.find((name) => details.expand[name] > maxExpand)
      if (side === undefined) return ok({ details, reports: [honoured('expand')] })
      const reason = `${model.id} adds at most ${maxExpand} pixels at a side`
      return unfit('inputs', `expand.${side}`, reason)
    }
    case 'search_and_replace':
    case 'search_and_recolor':
      return ok({ details, reports: [honoured('search')] })
    case 'control': {
      const { kinds = [] } = limit
      if (kinds.includes(details.control)) return ok(withStrength(details, model, limit))
      const reason = `${model.id} is controlled by ${kinds.join(', ')}, not by ${details.control}`
      return unfit('operation', 'control', reason)
    }
    case 'style_transfer':
      return ok(withStrength(details, model, limit))
  }
}

const honoured = (param: string): ParameterReport => ({ param, outcome: 'honoured' })

function withStrength(
  details: DetailsOf<'control'> | DetailsOf<'style_transfer'>,
  model: Model,
  limit: OperationLimit,
): FittedDetails {
  const reports = details.kind === 'control' ? [honoured('control')] : []
  if (details.strength === undefined) return { details, reports }
  if (limit.strength === true) return { details, reports: [...reports, honoured('strength')] }
  const { strength: _, ...rest } = details
  const detail = `${model.id} has no strength`
  return { details: rest, reports: [...reports, { param: 'strength', outcome: 'dropped', detail }] }
}

/** The next factor the model has; what is more than asked for is scaled down afterwards. */
function fitUpscale(
  { images: [input] }: ImageRequest,
  details: DetailsOf<'upscale'>,
  model: Model,
  limit: OperationLimit,
): Result<FittedDetails, Unfit> {
  const { modes = [], scales, maxOutputPixels = requestLimits.maxImagePixels } = limit
  if (!modes.includes(details.mode)) {
    const reason = `${model.id} enlarges in the mode ${modes.join(', ')}, not ${details.mode}`
    return unfit('operation', 'mode', reason)
  }
  if (input === undefined) return unfit('inputs', 'image', `${model.id} needs a picture`)
  const most = Math.sqrt(maxOutputPixels / (input.width * input.height))
  const factor = limit.fillsOutput
    ? most
    : scales === undefined
      ? details.scale
      : scales.toSorted((a, b) => a - b).find((scale) => scale >= details.scale)
  const largest = limit.maxScale ?? Number.POSITIVE_INFINITY
  const made = scaled(input, factor ?? 1)
  const isWithin =
    factor !== undefined &&
    factor <= largest &&
    factor <= most &&
    factor * ENLARGEMENT_TOLERANCE >= details.scale &&
    Math.max(made.width, made.height) <= requestLimits.maxEdge
  if (!isWithin) {
    const ability = scales === undefined ? '' : ` by ${scales.join(', ')}`
    const bound = limit.maxScale === undefined ? '' : ` up to ${limit.maxScale} times`
    const reason =
      `${model.id} enlarges${ability}${bound} to at most ${maxOutputPixels} pixels, ` +
      `not ${input.width}x${input.height} by ${details.scale}`
    return unfit('size', 'scale', reason)
  }
  const isSame = Math.abs(factor - details.scale) < 1e-9
  const detail = `made at about ${print(made)}, then scaled`
  const report: ParameterReport = isSame
    ? honoured('scale')
    : { param: 'scale', outcome: 'approximated', detail }
  return ok({ details: { ...details, scale: factor }, made, reports: [honoured('mode'), report] })
}

const print = ({ width, height }: Size): string => `${width}x${height}`

/** The size that follows from the input; what comes otherwise is scaled to it. */
function followed(
  request: ImageRequest,
  limit: OperationLimit,
  made: Size | undefined,
): Result<SizeFit | undefined, Unfit> {
  const output = outputOf(request)
  if (output !== undefined) {
    return ok({ expectedSize: made ?? output, resize: output, reports: [] })
  }
  const [input] = request.images
  if (limit.keepsInputSize !== true || input === undefined) return ok(undefined)
  const { size, aspect, resolution } = request
  const asked = size === undefined ? (aspect ?? resolution) : print(size)
  const param = size === undefined ? (aspect === undefined ? 'resolution' : 'aspect_ratio') : 'size'
  const isSame = size?.width === input.width && size.height === input.height
  const expectedSize = { width: input.width, height: input.height }
  if (asked === undefined) return ok({ expectedSize, reports: [] })
  if (isSame) return ok({ expectedSize, reports: [honoured('size')] })
  return unfit(
    'size',
    param,
    `the picture keeps the size of its input, ${print(input)}, not ${asked}`,
  )
}

/**
 * A canvas with margins, as an edit of exactly its size: a model that makes another shape of it
 * would move what is to stay.
 */
function fitCanvas(
  canvas: InputImage,
  request: ImageRequest,
  model: Model,
): Result<SizeFit | undefined, Unfit> {
  const size = { width: canvas.width, height: canvas.height }
  const fit = fitSize({ ...request, size, images: [canvas] }, model)
  if (!fit.ok) return refused({ ...fit.refusal, param: 'expand' })
  const { expectedSize, reports: _, ...rest } = fit.value
  const shape = (expectedSize.width * size.height) / (expectedSize.height * size.width)
  if (Math.max(shape, 1 / shape) > SHAPE_TOLERANCE) {
    const reason = `${model.id} makes ${print(expectedSize)} of a canvas of ${print(size)}`
    return unfit('size', 'expand', reason)
  }
  return ok({ ...rest, expectedSize, resize: size, reports: [] })
}
