import type { CallPlan } from '../core/catalog/call-plan.ts'
import type { CallSettings } from '../core/catalog/settings.ts'
import type { ProviderFailure } from '../core/errors/provider-failure.ts'
import type { JsonObject } from '../core/json.ts'
import type { Usage } from '../core/pricing/usage.ts'
import type { InputImage } from '../core/request/image-request.ts'
import type { ImageBytes } from './http-client.ts'

/** An input image with its bytes, ready to be sent. */
export interface InputBytes extends InputImage {
  readonly bytes: Uint8Array
}

/** One call of one attempt, with bytes. */
export interface ProviderCall extends Omit<CallPlan, 'images' | 'mask'> {
  /** Our id of the attempt; sent where the provider has a place for it. */
  readonly attemptId: string
  readonly images: readonly InputBytes[]
  readonly mask?: InputBytes
  /**
   * A stable hash of key and end user, for the provider's abuse checks; never the caller's own id.
   */
  readonly safetyIdentifier: string
  /** Where the provider may report the end of its job, and the secret to sign that with. */
  readonly webhook?: { readonly url: string; readonly secret: string }
}

/**
 * How to find an asynchronous job again, also after a restart. Written down before the first poll.
 */
export interface ProviderJob {
  readonly id: string
  readonly pollUrl: string
  /** Facts of the submit answer that the result needs, such as the reported cost. */
  readonly facts: JsonObject
}

/** One picture as the provider gave it. */
export interface ProducedImage extends ImageBytes {
  readonly seed?: number
  readonly revisedPrompt?: string
}

/** The end of a call. Failures are values. */
export type CallOutcome =
  | {
      readonly kind: 'produced'
      readonly images: readonly ProducedImage[]
      /** Images of the same call that were withheld; each is one failure. */
      readonly withheld: readonly ProviderFailure[]
      /** What the provider says was used; replaces the estimate where present. */
      readonly usage: Partial<Usage>
      /** It ended before all of it was told: what it says of usage is not all. */
      readonly hasBrokenOff?: true
      /** The provider's own charge in dollars, decimal; wins in the ledger. */
      readonly reportedDollars?: string
      /** What the provider resolved `auto` to. */
      readonly resolved?: CallSettings
      readonly providerRequestId?: string
    }
  | {
      readonly kind: 'failed'
      readonly failure: ProviderFailure
      readonly usage?: Partial<Usage>
      readonly reportedDollars?: string
      readonly providerRequestId?: string
    }
