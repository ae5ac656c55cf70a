import { z } from 'zod'
import type { JsonObject } from '../core/json.ts'
import { requestLimits } from '../core/request/limits.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import { explainRequest } from '../gateway/explain-request.ts'
import { explainRoute, printRoute } from '../gateway/explain-route.ts'
import { slipsOfPurpose } from '../gateway/name-slips.ts'
import { recommend } from '../gateway/recommend.ts'
import { type GivenOrder, giveOrder, printOrder, takeOrderBack } from '../gateway/route-orders.ts'
import { callerOf } from './auth.ts'
import type { HttpContext } from './context.ts'
import { generationBody } from './openai/body.ts'
import { MAX_EDIT_JSON } from './openai/read-wanted.ts'
import { withReferences } from './openai/references.ts'
import { readPriceQuestion } from './quotes.ts'
import { defineRoute, type RouteDefinition, readBody, readWith } from './route.ts'

const label = z.string().min(1).max(requestLimits.maxLabelCharacters)

const orderBody = z.strictObject({
  kind: z.enum(['pin', 'ban']).describe('pin: only this is used; ban: this is never used'),
  offer: label.describe('provider/model, or a provider'),
  purpose: label.nullish().describe('For all purposes without it'),
})

const recommendationQuery = z.strictObject({
  purpose: label.optional(),
  category: label.optional(),
})

const answers = ['application/json']

/** What would be tried, and why; what operators fixed; what is recommended. */
export const routingRoutes = (context: HttpContext): readonly RouteDefinition[] => [
  defineRoute({
    method: 'POST',
    url: '/v1/route',
    policy: 'models:read',
    summary: 'What would be tried for a request now, and why; takes what the image routes take',
    body: generationBody,
    multipart: true,
    bodyLimit: MAX_EDIT_JSON,
    answers,
    handler: async (request) => {
      const wanted = await readPriceQuestion(request, context)
      const caller = callerOf(request)
      const normal = normaliseRequest(await withReferences(wanted, caller.tenant, context))
      return printRoute(await explainRoute(normal, caller, context.gateway.deps))
    },
  }),
  defineRoute({
    method: 'GET',
    url: '/v1/requests/:id/decision',
    policy: 'models:read',
    summary: 'Makes the decision of a request again, of nothing but what its receipt keeps',
    answers,
    handler: async (request) => {
      const { id } = request.params as { readonly id: string }
      const { tenant } = callerOf(request)
      return (await explainRequest({ id, tenant }, context.gateway.deps.stores)).decision
    },
  }),
  ...orderRoutes(context),
  defineRoute({
    method: 'GET',
    url: '/v1/recommendations',
    policy: 'models:read',
    summary: 'Which model for which image, by the outcomes of this gateway',
    query: recommendationQuery,
    answers,
    handler: async (request) => {
      const query = readWith(recommendationQuery, request.query)
      const data = await recommend(query, callerOf(request), context.gateway.deps)
      return { object: 'list', data }
    },
  }),
]

const orderRoutes = (context: HttpContext): readonly RouteDefinition[] => [
  defineRoute({
    method: 'GET',
    url: '/v1/route/orders',
    policy: 'models:read',
    summary: 'Offers that operators pinned or banned',
    answers,
    handler: async () => {
      const orders = await context.gateway.deps.stores.routeOrders.list()
      return { object: 'list', data: orders.map(printOrder) }
    },
  }),
  defineRoute({
    method: 'POST',
    url: '/v1/route/orders',
    policy: 'admin',
    summary: 'Pin or ban an offer; it holds at all replicas within seconds',
    body: orderBody,
    answers,
    handler: async (request) => {
      const given = toOrder(readBody(orderBody, request))
      const made = printOrder(await giveOrder(given, context.gateway.deps))
      return { ...made, warnings: slipsOfPurpose(given.purpose, context.gateway.deps) }
    },
  }),
  defineRoute({
    method: 'DELETE',
    url: '/v1/route/orders',
    policy: 'admin',
    summary: 'Take a pin or a ban back',
    query: orderBody,
    answers,
    handler: async (request): Promise<JsonObject> => {
      const given = toOrder(readWith(orderBody, request.query))
      await takeOrderBack(given, context.gateway.deps)
      return { object: 'route.order', ...given, deleted: true }
    },
  }),
]

const toOrder = ({ purpose, ...order }: z.infer<typeof orderBody>): GivenOrder => ({
  ...order,
  ...(purpose == null ? {} : { purpose }),
})
