import { GatewayError } from '../../core/errors/gateway-error.ts'
import { checkStructure, readImageHeader } from '../../core/quality/image-header.ts'
import type { InputImage } from '../../core/request/image-request.ts'
import { requestLimits } from '../../core/request/limits.ts'
import type { ImageStore } from '../../ports/image-store.ts'

/**
 * Checks a stored upload and describes it: header first, so that a small file that unpacks to a
 * huge picture is refused before anything decodes it.
 * @param param the caller's spelling of the parameter, for the refusal.
 */
export async function describeInput(
  images: ImageStore,
  digest: string,
  param: string,
): Promise<InputImage> {
  const bytes = await images.get(digest)
  if (bytes === undefined) throw new TypeError('an upload vanished from the store')
  const header = readImageHeader(bytes)
  if (header !== undefined && header.width * header.height > requestLimits.maxImagePixels) {
    const megapixels = requestLimits.maxImagePixels / 1_000_000
    const message =
      `${param} has ${header.width}x${header.height} pixels; ` +
      `at most ${megapixels} megapixels are taken.`
    throw new GatewayError('image_too_large', message, { param })
  }
  const structure = checkStructure(bytes)
  if (!structure.ok) {
    const message = `${param} is no complete PNG, JPEG or WebP image (${structure.reason}).`
    throw new GatewayError('invalid_image', message, { param })
  }
  const { format, width, height, hasAlpha } = structure.header
  return { digest, format, width, height, hasAlpha, byteLength: bytes.length }
}
