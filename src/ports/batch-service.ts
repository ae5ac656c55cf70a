import type { CallPlan } from '../core/catalog/call-plan.ts'
import type { ProviderFailure } from '../core/errors/provider-failure.ts'
import type { CallOutcome, ProviderCall, ProviderJob } from './provider-call.ts'

/** What one of a provider's own batches may hold, and how long it may take. */
export interface BatchServiceLimits {
  readonly lines: number
  /** Bytes of all lines together. */
  readonly bytes: number
  /** Of one input picture; as many as a call by itself may have when absent. */
  readonly inputBytes?: number
  /** Within this time the provider ends what it has begun. */
  readonly windowMs: number
}

/** A call that is to be made in a batch; its attempt's id is its name there. */
export type BatchedCall = ProviderCall

/** How far a batch has come. */
export type BatchLook =
  | { readonly kind: 'working' }
  /** What was made of it can be fetched, also when it was cancelled or has expired. */
  | { readonly kind: 'ended'; readonly job: ProviderJob }
  /** It says nothing now, or not any more: whether asking again helps is told by the status. */
  | { readonly kind: 'failed'; readonly failure: ProviderFailure; readonly isPassing: boolean }

/** A look for a batch by our name for it. */
export type BatchFound =
  | { readonly kind: 'found'; readonly job: ProviderJob }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly failure: ProviderFailure }

/** One line that has ended. */
export interface BatchedOutcome {
  /** Id of the attempt. */
  readonly key: string
  readonly outcome: CallOutcome
}

/** How a service is asked, and what the question may be given up by. */
interface Asking {
  /** Which of the provider's credentials is used; the first one when absent. */
  readonly credential?: string
  readonly signal?: AbortSignal
}

/**
 * A provider's own service for calls that may take a day and cost less. All lines of one batch are
 * of one model and one operation. Nothing here throws; failures are values.
 */
export interface BatchService {
  readonly limits: BatchServiceLimits
  /**
   * Hands lines in, under a name of ours that is found again: when the answer is lost, nobody may
   * hand the same lines in a second time before he has looked for the name.
   * @returns a failure billed `false` only when nothing was begun.
   */
  submit(
    name: string,
    calls: readonly BatchedCall[],
    context: Asking,
  ): Promise<
    | { readonly kind: 'submitted'; readonly job: ProviderJob }
    | { readonly kind: 'failed'; readonly failure: ProviderFailure }
  >
  /** Looks for a batch that may have been handed in before. */
  find(name: string, context: Asking): Promise<BatchFound>
  look(job: ProviderJob, context: Asking): Promise<BatchLook>
  /**
   * What became of the lines, in any order, each once; one that is missing was not made.
   * @param planOf the call that a line was; results of unknown names are left out.
   * @throws when the results cannot be had, or break off; asking again may help.
   */
  results(
    job: ProviderJob,
    planOf: (key: string) => CallPlan | undefined,
    context: Asking,
  ): AsyncIterable<BatchedOutcome>
  /** Stops what was not begun; what was made can be fetched once the batch has ended. */
  cancel(job: ProviderJob, context: Asking): Promise<boolean>
}
