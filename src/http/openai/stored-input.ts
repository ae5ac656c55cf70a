import type { FastifyRequest } from 'fastify'
import { invalid } from '../../core/errors/gateway-error.ts'
import type { ImageRecord } from '../../core/jobs/request-record.ts'
import type { InputImage } from '../../core/request/image-request.ts'
import type { ImageStore } from '../../ports/image-store.ts'
import { callerOf } from '../auth.ts'
import type { HttpContext } from '../context.ts'
import { findImage, unknownThing } from '../find-image.ts'
import { describeInput } from './describe-input.ts'

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
  if (!(await isThere(record, images))) throw unknownThing('image', id)
  return { record, input: await describeInput(images, record.digest, 'id') }
}

/**
 * The picture that a link of this gateway leads to, read from the store: the gateway itself often
 * stands at an address that nothing is fetched from. Undefined for every other link, and for one
 * that asks for a rendition. Whoever holds the link could send the bytes as well.
 */
export async function linkedInput(
  url: string,
  param: string,
  { gateway, links }: Pick<HttpContext, 'gateway' | 'links'>,
): Promise<InputImage | undefined> {
  if (!URL.canParse(url)) return undefined
  const { pathname, searchParams } = new URL(url)
  const id = OUR_PATH.exec(pathname)?.[1]
  const query = Object.fromEntries(searchParams)
  const { images, clock } = gateway.deps
  if (id === undefined || Object.keys(query).some((name) => !LINK_NAMES.includes(name))) return
  if (!links.isValid(id, query, clock.now())) return undefined
  const record = await findImage(id, undefined, { gateway })
  if (!(await isThere(record, images))) throw invalid(param, `${param} is a picture that is gone.`)
  return describeInput(images, record.digest, param)
}

/** Below whatever base the operator set. */
const OUR_PATH = /\/v1\/images\/(img_[0-9a-z]+)\/content$/
const LINK_NAMES = ['expires', 'signature']

const isThere = async (record: ImageRecord, images: ImageStore): Promise<boolean> =>
  record.state === 'published' && (await images.size(record.digest)) !== undefined
