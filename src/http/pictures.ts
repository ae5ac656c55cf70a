import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { GatewayError } from '../core/errors/gateway-error.ts'
import { isId } from '../core/ids.ts'
import type { ImageRecord } from '../core/jobs/request-record.ts'
import { imageFormats } from '../core/request/image-request.ts'
import { readRendition, renditionWidths } from '../core/storage/rendition.ts'
import { noBytes } from '../gateway/load-image.ts'
import {
  isReachable,
  printImage,
  printReceipt,
  printRequest,
  readReceipt,
} from '../gateway/receipt.ts'
import { callerOf } from './auth.ts'
import type { HttpContext } from './context.ts'
import { findImage, unknownThing } from './find-image.ts'
import { pictureBase } from './picture-base.ts'
import { defineRoute, type RouteDefinition, readWith } from './route.ts'

const idOf = (request: FastifyRequest): string => (request.params as { id: string }).id

/** Most requests on one page of the list. */
const MAX_PAGE = 100

const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(20),
  after: z
    .string()
    .refine((text) => isId('req', text), 'must be the id of a request')
    .optional(),
})

/** What a link may ask for; what it is signed with stands in it too. */
const contentQuery = z.object({
  w: z.enum(renditionWidths.map(String)).optional().describe('Width in pixels, never enlarged'),
  fmt: z.enum(imageFormats).optional().describe('Format; that of the picture without it'),
  expires: z.string().optional(),
  signature: z.string().optional(),
})

/** Stored pictures and receipts. */
export const pictureRoutes = (context: HttpContext): readonly RouteDefinition[] => {
  const linkOf = (request: FastifyRequest) => (image: ImageRecord) =>
    pictureBase(request, context) + context.links.sign(image.id, context.gateway.deps.clock.now())
  return [
    defineRoute({
      method: 'GET',
      url: '/v1/images/:id',
      policy: 'images:read',
      summary: 'A picture: what it is, what it cost, a signed link',
      answers: ['application/json'],
      handler: async (request) => {
        const image = await findImage(idOf(request), callerOf(request).tenant, context)
        return printImage(image, linkOf(request))
      },
    }),
    defineRoute({
      method: 'GET',
      url: '/v1/images/:id/content',
      policy: 'signed',
      summary: 'The bytes of a picture, by signed link or key, scaled and converted if wanted',
      query: contentQuery,
      answers: ['image/png', 'image/jpeg', 'image/webp'],
      handler: (request, reply) => sendContent(request, reply, context),
    }),
    defineRoute({
      method: 'GET',
      url: '/v1/requests',
      policy: 'images:read',
      summary: 'Requests, newest first',
      query: pageQuery,
      answers: ['application/json'],
      handler: async (request) => {
        const { limit, after } = readWith(pageQuery, request.query)
        const { tenant } = callerOf(request)
        const found = await context.gateway.deps.stores.requests.list({
          tenant,
          limit: limit + 1,
          ...(after === undefined ? {} : { after }),
        })
        const data = found.slice(0, limit).map(printRequest)
        return { object: 'list', data, has_more: found.length > limit }
      },
    }),
    defineRoute({
      method: 'GET',
      url: '/v1/requests/:id',
      policy: 'images:read',
      summary: 'The receipt of a request: attempts, charge lines, saved, why this model',
      answers: ['application/json'],
      handler: async (request) => {
        const id = idOf(request)
        const { stores } = context.gateway.deps
        const receipt = isId('req', id)
          ? await readReceipt(id, callerOf(request).tenant, stores)
          : undefined
        if (receipt === undefined) throw unknownThing('request', id)
        return printReceipt(receipt, linkOf(request))
      },
    }),
  ]
}

async function sendContent(
  request: FastifyRequest,
  reply: FastifyReply,
  context: HttpContext,
): Promise<FastifyReply> {
  const { deps } = context.gateway
  const { images } = deps
  const image = await findContent(request, context)
  const wanted = readRendition(request.query as Record<string, unknown>)
  const shown = await deps.renditions.show(image, wanted, deps)
  const size = await images.size(shown.digest)
  if (size === undefined) throw noBytes(image)
  const etag = `"${shown.digest}"`
  const headers = contentHeaders(
    { id: image.id, format: shown.format },
    // Behind a content network a signed link may be kept by it; what a key was sent for may not.
    { etag, isShared: context.picturesUrl !== undefined && request.principal === undefined },
  )
  if (isMatch(request.headers['if-none-match'], etag)) {
    return reply.headers(headers).status(304).send()
  }
  const ifRange = request.headers['if-range']
  const asked = ifRange === undefined || ifRange === etag ? request.headers.range : undefined
  const range = readRange(asked, size)
  if (range === 'impossible') {
    reply.header('content-range', `bytes */${size}`)
    throw new GatewayError('range_not_satisfiable', `The image has ${size} bytes.`)
  }
  reply.headers(headers)
  const { start, end } = range ?? { start: 0, end: size - 1 }
  if (range !== undefined) {
    reply.status(206).header('content-range', `bytes ${start}-${end}/${size}`)
  }
  reply.header('content-length', end - start + 1)
  if (request.method !== 'HEAD') deps.sent.add(end - start + 1)
  return reply.send(Readable.from(images.read(shown.digest, { start, end })))
}

/** The picture that a signed link or a key may see. */
async function findContent(request: FastifyRequest, context: HttpContext): Promise<ImageRecord> {
  const id = idOf(request)
  const query = request.query as Record<string, unknown>
  const tenant = request.principal?.tenant
  if (tenant === undefined && !context.links.isValid(id, query, context.gateway.deps.clock.now())) {
    throw new GatewayError('invalid_api_key', 'The link is not valid or no longer.')
  }
  const image = await findImage(id, tenant, context)
  if (image.state === 'removed' || image.state === 'lost') {
    throw new GatewayError('gone', `The image ${id} was ${image.state}.`, { param: 'id' })
  }
  if (!isReachable(image)) throw unknownThing('image', id)
  return image
}

/** Only on answers that carry the picture: an error must not be kept for a year. */
const contentHeaders = (
  image: Pick<ImageRecord, 'id' | 'format'>,
  { etag, isShared }: { readonly etag: string; readonly isShared: boolean },
): Record<string, string> => ({
  etag,
  'accept-ranges': 'bytes',
  'cache-control': `${isShared ? 'public' : 'private'}, max-age=31536000, immutable`,
  'content-type': `image/${image.format}`,
  'content-disposition': `inline; filename="${image.id}.${image.format}"`,
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'cross-origin',
})

/** `If-None-Match` compares weakly (RFC 9110, section 13.1.2). */
const isMatch = (header: string | undefined, etag: string): boolean =>
  header?.split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim())) ?? false

/** One `bytes=` range; several, or another unit, are ignored as HTTP allows. */
function readRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'impossible' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '')
  if (match === null || (match[1] === '' && match[2] === '')) return undefined
  const first = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1])
  const last = match[1] === '' || match[2] === '' ? size - 1 : Math.min(size - 1, Number(match[2]))
  if (first >= size || (match[2] !== '' && match[1] !== '' && Number(match[2]) < first)) {
    return 'impossible'
  }
  return match[1] === '' && Number(match[2]) === 0 ? 'impossible' : { start: first, end: last }
}
