import { GatewayError } from '../core/errors/gateway-error.ts'
import type { ImageRecord } from '../core/jobs/request-record.ts'
import type { ImageStore } from '../ports/image-store.ts'

/**
 * Reads a stored picture.
 * @throws GatewayError `not_found` when its bytes are gone.
 */
export async function loadImage(
  record: ImageRecord,
  deps: { readonly images: ImageStore },
): Promise<Uint8Array> {
  const bytes = await deps.images.get(record.digest)
  if (bytes !== undefined) return bytes
  throw new GatewayError('not_found', `The bytes of image ${record.id} are no longer stored.`)
}
