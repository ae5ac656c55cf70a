import type { Instant } from '../time.ts'

/** What an operator fixes: an offer that is taken, or never taken. */
export interface RouteOrder {
  readonly kind: 'pin' | 'ban'
  /** Undefined for all purposes. */
  readonly purpose?: string
  /** `provider/model`, or a provider alone. */
  readonly offer: string
  readonly at: Instant
}

/** Whether an order speaks of an offer. */
const speaksOf = (order: RouteOrder, offer: string): boolean =>
  offer === order.offer || offer.startsWith(`${order.offer}/`)

/**
 * Why orders keep an offer from a purpose; undefined when they do not. Pins of the purpose go
 * before those of all purposes, and a ban before every pin.
 */
export function barredBy(
  orders: readonly RouteOrder[],
  purpose: string,
  offer: string,
): string | undefined {
  const own = orders.filter((order) => order.purpose === undefined || order.purpose === purpose)
  if (own.some((order) => order.kind === 'ban' && speaksOf(order, offer))) {
    return 'an operator banned it'
  }
  const pins = own.filter(({ kind }) => kind === 'pin')
  const narrow = pins.filter(({ purpose: named }) => named !== undefined)
  const valid = narrow.length > 0 ? narrow : pins
  if (valid.length === 0 || valid.some((order) => speaksOf(order, offer))) return undefined
  return `an operator pinned ${valid.map((order) => order.offer).join(', ')}`
}
