import type { Scope } from '../core/ledger/virtual-key.ts'
import type { StoragePrices } from '../core/storage/storage-cost.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { KeyRing, Principal } from '../gateway/key-ring.ts'
import type { PriceWatch } from '../gateway/price-watch.ts'
import type { HttpClient } from '../ports/http-client.ts'
import type { Links } from './links.ts'
import type { Metrics } from './metrics.ts'

/** What the routes use. */
export interface HttpContext {
  readonly gateway: Gateway
  readonly keyRing: KeyRing
  readonly links: Links
  readonly priceWatch: PriceWatch
  readonly metrics: Metrics
  /** Fetches input images that a caller names by URL. */
  readonly http: HttpClient
  readonly version: string
  /** Name of this gateway among others; all its replicas share it. */
  readonly instance: string
  /** Base of links when the operator set one; else the request's own host. */
  readonly publicUrl?: string
  /** Base of links to pictures, where that is another. */
  readonly picturesUrl?: string
  /** What the store of pictures charges; without it that is unknown. */
  readonly storagePrices?: StoragePrices
  /** Whether answers carry the `keeprate` object by default. */
  readonly bodyExtension: boolean
  /** What a request is answered with that no budget has room for; 429 unless it is 402. */
  readonly budgetStatus?: 402 | 429
  readonly isSandbox: boolean
  /** Whether only this machine can reach the server; then metrics need no key. */
  readonly isLocal: boolean
}

/**
 * Who may call a route: anybody, anybody with a key that has a scope, or with a link that we
 * signed, or providers, by an address that we made and a body that they sign.
 */
export type Policy = 'public' | 'signed' | 'provider-signed' | Scope

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route declares one; the server does not start otherwise. */
    policy?: Policy
  }
  interface FastifyRequest {
    principal?: Principal
  }
}
