import type { ImageRequest, InputImage } from '../core/request/image-request.ts'
import type { ImageDecoder } from '../ports/image-decoder.ts'
import type { ImageStore } from '../ports/image-store.ts'
import type { Log } from '../ports/log.ts'

/** What looking at uploads needs. */
export interface LookingParts {
  readonly images: ImageStore
  readonly decoder: ImageDecoder
  readonly log: Log
}

/** Uploads whose pixels are remembered: the same few are sent again and again. */
const MAX_REMEMBERED = 10_000

/**
 * Knows uploads by what they show: the same pixels in another file, with other descriptive data or
 * compressed otherwise without loss, are the same input.
 */
export class SamePixels {
  readonly #known = new Map<string, Promise<string>>()

  /** A request whose inputs are named by their pixels, to make cache keys of; never to be sent. */
  async identify(request: ImageRequest, deps: LookingParts): Promise<ImageRequest> {
    const { images, mask } = request
    if (images.length === 0 && mask === undefined) return request
    const [named, ...all] = await Promise.all(
      [mask, ...images].map((image) => image && this.#byPixels(image, deps)),
    )
    return {
      ...request,
      images: all.filter((image) => image !== undefined),
      ...(named === undefined ? {} : { mask: named }),
    }
  }

  /** What cannot be decoded, or not now, is known by its bytes: then no other file is the same. */
  async #byPixels(image: InputImage, deps: LookingParts): Promise<InputImage> {
    const { digest } = image
    const reading = this.#known.get(digest) ?? read(digest, deps)
    this.#known.set(digest, reading)
    if (this.#known.size > MAX_REMEMBERED) {
      const oldest = this.#known.keys().next()
      if (oldest.done !== true) this.#known.delete(oldest.value)
    }
    try {
      return { ...image, digest: await reading }
    } catch (error) {
      this.#known.delete(digest)
      deps.log.debug({ error, digest }, 'input known by its bytes')
      return image
    }
  }
}

async function read(digest: string, { images, decoder }: LookingParts): Promise<string> {
  const bytes = await images.get(digest)
  if (bytes === undefined) throw new Error('the upload is gone')
  return `pixels:${await decoder.pixelDigest(bytes)}`
}
