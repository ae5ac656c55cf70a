import { GatewayError, invalid } from '../../core/errors/gateway-error.ts'
import { checkStructure, readImageHeader } from '../../core/quality/image-header.ts'
import type { InputImage } from '../../core/request/image-request.ts'
import { requestLimits } from '../../core/request/limits.ts'
import type { HttpClient } from '../../ports/http-client.ts'
import type { ImageStore } from '../../ports/image-store.ts'
import type { ImageReference } from './body.ts'

/** A link to an input image must answer within this time, in milliseconds. */
const FETCH_MS = 30_000
/** Base64 of the largest picture. */
const MAX_BASE64_CHARACTERS = Math.ceil(requestLimits.maxImageBytes / 3) * 4

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

/**
 * Brings in an image that a JSON body names: a data URL, or a link that is fetched by the one safe
 * client (public addresses only, no credentials, bounded).
 */
export async function readReference(
  reference: ImageReference,
  param: string,
  parts: { readonly images: ImageStore; readonly http: HttpClient },
): Promise<InputImage> {
  const { image_url: url, file_id: file } = reference
  if (file != null) {
    const message = 'Files are not available here; send image_url with a data URL or a link.'
    throw new GatewayError('unsupported_parameter', message, { param: `${param}.file_id` })
  }
  if (url == null) throw invalid(param, `${param} needs image_url.`)
  const name = `${param}.image_url`
  const bytes = url.startsWith('data:')
    ? fromDataUrl(url, name)
    : await fetchImage(url, name, parts)
  const stored = await parts.images.putStream(once(bytes), requestLimits.maxImageBytes)
  return describeInput(parts.images, stored.digest, name)
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function fromDataUrl(url: string, param: string): Uint8Array {
  const match = /^data:image\/(?:png|jpe?g|webp);base64,/.exec(url)
  const text = url.slice(match?.[0].length ?? 0)
  if (match === null || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
    throw invalid(
      param,
      `${param} must be data:image/png;base64,… (or jpeg, webp), or an https link.`,
    )
  }
  if (text.length > MAX_BASE64_CHARACTERS) {
    throw new GatewayError('image_too_large', `${param} is larger than 50 MB.`, { param })
  }
  return Buffer.from(text, 'base64')
}

async function fetchImage(
  url: string,
  param: string,
  { http }: { readonly http: HttpClient },
): Promise<Uint8Array> {
  if (!URL.canParse(url) || new URL(url).protocol !== 'https:') {
    throw invalid(param, `${param} must be a data URL or an https link.`)
  }
  const answer = await http
    .send({
      method: 'GET',
      url,
      headers: { accept: 'image/*' },
      addresses: { privateOrigins: [] },
      maxRedirects: 3,
      timeouts: { headersMs: FETCH_MS, totalMs: FETCH_MS },
      maxBytes: requestLimits.maxImageBytes,
    })
    .catch((error: unknown) => {
      // The inside of our network is nobody's business: the reason stays general.
      throw new GatewayError('invalid_request', `${param} could not be fetched.`, {
        param,
        cause: error,
      })
    })
  const image = answer.images[0]
  if (answer.status === 200 && image !== undefined) return image.bytes
  throw invalid(param, `${param} answered ${answer.status} and no image.`)
}
