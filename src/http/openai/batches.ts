import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { invalid } from '../../core/errors/gateway-error.ts'
import { isId } from '../../core/ids.ts'
import { type Batch, batchEndpoints } from '../../core/jobs/batch.ts'
import { priorities } from '../../core/jobs/queue-place.ts'
import type { JsonObject } from '../../core/json.ts'
import { parseDuration } from '../../core/time.ts'
import type { BatchDesk } from '../../gateway/batch-desk.ts'
import { callerOf } from '../auth.ts'
import type { HttpContext } from '../context.ts'
import { baseUrlOf } from '../errors.ts'
import { unknownThing } from '../find-image.ts'
import { defineRoute, type RouteDefinition, readBody, readWith } from '../route.ts'
import { inputFile, printPage } from './files.ts'
import { printBatch } from './print-batch.ts'

/** Most batches on one page. */
const MAX_PAGE = 100
/** A window that clients of OpenAI do not know may be as long as this, in milliseconds. */
const MAX_WINDOW_MS = 30 * 86_400_000
const MIN_WINDOW_MS = 60_000

const createBody = z.strictObject({
  input_file_id: z.string(),
  endpoint: z.enum(batchEndpoints),
  completion_window: z.string(),
  // OpenAI's limits (openapi.json of 2026-08-21, read 2026-11-20).
  metadata: z
    .record(z.string().max(64), z.string().max(512))
    .refine((pairs) => Object.keys(pairs).length <= 16, 'has at most 16 pairs')
    .nullish(),
  output_expires_after: z
    .strictObject({
      anchor: z.literal('created_at'),
      seconds: z.number().int().min(3_600).max(2_592_000),
    })
    .nullish(),
  keeprate: z.strictObject({ priority: z.enum(priorities).nullish() }).nullish(),
})

const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(20),
  after: z
    .string()
    .refine((text) => isId('batch', text), 'must be the id of a batch')
    .optional(),
})

/** OpenAI's batches: many requests in one file, made in the background. */
export const batchRoutes = (context: HttpContext, desk: BatchDesk): readonly RouteDefinition[] => {
  const { stores } = context.gateway.deps
  const print = (batch: Batch): Promise<JsonObject> => printBatch(batch, stores)
  return [
    defineRoute({
      method: 'POST',
      url: '/v1/batches',
      policy: 'images:write',
      summary: 'Make all requests of a file in the background',
      body: createBody,
      answers: ['application/json'],
      handler: async (request) => print(await createBatch(request, context, desk)),
    }),
    defineRoute({
      method: 'GET',
      url: '/v1/batches',
      policy: 'images:read',
      summary: 'Batches, newest first',
      query: listQuery,
      answers: ['application/json'],
      handler: async (request) => {
        const { limit, after } = readWith(listQuery, request.query)
        const found = await stores.batches.list({
          ...{ tenant: callerOf(request).tenant, limit: limit + 1 },
          ...(after === undefined ? {} : { after }),
        })
        const page = await Promise.all(found.slice(0, limit).map(print))
        return printPage(page, found.length > limit)
      },
    }),
    defineRoute({
      method: 'GET',
      url: '/v1/batches/:id',
      policy: 'images:read',
      summary: 'A batch: how far it has come, what it cost, and its files',
      answers: ['application/json'],
      handler: async (request) => print(await knownBatch(request, context)),
    }),
    defineRoute({
      method: 'POST',
      url: '/v1/batches/:id/cancel',
      policy: 'images:write',
      summary: 'Cancel a batch: nothing more of it is bought; ended ones stay',
      answers: ['application/json'],
      handler: async (request) => {
        await desk.cancel(await knownBatch(request, context))
        return print(await knownBatch(request, context))
      },
    }),
  ]
}

async function createBatch(
  request: FastifyRequest,
  context: HttpContext,
  desk: BatchDesk,
): Promise<Batch> {
  const body = readBody(createBody, request)
  const { endpoint, completion_window: window, metadata, output_expires_after: kept } = body
  const windowMs = parseDuration(window) ?? 0
  if (windowMs < MIN_WINDOW_MS || windowMs > MAX_WINDOW_MS) {
    throw invalid('completion_window', 'completion_window must be 24h, or 1m to 30d.')
  }
  const caller = callerOf(request)
  const file = await inputFile(body.input_file_id, caller.tenant, context)
  const terms = {
    ...{ endpoint, inputFileId: file.id, window, priority: body.keeprate?.priority ?? 'low' },
    baseUrl: context.publicUrl ?? baseUrlOf(request),
    ...(metadata == null ? {} : { metadata }),
    ...(kept == null ? {} : { outputTtlMs: kept.seconds * 1_000 }),
  } as const
  return desk.create(terms, caller, windowMs)
}

/** A batch of the caller's tenant. @throws GatewayError `not_found` for any other. */
async function knownBatch(request: FastifyRequest, { gateway }: HttpContext): Promise<Batch> {
  const { id } = request.params as { readonly id: string }
  const batch = isId('batch', id)
    ? await gateway.deps.stores.batches.batch(id, callerOf(request).tenant)
    : undefined
  if (batch === undefined) throw unknownThing('batch', id)
  return batch
}
