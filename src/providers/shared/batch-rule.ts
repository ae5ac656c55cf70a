import type { ProviderFailure } from '../../core/errors/provider-failure.ts'
import type { BatchedCall, BatchServiceLimits } from '../../ports/batch-service.ts'
import type { HttpAnswer, HttpEvent } from '../../ports/http-client.ts'
import type { ProviderJob } from '../../ports/provider.ts'
import type { WireRequest } from './wire-request.ts'

/** A line of a batch, ready to be printed: the same request that a call of its own would be. */
export interface BatchWireLine {
  readonly key: string
  readonly wire: WireRequest
}

/** What an answer says of a batch; undefined where it says nothing. */
export type WireBatchLook =
  | { readonly kind: 'working' }
  | { readonly kind: 'ended'; readonly job: ProviderJob }
  | undefined

/** One line of a file of results, read. */
export type WireBatchResult =
  /** As a call of its own would have been answered. */
  | { readonly key: string; readonly answer: HttpAnswer }
  | { readonly key: string; readonly failure: ProviderFailure }

/** How a provider's batches are made, found, looked at and fetched; pure. */
export interface BatchRule {
  readonly limits: BatchServiceLimits
  /**
   * The requests that hand lines in, one at a time with the answers so far; undefined once the last
   * answer tells of the batch.
   */
  readonly toSubmit: (
    name: string,
    lines: readonly BatchWireLine[],
    calls: readonly BatchedCall[],
    answers: readonly HttpAnswer[],
  ) => WireRequest | undefined
  /** Reads a batch, as the submit and the list tell of it. */
  readonly fromBatch: (value: unknown) => ProviderJob | undefined
  /** A page of all batches, newest first. @param after as the page before told. */
  readonly toList: (after: string | undefined) => WireRequest
  readonly fromList: (answer: HttpAnswer) => {
    readonly batches: readonly { readonly name: string | undefined; readonly value: unknown }[]
    readonly after: string | undefined
  }
  readonly toLook: (job: ProviderJob) => WireRequest
  readonly fromLook: (answer: HttpAnswer, job: ProviderJob) => WireBatchLook
  /** The files of results of a batch that has ended, lines of JSON. */
  readonly toResults: (job: ProviderJob) => readonly WireRequest[]
  readonly fromResult: (event: HttpEvent) => WireBatchResult | undefined
  readonly toCancel: (job: ProviderJob) => WireRequest
}
