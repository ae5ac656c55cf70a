import { GatewayError, invalid } from '../../core/errors/gateway-error.ts'
import type { InputImage } from '../../core/request/image-request.ts'
import { requestLimits } from '../../core/request/limits.ts'
import type { HttpClient } from '../../ports/http-client.ts'
import type { HttpContext } from '../context.ts'
import type { ImageReference } from './body.ts'
import { describeInput } from './describe-input.ts'
import { linkedInput } from './stored-input.ts'

/** A link to an input image must answer within this time, in milliseconds. */
const FETCH_MS = 30_000
/** Base64 of the largest picture. */
const MAX_BASE64_CHARACTERS = Math.ceil(requestLimits.maxImageBytes / 3) * 4

/**
 * Brings in an image that a JSON body names: a data URL, a link to a picture of ours, or another
 * link, which is fetched by the one safe client (public addresses only, no credentials, bounded).
 */
export async function readReference(
  reference: ImageReference,
  param: string,
  context: Pick<HttpContext, 'gateway' | 'http' | 'links'>,
): Promise<InputImage> {
  const { image_url: url, file_id: file } = reference
  if (file != null) {
    const message = 'Files are no input images here; send image_url with a data URL or a link.'
    throw new GatewayError('unsupported_parameter', message, { param: `${param}.file_id` })
  }
  if (url == null) throw invalid(param, `${param} needs image_url.`)
  return readLink(url, `${param}.image_url`, context)
}

/** The same of a data URL or a link alone. */
export async function readLink(
  url: string,
  name: string,
  context: Pick<HttpContext, 'gateway' | 'http' | 'links'>,
): Promise<InputImage> {
  const { images } = context.gateway.deps
  const isData = url.startsWith('data:')
  const own = isData ? undefined : await linkedInput(url, name, context)
  if (own !== undefined) return own
  const bytes = isData ? fromDataUrl(url, name) : await fetchImage(url, name, context.http)
  const stored = await images.putStream(once(bytes), requestLimits.maxImageBytes)
  return describeInput(images, stored.digest, name)
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

async function fetchImage(url: string, param: string, http: HttpClient): Promise<Uint8Array> {
  if (!URL.canParse(url) || new URL(url).protocol !== 'https:') {
    const own = 'a link to a picture of this gateway that has not expired'
    throw invalid(param, `${param} must be a data URL, an https link, or ${own}.`)
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
