import { GatewayError } from '../core/errors/gateway-error.ts'
import type { ImageRecord } from '../core/jobs/request-record.ts'
import type { ImageFormat } from '../core/request/image-request.ts'
import { renditionSize, type WantedRendition } from '../core/storage/rendition.ts'
import type { Clock } from '../ports/clock.ts'
import type { Sha256 } from '../ports/digest.ts'
import type { ImageDecoder } from '../ports/image-decoder.ts'
import type { ImageStore } from '../ports/image-store.ts'
import type { Stores } from '../ports/stores.ts'
import { loadImage } from './load-image.ts'

/** What making renditions needs. */
export interface RenditionParts {
  readonly stores: Pick<Stores, 'kept'>
  readonly images: ImageStore
  readonly decoder: ImageDecoder
  readonly sha256: Sha256
  readonly clock: Clock
}

/** What is sent for a picture. */
export interface Shown {
  readonly digest: string
  readonly format: ImageFormat
}

/** When somebody may ask again while all decoders are busy, in milliseconds. */
const BUSY_MS = 1_000

/**
 * Pictures scaled and converted for people who look at them. Each is made once, in a worker, and
 * kept as an object of its own.
 */
export class Renditions {
  readonly #making = new Map<string, Promise<Shown>>()

  /**
   * The picture itself, or what is wanted of it.
   * @throws GatewayError `overloaded` when too much is being decoded.
   */
  async show(image: ImageRecord, wanted: WantedRendition, deps: RenditionParts): Promise<Shown> {
    const { digest, format } = image
    const width = Math.min(wanted.width ?? image.width, image.width)
    const as = wanted.format ?? format
    if (width === image.width && as === format) return { digest, format }
    const found = await deps.stores.kept.rendition({ source: digest, width, format: as })
    if (found !== undefined && (await deps.images.size(found.digest)) !== undefined) return found
    const key = `${digest} ${width} ${as}`
    const making = this.#making.get(key) ?? this.#make(image, { width, format: as }, deps)
    this.#making.set(key, making)
    return making.finally(() => this.#making.delete(key))
  }

  async #make(
    image: ImageRecord,
    { width, format }: Required<WantedRendition>,
    deps: RenditionParts,
  ): Promise<Shown> {
    const original = await loadImage(image, deps)
    const resize = renditionSize(image, width)
    const bytes = await deps.decoder
      .convert(original, { format, ...(width === image.width ? {} : { resize }) })
      .catch((error: unknown) => {
        if (!(error instanceof Error && 'isBusy' in error)) throw error
        const message = 'Too many pictures are being scaled.'
        throw new GatewayError('overloaded', message, { retryAfterMs: BUSY_MS, cause: error })
      })
    const digest = deps.sha256(bytes)
    await deps.images.put(digest, bytes)
    await deps.stores.kept.addRendition({
      ...{ source: image.digest, width, format, digest },
      ...{ byteLength: bytes.length, createdAt: deps.clock.now() },
    })
    return { digest, format }
  }
}
