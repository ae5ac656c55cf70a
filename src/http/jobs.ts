import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isId } from '../core/ids.ts'
import { jobFilters, type RequestRecord } from '../core/jobs/request-record.ts'
import type { JsonObject } from '../core/json.ts'
import { dollarsFromNano } from '../core/money.ts'
import { requestLimits } from '../core/request/limits.ts'
import { readReceipt } from '../gateway/receipt.ts'
import { storedResult } from '../gateway/stored-result.ts'
import { callerOf } from './auth.ts'
import type { HttpContext } from './context.ts'
import { unknownThing } from './find-image.ts'
import { streamJob } from './job-events.ts'
import { pictureBase } from './picture-base.ts'
import { printJob, printJobLine, printJobResult } from './print-job.ts'
import { defineRoute, type RouteDefinition, readWith } from './route.ts'

/** Most jobs on one page of the list. */
const MAX_PAGE = 100

const listQuery = z.strictObject({
  status: z.enum(jobFilters).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(20),
  after: z
    .string()
    .refine((text) => isId('req', text), 'must be the id of a job')
    .optional(),
})

const groupQuery = z.strictObject({
  group: z.string().min(1).max(requestLimits.maxLabelCharacters),
})

/** Requests as jobs: every request is one, whether or not somebody waits for it. */
export const jobRoutes = (context: HttpContext): readonly RouteDefinition[] => {
  const { jobs } = context.gateway
  const shown = (request: FastifyRequest) => showJob(idOf(request), request, context)
  return [
    defineRoute({
      method: 'GET',
      url: '/v1/jobs',
      policy: 'images:read',
      summary: 'Jobs, newest first, of one status or of all; `dead` are those that failed for good',
      query: listQuery,
      answers: ['application/json'],
      handler: async (request) => {
        const { status, limit, after } = readWith(listQuery, request.query)
        const found = await jobs.list({
          tenant: callerOf(request).tenant,
          limit: limit + 1,
          ...(status === undefined ? {} : { state: status }),
          ...(after === undefined ? {} : { after }),
        })
        const data = found.slice(0, limit).map(printJobLine)
        return { object: 'list', data, has_more: found.length > limit }
      },
    }),
    defineRoute({
      method: 'GET',
      url: '/v1/jobs/:id',
      policy: 'images:read',
      summary: 'A job: how far it has come, its result or its error',
      answers: ['application/json'],
      handler: shown,
    }),
    defineRoute({
      method: 'DELETE',
      url: '/v1/jobs',
      policy: 'images:write',
      summary: 'Cancel all jobs of a group that have not ended: nothing more of it is bought',
      query: groupQuery,
      answers: ['application/json'],
      handler: async (request) => cancelGroup(request, context),
    }),
    defineRoute({
      method: 'DELETE',
      url: '/v1/jobs/:id',
      policy: 'images:write',
      summary: 'Cancel a job: nothing more is bought, and what can be stopped is; ended ones stay',
      answers: ['application/json'],
      handler: async (request) => {
        await knownJob(request, jobs.cancel)
        return shown(request)
      },
    }),
    defineRoute({
      method: 'GET',
      url: '/v1/jobs/:id/events',
      policy: 'images:read',
      summary: 'The states of a job as they change, its progress and partial pictures, to its end',
      answers: ['text/event-stream'],
      handler: async (request, reply) => {
        const job = await knownJob(request, jobs.read)
        if (request.method === 'HEAD') return reply.type('text/event-stream; charset=utf-8').send()
        await streamJob(reply, job.id, { gateway: context.gateway, show: () => shown(request) })
        return reply
      },
    }),
  ]
}

const idOf = (request: FastifyRequest): string => (request.params as { readonly id: string }).id

async function cancelGroup(request: FastifyRequest, { gateway }: HttpContext): Promise<JsonObject> {
  const { group } = readWith(groupQuery, request.query)
  const { tenant } = callerOf(request)
  const { asked, cancelled } = await gateway.jobs.cancelGroup({ tenant, group })
  return {
    ...{ object: 'job.group', group, cancelling: asked, cancelled: cancelled.jobs },
    saved: dollarsFromNano(cancelled.savedNano),
  }
}

/** A job of the caller's tenant. @throws GatewayError `not_found` for any other. */
async function knownJob(
  request: FastifyRequest,
  find: (id: string, tenant: string) => Promise<RequestRecord | undefined>,
): Promise<RequestRecord> {
  const id = idOf(request)
  const record = isId('req', id) ? await find(id, callerOf(request).tenant) : undefined
  if (record === undefined) throw unknownThing('job', id)
  return record
}

async function showJob(
  id: string,
  request: FastifyRequest,
  context: HttpContext,
): Promise<JsonObject> {
  const { gateway, links, bodyExtension } = context
  const { stores, clock } = gateway.deps
  const receipt = isId('req', id)
    ? await readReceipt(id, callerOf(request).tenant, stores)
    : undefined
  if (receipt === undefined) throw unknownThing('job', id)
  if ((receipt.request.made?.images ?? 0) === 0) return printJob(receipt, undefined)
  const baseUrl = pictureBase(request, context)
  const result = printJobResult(await storedResult(receipt.request, gateway.deps), {
    linkOf: (imageId) => `${baseUrl}${links.sign(imageId, clock.now())}`,
    hasBody: bodyExtension,
  })
  return printJob(receipt, result)
}
