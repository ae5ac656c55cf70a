import { GatewayError, invalid } from '../errors/gateway-error.ts'
import type { ImageRequest, Size } from './image-request.ts'
import { requestLimits } from './limits.ts'
import { operationRules } from './operation.ts'
import { outputOf } from './operation-size.ts'

/**
 * Checks that pictures, mask, size and format belong to the operation.
 * @throws GatewayError naming the parameter, with what to do about it.
 */
export function checkOperation(request: ImageRequest): void {
  checkImages(request)
  checkMask(request)
  if (operationRules[request.operation].followsInput) checkFollowing(request)
  if (request.operation === 'remove_background') checkTransparency(request)
  const isCopy =
    request.operation === 'remove_background' ||
    (request.details?.kind === 'upscale' && request.details.mode === 'fast')
  if (isCopy && request.n > 1) {
    const message = `n must be 1: ${request.operation} gives the same picture each time.`
    throw invalid('n', message)
  }
}

function checkImages({ operation, images, mask }: ImageRequest): void {
  const [least, most] = operationRules[operation].images
  if (most === 0 && (images.length > 0 || mask !== undefined)) {
    const param = images.length > 0 ? 'image' : 'mask'
    throw invalid(param, 'Images and masks are taken by /v1/images/edits, not by generations.')
  }
  if (images.length < least) {
    const message =
      operation === 'style_transfer'
        ? 'Two input images are required: the picture, then the style.'
        : 'An input image is required.'
    throw invalid('image', message)
  }
  const limit = Math.min(most, requestLimits.maxInputImages)
  if (images.length > limit) {
    const message = `${images.length} input images are given; ${operation} takes at most ${limit}.`
    throw invalid('image', message)
  }
}

function checkMask({ operation, mask, images }: ImageRequest): void {
  const rule = operationRules[operation].mask
  if (rule === 'required' && mask === undefined) {
    throw invalid('mask', `A mask is required to ${operation}.`)
  }
  const first = images[0]
  if (mask === undefined || first === undefined) return
  if (rule === 'none') {
    throw invalid('mask', `A mask is taken by edits, inpaint and erase, not by ${operation}.`)
  }
  if (mask.width !== first.width || mask.height !== first.height) {
    throw new GatewayError(
      'mask_size_mismatch',
      `The mask has ${mask.width}x${mask.height} pixels, the image ${first.width}x${first.height}.`,
      { param: 'mask' },
    )
  }
  if (!mask.hasAlpha) {
    throw invalid('mask', 'The mask must have an alpha channel; transparent pixels are edited.')
  }
}

/** The size follows from input and details; asking for another one contradicts them. */
function checkFollowing(request: ImageRequest): void {
  const { operation, size, aspect, resolution } = request
  const asked = { size, aspect_ratio: aspect, resolution }
  const advice = {
    outpaint: 'use expand',
    upscale: 'use scale',
  }[operation as string]
  for (const [param, value] of Object.entries(asked)) {
    if (value === undefined) continue
    const hint = advice === undefined ? 'edit or upscale the result instead' : advice
    throw invalid(param, `${param} is not taken by ${operation}, which follows its input; ${hint}.`)
  }
  const output = outputOf(request)
  if (output === undefined || isPossible(output)) return
  const param = operation === 'upscale' ? 'scale' : 'expand'
  const { maxEdge, maxImagePixels } = requestLimits
  const message =
    `${param} gives ${output.width}x${output.height} pixels; pictures have at most ` +
    `${maxImagePixels / 1_000_000} megapixels and edges of ${maxEdge}.`
  throw invalid(param, message)
}

const isPossible = ({ width, height }: Size): boolean =>
  Math.max(width, height) <= requestLimits.maxEdge && width * height <= requestLimits.maxImagePixels

function checkTransparency({ format, background }: ImageRequest): void {
  if (format === 'jpeg') {
    const message =
      'A picture without its background is transparent, and JPEG is not; use png or webp.'
    throw invalid('output_format', message)
  }
  if (background === 'opaque') {
    throw invalid('background', 'remove_background makes the background transparent, not opaque.')
  }
}
