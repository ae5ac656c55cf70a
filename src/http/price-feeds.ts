import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { printChange } from '../core/alerts/describe-change.ts'
import { GatewayError } from '../core/errors/gateway-error.ts'
import type { JsonObject } from '../core/json.ts'
import { allows } from '../core/ledger/virtual-key.ts'
import { priceChangeKinds } from '../core/pricebook/feed/price-change.ts'
import type { RecordedChange } from '../core/pricebook/feed/recorded-change.ts'
import { requestLimits } from '../core/request/limits.ts'
import { printHeld, printSource } from '../gateway/print-feed.ts'
import { callerOf } from './auth.ts'
import type { HttpContext } from './context.ts'
import { defineRoute, type RouteDefinition, readBody, readWith } from './route.ts'

/** Most changes on one page. */
const MAX_PAGE = 200

const label = z.string().min(1).max(requestLimits.maxLabelCharacters)

const changesQuery = z.strictObject({
  offer: label.optional(),
  kind: z.enum(priceChangeKinds).optional(),
  state: z.enum(['applied', 'quarantined']).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(50),
  after: z
    .string()
    .regex(/^chg_[0-9a-f]{32}$/, 'must be the id of a change')
    .optional(),
})

const decisionBody = z.strictObject({
  decision: z.enum(['confirm', 'refuse']),
})

const syncBody = z.strictObject({ source: label.optional() })

/** Price sources, what they changed, and what waits for a decision. */
export const priceFeedRoutes = (context: HttpContext): readonly RouteDefinition[] => [
  defineRoute({
    method: 'GET',
    url: '/v1/prices/changes',
    policy: 'models:read',
    summary: 'Changes of prices, newest first; for operators with their effect on the traffic',
    query: changesQuery,
    answers: ['application/json'],
    handler: async (request) => {
      const { limit, offer, kind, state, after } = readWith(changesQuery, request.query)
      const found = await context.priceWatch.store.changes({
        limit: limit + 1,
        ...(offer === undefined ? {} : { offer }),
        ...(kind === undefined ? {} : { kind }),
        ...(state === undefined ? {} : { state }),
        ...(after === undefined ? {} : { after }),
      })
      const page = found.slice(0, limit)
      const print = isOperator(request) ? printChange : printWithoutEffect
      return { object: 'list', data: page.map(print), has_more: found.length > limit }
    },
  }),
  defineRoute({
    method: 'GET',
    url: '/v1/prices/sources',
    policy: 'models:read',
    summary: 'Where prices are read, how fresh they are, and what went wrong',
    answers: ['application/json'],
    handler: async () => ({ object: 'list', data: await sourcesOf(context) }),
  }),
  defineRoute({
    method: 'GET',
    url: '/v1/prices/held',
    policy: 'models:read',
    summary: 'Changes of prices that wait for a second source or a decision',
    answers: ['application/json'],
    handler: async () => {
      const { state } = await context.priceWatch.store.feed()
      return { object: 'list', data: state.quarantine.map(printHeld) }
    },
  }),
  decideRoute(context),
  syncRoute(context),
]

const isOperator = ({ principal }: FastifyRequest): boolean =>
  principal !== undefined && allows(principal, 'admin')

/** The effect is that on the traffic of all tenants, which is not for each of them. */
const printWithoutEffect = (recorded: RecordedChange): JsonObject =>
  printChange({ ...recorded, impact: null })

const decideRoute = (context: HttpContext): RouteDefinition =>
  defineRoute({
    method: 'POST',
    url: '/v1/prices/held/:id',
    policy: 'admin',
    summary: 'Confirm or refuse a change of prices that waits',
    body: decisionBody,
    answers: ['application/json'],
    handler: async (request) => {
      const { id } = request.params as { readonly id: string }
      const { decision } = readBody(decisionBody, request)
      const verdict = decision === 'confirm' ? 'approved' : 'refused'
      const by = callerOf(request).keyId
      const changes = await context.priceWatch.decide({ id, verdict, by })
      if (changes === undefined) {
        const message = 'No such change waits; see GET /v1/prices/held.'
        throw new GatewayError('not_found', message, { param: 'id' })
      }
      return { object: 'list', data: changes.map(printChange) }
    },
  })

const syncRoute = (context: HttpContext): RouteDefinition =>
  defineRoute({
    method: 'POST',
    url: '/v1/prices/sync',
    policy: 'admin',
    summary: 'Look at price sources now',
    body: syncBody,
    answers: ['application/json'],
    handler: async (request) => {
      const { source: wanted } = request.body === undefined ? {} : readBody(syncBody, request)
      const { priceWatch } = context
      const sources = priceWatch.sources.filter(({ id }) => wanted === undefined || id === wanted)
      if (sources.length === 0) {
        const message = `There is no price source ${wanted}; see GET /v1/prices/sources.`
        throw new GatewayError('not_found', message, { param: 'source' })
      }
      const signal = new AbortController().signal
      const changes: JsonObject[] = []
      for (const source of sources) {
        const found = await priceWatch.look(source, { signal, isForced: true })
        changes.push(...(found ?? []).map(printChange))
      }
      return { object: 'list', data: changes, sources: await sourcesOf(context) }
    },
  })

async function sourcesOf({ priceWatch, gateway }: HttpContext): Promise<readonly JsonObject[]> {
  const known = new Map((await priceWatch.store.sources()).map((status) => [status.id, status]))
  const now = gateway.deps.clock.now()
  return priceWatch.sources.map((source) => printSource(source, known.get(source.id), now))
}
