import type { RouteOrder } from '../core/routing/route-order.ts'

/** What operators fixed, shared by all replicas; each reads it again every few seconds. */
export interface RouteOrderStore {
  list(): Promise<readonly RouteOrder[]>
  /** Takes the place of an earlier order about the same offer and purpose. */
  put(order: RouteOrder): Promise<void>
  /** False when there is no such order. */
  remove(order: Pick<RouteOrder, 'kind' | 'purpose' | 'offer'>): Promise<boolean>
}
