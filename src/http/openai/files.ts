import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { GatewayError, invalid } from '../../core/errors/gateway-error.ts'
import { isId, makeId } from '../../core/ids.ts'
import { batchLimits, type StoredFile } from '../../core/jobs/batch.ts'
import type { JsonObject } from '../../core/json.ts'
import { callerOf } from '../auth.ts'
import type { HttpContext } from '../context.ts'
import { unknownThing } from '../find-image.ts'
import { defineRoute, type RouteDefinition, readWith } from '../route.ts'
import { readUpload } from './read-upload.ts'

/** Most files on one page: OpenAI's limit (openapi.json of 2026-08-21, read 2026-11-20). */
const MAX_PAGE = 10_000

const listQuery = z.strictObject({
  purpose: z.enum(['batch', 'batch_output']).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100),
  order: z.literal('desc').optional(),
  after: z
    .string()
    .refine((text) => isId('file', text), 'must be the id of a file')
    .optional(),
})

/** OpenAI's files, for batches: what goes in, and what comes out. */
export const fileRoutes = (context: HttpContext): readonly RouteDefinition[] => {
  const { deps } = context.gateway
  const { files } = deps.stores
  const known = (request: FastifyRequest) => knownFile(request, context)
  return [
    defineRoute({
      method: 'POST',
      url: '/v1/files',
      policy: 'images:write',
      summary: 'Upload the lines of a batch: JSONL, at most 200 MB',
      multipart: true,
      answers: ['application/json'],
      handler: async (request) => printFile(await createFile(request, context)),
    }),
    defineRoute({
      method: 'GET',
      url: '/v1/files',
      policy: 'images:read',
      summary: 'Files, newest first',
      query: listQuery,
      answers: ['application/json'],
      handler: async (request) => {
        const { limit, purpose, after } = readWith(listQuery, request.query)
        const found = await files.list({
          ...{ tenant: callerOf(request).tenant, limit: limit + 1 },
          ...(purpose === undefined ? {} : { purpose }),
          ...(after === undefined ? {} : { after }),
        })
        return printPage(found.slice(0, limit).map(printFile), found.length > limit)
      },
    }),
    defineRoute({
      method: 'GET',
      url: '/v1/files/:id/content',
      policy: 'images:read',
      summary: 'The bytes of a file',
      answers: ['application/jsonl'],
      handler: async (request, reply) => sendContent(await known(request), reply, context),
    }),
    defineRoute({
      method: 'GET',
      url: '/v1/files/:id',
      policy: 'images:read',
      summary: 'A file: its name, size and purpose',
      answers: ['application/json'],
      handler: async (request) => printFile(await known(request)),
    }),
    defineRoute({
      method: 'DELETE',
      url: '/v1/files/:id',
      policy: 'images:write',
      summary: 'Delete a file and its bytes',
      answers: ['application/json'],
      handler: async (request) => {
        const file = await known(request)
        if (await files.remove(file)) await deps.images.remove(file.digest)
        return { id: file.id, object: 'file', deleted: true }
      },
    }),
  ]
}

async function createFile(request: FastifyRequest, { gateway }: HttpContext): Promise<StoredFile> {
  const { images, clock, random, stores } = gateway.deps
  const upload = await readUpload(request, images, batchLimits.fileBytes)
  const createdAt = clock.now()
  const file: StoredFile = {
    id: makeId('file', random.bytes(16), createdAt),
    tenant: callerOf(request).tenant,
    ...{ purpose: 'batch', createdAt },
    ...upload,
  }
  await stores.files.create(file)
  return file
}

/** A page of a list, as OpenAI prints it. */
export const printPage = (data: readonly JsonObject[], hasMore: boolean): JsonObject => ({
  object: 'list',
  data,
  first_id: data[0]?.id,
  last_id: data.at(-1)?.id,
  has_more: hasMore,
})

const printFile = (file: StoredFile): JsonObject => ({
  id: file.id,
  object: 'file',
  bytes: file.byteLength,
  created_at: Math.floor(file.createdAt / 1_000),
  expires_at: file.expiresAt === undefined ? undefined : Math.floor(file.expiresAt / 1_000),
  filename: file.filename,
  purpose: file.purpose,
  status: 'processed',
})

/** A file of the caller's tenant. @throws GatewayError `not_found` for any other. */
async function knownFile(request: FastifyRequest, { gateway }: HttpContext): Promise<StoredFile> {
  const { id } = request.params as { readonly id: string }
  const { stores, clock } = gateway.deps
  const file = isId('file', id) ? await stores.files.file(id, callerOf(request).tenant) : undefined
  const isOver = file?.expiresAt !== undefined && file.expiresAt <= clock.now()
  if (file === undefined || isOver) throw unknownThing('file', id)
  return file
}

async function sendContent(
  { digest, byteLength, filename }: StoredFile,
  reply: FastifyReply,
  { gateway }: HttpContext,
): Promise<FastifyReply> {
  const { images } = gateway.deps
  if ((await images.size(digest)) !== byteLength) {
    throw new GatewayError('not_found', 'The bytes of this file are gone.')
  }
  const name = filename.replace(/[^\w.-]+/g, '_')
  reply.headers({
    'content-type': 'application/jsonl',
    'content-length': byteLength,
    'content-disposition': `attachment; filename="${name}"`,
  })
  return reply.send(webStream(images.read(digest, { start: 0, end: byteLength - 1 })))
}

const webStream = (bytes: AsyncIterable<Uint8Array>): ReadableStream => ReadableStream.from(bytes)

/** The file of a batch that is to be made. @throws GatewayError naming the parameter. */
export async function inputFile(
  id: string,
  tenant: string,
  { gateway }: Pick<HttpContext, 'gateway'>,
): Promise<StoredFile> {
  const file = isId('file', id) ? await gateway.deps.stores.files.file(id, tenant) : undefined
  if (file?.purpose === 'batch') return file
  throw invalid('input_file_id', 'input_file_id must be a file with the purpose batch.')
}
