import { offerName } from '../core/catalog/model.ts'
import { closestName } from '../core/closest-name.ts'
import { GatewayError, invalid } from '../core/errors/gateway-error.ts'
import type { JsonObject } from '../core/json.ts'
import { requestLimits } from '../core/request/limits.ts'
import type { RouteOrder } from '../core/routing/route-order.ts'
import type { Dependencies } from './dependencies.ts'

/** An order as somebody gives it. */
export type GivenOrder = Pick<RouteOrder, 'kind' | 'offer' | 'purpose'>

type Parts = Pick<Dependencies, 'stores' | 'clock' | 'learning' | 'snapshot'>

/**
 * Pins an offer, or bans it. It holds here at once, and at other replicas with their next turn, a
 * few seconds later.
 * @throws GatewayError naming `offer` when nobody has it.
 */
export async function giveOrder(given: GivenOrder, deps: Parts): Promise<RouteOrder> {
  checkNames(given, deps)
  const order: RouteOrder = { ...given, at: deps.clock.now() }
  await deps.stores.routeOrders.put(order)
  await deps.learning.plans.readOrders(deps.stores)
  return order
}

/**
 * Takes an order back; its offer need not exist any more.
 * @throws GatewayError `not_found` when there is none.
 */
export async function takeOrderBack(given: GivenOrder, deps: Parts): Promise<void> {
  const wasThere = await deps.stores.routeOrders.remove(given)
  await deps.learning.plans.readOrders(deps.stores)
  if (wasThere) return
  const where = given.purpose === undefined ? '' : ` for ${given.purpose}`
  const others = (await deps.stores.routeOrders.list())
    .filter(({ kind, offer }) => kind === given.kind && offer === given.offer)
    .map(({ purpose }) => purpose ?? 'all purposes')
  const hint = others.length === 0 ? '' : ` There is one for ${others.join(', ')}.`
  const message = `There is no ${given.kind} of ${given.offer.slice(0, 100)}${where}.${hint}`
  throw new GatewayError('not_found', message, { param: 'offer' })
}

function checkNames({ offer, purpose }: GivenOrder, { snapshot }: Parts): void {
  const { models } = snapshot().catalog
  const names = models.flatMap((model) => [model.provider, offerName(model)])
  if (!names.includes(offer)) {
    const name = JSON.stringify(offer.slice(0, 100))
    const meant = closestName(offer, names)
    const hint = meant === undefined ? '.' : `; did you mean ${meant}?`
    throw invalid(
      'offer',
      `offer must be provider/model or a provider; ${name} is none here${hint}`,
    )
  }
  if (purpose === undefined) return
  if (purpose.trim() !== '' && purpose.length <= requestLimits.maxLabelCharacters) return
  throw invalid('purpose', 'purpose must be the name of a purpose, or left out for all of them.')
}

/** An order as it is answered. */
export const printOrder = ({ kind, offer, purpose, at }: RouteOrder): JsonObject => ({
  object: 'route.order',
  ...{ kind, offer },
  purpose: purpose ?? null,
  created_at: new Date(at).toISOString(),
})
