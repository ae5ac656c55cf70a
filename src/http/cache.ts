import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { GatewayError } from '../core/errors/gateway-error.ts'
import { isId } from '../core/ids.ts'
import { allows } from '../core/ledger/virtual-key.ts'
import { requestLimits } from '../core/request/limits.ts'
import {
  printCachedPicture,
  printCacheReport,
  readCacheFilter,
  readCacheReport,
  readPurge,
} from '../gateway/cache-report.ts'
import { readUsageRange, readZone } from '../gateway/usage-range.ts'
import { callerOf } from './auth.ts'
import type { HttpContext } from './context.ts'
import { unknownThing } from './find-image.ts'
import { defineRoute, type RouteDefinition, readBody, readWith } from './route.ts'

/** Most pictures on one page. */
const MAX_PAGE = 100

const word = z.string().min(1).max(256).optional()
const filterWords = {
  id: word.describe('Of a picture'),
  prompt: z
    .string()
    .min(1)
    .max(requestLimits.maxPromptCharacters)
    .optional()
    .describe('As it was asked'),
  tag: word.describe('name or name=value, of the request that it was made for'),
  older_than: word.describe('30m, 12h, 7d'),
  tenant: word.describe('For operators; else the own one'),
}
const reportQuery = z.strictObject({
  from: word.describe('A day (2026-11-01) or an instant on a quarter of an hour'),
  to: word.describe('A day, which is included, or an instant, which is not'),
  tenant: filterWords.tenant,
})
const listQuery = z.strictObject({
  ...filterWords,
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(20),
})
const purgeQuery = z.strictObject({
  ...filterWords,
  all: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe('true empties the cache, but for what is pinned'),
})
const pinBody = z.strictObject({
  id: z.string().describe('Of a picture'),
  pinned: z.boolean().describe('Whether it may not expire'),
})

/** What the cache did, what it holds, and taking it out. */
export const cacheRoutes = (context: HttpContext): readonly RouteDefinition[] => [
  defineRoute({
    method: 'GET',
    url: '/v1/cache',
    policy: 'images:read',
    summary: 'What the cache gave and saved, tier by tier, and how often it was wrong',
    query: reportQuery,
    answers: ['application/json'],
    handler: async (request) => {
      const { from, to, tenant } = readWith(reportQuery, request.query)
      const { deps } = context.gateway
      const now = deps.clock.now()
      const range = readUsageRange({ from, to }, { zone: readZone('UTC'), now })
      await deps.lookups.flush(deps)
      return printCacheReport(
        await readCacheReport({ ...range, ...tenantOf(request, tenant), now }, deps.stores),
      )
    },
  }),
  defineRoute({
    method: 'GET',
    url: '/v1/cache/images',
    policy: 'images:read',
    summary: 'Pictures that the cache serves again, newest first',
    query: listQuery,
    answers: ['application/json'],
    handler: async (request) => {
      const { limit, tenant, ...words } = readWith(listQuery, request.query)
      const { clock, stores } = context.gateway.deps
      const now = clock.now()
      const filter = readCacheFilter({ ...words, ...tenantOf(request, tenant) }, now)
      const found = await stores.cacheEntries.list({ filter, now, limit: limit + 1 })
      const data = found.slice(0, limit).map(printCachedPicture)
      return { object: 'list', data, has_more: found.length > limit }
    },
  }),
  defineRoute({
    method: 'DELETE',
    url: '/v1/cache',
    policy: 'admin',
    summary: 'Take pictures out of the cache; they stay where they are kept',
    query: purgeQuery,
    answers: ['application/json'],
    handler: async (request) => {
      const { clock, stores } = context.gateway.deps
      const words = readWith(purgeQuery, request.query)
      const entries = await stores.cacheEntries.evict(readPurge(words, clock.now()))
      return { object: 'cache.purged', entries }
    },
  }),
  pinRoute(context),
]

const pinRoute = (context: HttpContext): RouteDefinition =>
  defineRoute({
    method: 'POST',
    url: '/v1/cache/pins',
    policy: 'admin',
    summary: 'Keep a cached picture from expiring, or no longer',
    body: pinBody,
    answers: ['application/json'],
    handler: async (request) => {
      const { id, pinned } = readBody(pinBody, request)
      const { cacheEntries } = context.gateway.deps.stores
      if (!isId('img', id)) throw unknownThing('image', id)
      const entries = await cacheEntries.pin({ imageId: id, isPinned: pinned })
      return { object: 'cache.pin', id, pinned, entries }
    },
  })

/** Operators see all tenants, or the one they name; others their own. */
function tenantOf(
  request: FastifyRequest,
  named: string | undefined,
): { readonly tenant?: string } {
  const caller = callerOf(request)
  const isOperator = request.principal !== undefined && allows(request.principal, 'admin')
  if (isOperator) return named === undefined ? {} : { tenant: named }
  if (named === undefined || named === caller.tenant) return { tenant: caller.tenant }
  throw new GatewayError('permission_denied', 'Only operators see other tenants.', {
    param: 'tenant',
  })
}
