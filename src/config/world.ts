import type { Clock, Random } from '../ports/clock.ts'
import type { HttpClient } from '../ports/http-client.ts'
import type { ImageDecoder } from '../ports/image-decoder.ts'
import type { ImageStore } from '../ports/image-store.ts'
import type { Stores } from '../ports/stores.ts'

/**
 * What a gateway runs in when that is neither this machine's time nor its network: a rehearsal. Its
 * providers are emulated ones at `baseUrl`, reached by `http`.
 */
export interface World {
  readonly clock: Clock
  readonly random: Random
  readonly http: HttpClient
  readonly images: ImageStore
  readonly decoder: ImageDecoder
  /** Puts something between the gateway and its database. */
  readonly stores: (opened: Stores) => Stores
  /** Address of an emulated kind. */
  readonly baseUrl: (kind: string) => string
}
