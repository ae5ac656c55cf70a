import type { FastifyRequest } from 'fastify'
import type { ImageRecord } from '../../core/jobs/request-record.ts'
import type { InputImage } from '../../core/request/image-request.ts'
import { callerOf } from '../auth.ts'
import type { HttpContext } from '../context.ts'
import { findImage, unknownThing } from '../find-image.ts'
import { describeInput } from './input-images.ts'

/** A picture of the gateway's own, as the input of a request. */
export interface StoredInput {
  readonly record: ImageRecord
  readonly input: InputImage
}

/**
 * Reads the picture that a path names.
 * @throws GatewayError `not_found` for another tenant's, an unknown, and one whose bytes are gone.
 */
export async function storedInput(
  request: FastifyRequest,
  context: HttpContext,
): Promise<StoredInput> {
  const { id } = request.params as { readonly id: string }
  const { images } = context.gateway.deps
  const record = await findImage(id, callerOf(request).tenant, context)
  const isThere = record.state === 'published' && (await images.size(record.digest)) !== undefined
  if (!isThere) throw unknownThing('image', id)
  return { record, input: await describeInput(images, record.digest, 'id') }
}
