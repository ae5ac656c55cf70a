import { z } from 'zod'
import { isId } from '../core/ids.ts'
import { deliveryStates, printDelivery } from '../core/notices/delivery.ts'
import { ownersOf, replay } from '../gateway/destination-desk.ts'
import type { HttpContext } from './context.ts'
import { unknownThing } from './find-image.ts'
import { defineRoute, type RouteDefinition, readWith } from './route.ts'
import { destinationOwner } from './webhooks.ts'

/** Most deliveries on one page. */
const MAX_PAGE = 100

const listQuery = z.strictObject({
  webhook: z
    .string()
    .refine((text) => isId('whk', text), 'must be the id of a webhook')
    .optional(),
  status: z.enum(deliveryStates).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(20),
  after: z
    .string()
    .refine((text) => isId('msg', text), 'must be the id of a delivery')
    .optional(),
})

/** What became of what was sent; `dead` ones wait to be replayed. */
export const deliveryRoutes = ({ gateway }: HttpContext): readonly RouteDefinition[] => [
  defineRoute({
    method: 'GET',
    url: '/v1/webhooks/deliveries',
    policy: 'images:read',
    summary: 'Deliveries, newest first, with each try',
    query: listQuery,
    answers: ['application/json'],
    handler: async (request) => {
      const { webhook, status, limit, after } = readWith(listQuery, request.query)
      const found = await gateway.deps.notices.store.deliveries({
        owners: ownersOf(destinationOwner(request)),
        limit: limit + 1,
        ...(webhook === undefined ? {} : { destinationId: webhook }),
        ...(status === undefined ? {} : { state: status }),
        ...(after === undefined ? {} : { after }),
      })
      const data = found.slice(0, limit).map(printDelivery)
      return { object: 'list', data, has_more: found.length > limit }
    },
  }),
  defineRoute({
    method: 'POST',
    url: '/v1/webhooks/deliveries/:delivery/replay',
    policy: 'images:write',
    summary: 'Send a delivery again, under the same id',
    answers: ['application/json'],
    handler: async (request) => {
      const { delivery } = request.params as { readonly delivery: string }
      if (!isId('msg', delivery)) throw unknownThing('delivery', delivery)
      await replay(delivery, destinationOwner(request), gateway.deps)
      return { id: delivery, object: 'webhook.delivery', status: 'pending' }
    },
  }),
]
