import { GatewayError } from '../core/errors/gateway-error.ts'
import { isId } from '../core/ids.ts'
import type { ImageRecord } from '../core/jobs/request-record.ts'
import type { HttpContext } from './context.ts'

/** The refusal for what is not there, or is another tenant's. */
export const unknownThing = (kind: string, id: string): GatewayError =>
  new GatewayError('not_found', `There is no ${kind} ${id.slice(0, 40)}.`, { param: 'id' })

/** A published picture; another tenant's and an unknown one look the same. */
export async function findImage(
  id: string,
  tenant: string | undefined,
  context: Pick<HttpContext, 'gateway'>,
): Promise<ImageRecord> {
  const { deps } = context.gateway
  const image = isId('img', id) ? await deps.pictures.read(id, deps) : undefined
  if (image === undefined || (tenant !== undefined && image.tenant !== tenant)) {
    throw unknownThing('image', id)
  }
  return image
}
