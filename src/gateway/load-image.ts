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
  throw noBytes(record)
}

/** The refusal for a picture that is known and whose bytes the store does not have. */
export const noBytes = ({ id }: Pick<ImageRecord, 'id'>): GatewayError =>
  new GatewayError('not_found', `The bytes of image ${id} are no longer stored.`, { param: 'id' })
