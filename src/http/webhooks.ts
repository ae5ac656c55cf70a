import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { invalid } from '../core/errors/gateway-error.ts'
import { isId } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import { allows } from '../core/ledger/virtual-key.ts'
import { destinationLimits } from '../core/notices/destination.ts'
import { parseDuration } from '../core/time.ts'
import {
  addWebhook,
  changeWebhook,
  type DestinationOwner,
  findDestination,
  listDestinations,
  printDestination,
  removeWebhook,
  rotateSecret,
} from '../gateway/destination-desk.ts'
import { callerOf } from './auth.ts'
import type { HttpContext } from './context.ts'
import { unknownThing } from './find-image.ts'
import { defineRoute, type RouteDefinition, readBody } from './route.ts'

/** How long the secret before signs as well, unless the caller says: time to deploy the new one. */
const OVERLAP = '24h'
const MAX_OVERLAP_MS = 30 * 86_400_000

const url = z.string().min(1).max(destinationLimits.maxUrlCharacters)
const events = z.array(z.string()).min(1).max(destinationLimits.maxPatterns)

const addBody = z.strictObject({
  url: url.describe('A public https address'),
  events: events.nullish().describe('Which events: image.completed, image.*, alert.*, * for all'),
  all_tenants: z.boolean().nullish().describe('Events of all tenants, and alerts; needs admin'),
})

const changeBody = z.strictObject({
  url: url.nullish(),
  events: events.nullish(),
  enabled: z.boolean().nullish().describe('true begins again after it was disabled'),
})

const rotateBody = z.strictObject({
  overlap: z
    .union([z.string(), z.number()])
    .nullish()
    .describe('How long the secret before signs as well: 0, 24h, 7d'),
})

/** Whose webhooks a caller may see. */
export function destinationOwner(request: FastifyRequest): DestinationOwner {
  const { principal } = request
  const isAdmin = principal !== undefined && allows(principal, 'admin')
  return { tenant: callerOf(request).tenant, isAdmin }
}

/** Webhooks of a tenant, and of the operator for an admin. */
export const webhookRoutes = (context: HttpContext): readonly RouteDefinition[] => {
  const { deps } = context.gateway
  return [
    defineRoute({
      method: 'GET',
      url: '/v1/webhooks',
      policy: 'images:read',
      summary: 'Who is told of events',
      answers: ['application/json'],
      handler: async (request) => {
        const found = await listDestinations(destinationOwner(request), deps)
        return { object: 'list', data: found.map(printDestination), has_more: false }
      },
    }),
    defineRoute({
      method: 'POST',
      url: '/v1/webhooks',
      policy: 'images:write',
      summary: 'Add a webhook; its secret is shown this once',
      body: addBody,
      answers: ['application/json'],
      handler: async (request) => {
        const { url: address, events: patterns, all_tenants } = readBody(addBody, request)
        const made = await addWebhook(
          { url: address, events: patterns ?? ['*'], isForAll: all_tenants ?? false },
          destinationOwner(request),
          deps,
        )
        return printMade(made)
      },
    }),
    defineRoute({
      method: 'GET',
      url: '/v1/webhooks/default/secret',
      policy: 'images:write',
      summary: 'The secret that signs what goes to the address of x-keeprate-webhook',
      answers: ['application/json'],
      handler: async (request) => {
        const secret = deps.notices.secrets.ofTenant(callerOf(request).tenant)
        return { object: 'webhook.secret', secret }
      },
    }),
    ...singleRoutes(context),
  ]
}

const printMade = ({
  destination,
  secret,
}: Awaited<ReturnType<typeof addWebhook>>): JsonObject => ({
  ...printDestination(destination),
  secret,
})

function singleRoutes({ gateway }: HttpContext): readonly RouteDefinition[] {
  const { deps } = gateway
  const known = (request: FastifyRequest) => {
    const { webhook } = request.params as { readonly webhook: string }
    if (!isId('whk', webhook)) throw unknownThing('webhook', webhook)
    return findDestination(webhook, destinationOwner(request), deps)
  }
  const shared = { answers: ['application/json'] } as const
  return [
    defineRoute({
      ...{ method: 'POST', url: '/v1/webhooks/:webhook/rotate', policy: 'images:write' },
      summary: 'Give a webhook another secret, shown this once; for a while both sign',
      body: rotateBody,
      ...shared,
      handler: async (request) => {
        const found = await known(request)
        const { overlap } = readBody(rotateBody, request)
        return printMade(await rotateSecret(found, readOverlap(overlap), deps))
      },
    }),
    defineRoute({
      ...{ method: 'GET', url: '/v1/webhooks/:webhook', policy: 'images:read' },
      summary: 'A webhook',
      ...shared,
      handler: async (request) => printDestination(await known(request)),
    }),
    defineRoute({
      ...{ method: 'POST', url: '/v1/webhooks/:webhook', policy: 'images:write' },
      summary: 'Change a webhook: its address, its events, whether it is enabled',
      body: changeBody,
      ...shared,
      handler: async (request) => {
        const found = await known(request)
        const { url: address, events: patterns, enabled } = readBody(changeBody, request)
        const changed = await changeWebhook(
          found,
          {
            ...(address == null ? {} : { url: address }),
            ...(patterns == null ? {} : { events: patterns }),
            ...(enabled == null ? {} : { isEnabled: enabled }),
          },
          deps,
        )
        return printDestination(changed)
      },
    }),
    defineRoute({
      ...{ method: 'DELETE', url: '/v1/webhooks/:webhook', policy: 'images:write' },
      summary: 'Remove a webhook; what is on its way to it is not sent any more',
      ...shared,
      handler: async (request) => {
        const found = await known(request)
        await removeWebhook(found, deps)
        return { id: found.id, object: 'webhook', deleted: true }
      },
    }),
  ]
}

/** @throws GatewayError naming `overlap`. */
function readOverlap(overlap: string | number | null | undefined): number {
  const overlapMs = parseDuration(String(overlap ?? OVERLAP))
  if (overlapMs !== undefined && overlapMs <= MAX_OVERLAP_MS) return overlapMs
  throw invalid('overlap', 'overlap must be seconds, or 30m, 24h, 7d; at most 30 days.')
}
