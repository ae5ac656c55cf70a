import type { CallPlan, UsageEstimate } from '../core/catalog/call-plan.ts'
import type { Model, ModelAlias } from '../core/catalog/model.ts'
import type { Unfit } from '../core/catalog/settings.ts'
import type { PriceRow } from '../core/pricebook/price-row.ts'
import type { BatchService } from './batch-service.ts'
import type { OnConnecting } from './http-client.ts'
import type {
  CallOutcome,
  InputBytes,
  ProducedImage,
  ProviderCall,
  ProviderJob,
} from './provider-call.ts'

export type {
  CallOutcome,
  CallPlan,
  InputBytes,
  ProducedImage,
  ProviderCall,
  ProviderJob,
  UsageEstimate,
}

/**
 * What became of a job that was to be given up: it never started and is free; it was stopped and is
 * charged; it was told to stop, which proves nothing; it had ended before; or nobody knows. After
 * the last three it is polled on, because it may be paid.
 */
export type CancelOutcome = 'stopped' | 'stopped_charged' | 'signalled' | 'too_late' | 'unknown'

/** A partial image of a streaming call. */
export interface PartialImage {
  readonly index: number
  readonly bytes: Uint8Array
}

/** How far a server says that a call has come; never more than a word, and no promise. */
export interface CallProgress {
  /** 0 to 1, of the work that goes on now: a graph with two samplers begins anew. */
  readonly share: number
  readonly step?: number
  readonly steps?: number
}

/** What a provider says of its limits for a credential: in headers, or by refusing. */
export type RateReport =
  | { readonly kind: 'remaining'; readonly remaining: number; readonly resetMs: number }
  | { readonly kind: 'refused'; readonly retryAfterMs?: number }

/** What webhooks tell of one call while it runs; polls stay the truth. */
export interface JobReports {
  /**
   * Pauses between two polls: longer than asked as long as the end may be reported, and over as
   * soon as it is.
   */
  pause(atLeastMs: number, signal?: AbortSignal): Promise<void>
  /** Resolves when the end is reported; never, when it is not. */
  readonly ended: Promise<void>
  /** The job of a submit that was never answered; undefined when nobody names it in time. */
  findJob(signal?: AbortSignal): Promise<ProviderJob | undefined>
}

/** A provider's call to us, as it came: nothing in it is true before its signature was checked. */
export interface WebhookDelivery {
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** What a delivery is about. It only says that a poll is worth while: polling stays the truth. */
export interface WebhookNotice {
  readonly job: ProviderJob
  /** The same for each repetition of one delivery. */
  readonly deliveryId: string
  /** Whether the job has ended; false when it has only begun. */
  readonly isEnd: boolean
}

/** A delivery, checked and read. */
export type WebhookReading =
  | { readonly kind: 'notice'; readonly notice: WebhookNotice }
  /** It is the provider's, and says nothing of a job. */
  | { readonly kind: 'ignored' }
  /** Nobody who has the provider's key signed it. */
  | { readonly kind: 'forged' }
  /** The keys could not be had: whether it is true can be told later. */
  | { readonly kind: 'unchecked' }

/** What a call may use while it runs. */
export interface CallContext {
  readonly signal?: AbortSignal
  /** Must be awaited before the first poll: the job id is worth money. */
  onSubmitted(job: ProviderJob): Promise<void>
  /** There when the provider was asked to report its job by a webhook. */
  readonly reports?: JobReports
  onPartial?(partial: PartialImage): void
  onProgress?(progress: CallProgress): void
  /** Which of the provider's credentials is used; the first one when absent. */
  readonly credential?: string
  /** The gateways that this request came through, as `via` names them. */
  readonly via?: string
  /** How long a synchronous call may take, when that is less than its model allows. */
  readonly timeoutMs?: number
  /** Told of the request that asks for the pictures. */
  readonly onConnecting?: OnConnecting
  /** Told when the provider says what is left of a rate limit. */
  onRate?(report: RateReport): void
}

/** One of a provider's credentials, by a name that tells nothing of it. */
export interface Credential {
  readonly id: string
  /** How often it is taken, in proportion to the others'. */
  readonly weight: number
}

/** What a provider allows one credential, as published; what it answers wins. */
export interface ProviderLimits {
  /** Calls (or unfinished jobs) at one time. */
  readonly parallelCalls?: number
  readonly callsPerMinute?: number
  readonly imagesPerMinute?: number
}

/** An image provider, ready to be called: definition, address and credential put together. */
export interface Provider {
  readonly id: string
  readonly displayName: string
  readonly models: readonly Model[]
  readonly aliases: readonly ModelAlias[]
  readonly prices: readonly PriceRow[]
  /** One, named `default`, when absent. */
  readonly credentials?: readonly Credential[]
  /** Per credential. */
  readonly limits?: ProviderLimits
  /** Emulated: spend is simulated and booked apart. */
  readonly isSimulated: boolean
  /** Whether the caller's provider options are acceptable; pure. */
  checkOptions(plan: CallPlan): Unfit | undefined
  /** Pure. */
  estimate(plan: CallPlan): UsageEstimate
  /** Makes the call. Never throws for anything the provider or the network does. */
  call(call: ProviderCall, context: CallContext): Promise<CallOutcome>
  /** Goes on with a job that was submitted earlier. Never submits again. */
  resume(job: ProviderJob, plan: CallPlan, context: CallContext): Promise<CallOutcome>
  /**
   * Gives a job up. Undefined when the provider cannot, and when it charges for the whole job all
   * the same: then the picture is worth more than the cancelling. Never throws.
   */
  cancel?(
    job: ProviderJob,
    context: Pick<CallContext, 'credential' | 'signal'>,
  ): Promise<CancelOutcome>
  /** Its own batches, which cost less and may take a day; undefined when it has none. */
  readonly batches?: BatchService
  /**
   * Whether its server stops a synchronous call whose signal aborts; others work on, and charge.
   */
  readonly isInterruptible?: boolean
  /**
   * Checks and reads a webhook's delivery about a call; undefined when the provider sends none.
   * Never throws.
   */
  readDelivery?(
    delivery: WebhookDelivery,
    about: {
      readonly plan: CallPlan
      /** The secret that was sent with the call. */
      readonly secret: string
      readonly credential?: string
    },
  ): Promise<WebhookReading>
  /**
   * Asks how many jobs run and wait at its server; undefined when it does not say. Never throws.
   * Absent where there is nothing to ask.
   */
  backlog?(): Promise<number | undefined>
  /**
   * Asks something free that proves address and credential; undefined when there is no such thing.
   */
  probe?(signal: AbortSignal): Promise<{ readonly ok: boolean; readonly message: string }>
}
