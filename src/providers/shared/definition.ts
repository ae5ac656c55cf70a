import type { Model, ModelAlias } from '../../core/catalog/model.ts'
import type { Unfit } from '../../core/catalog/settings.ts'
import type { ProviderFailure } from '../../core/errors/provider-failure.ts'
import type { PriceRow } from '../../core/pricebook/price-row.ts'
import type { HttpAnswer, HttpEvent, HttpRequest, ImageBytes } from '../../ports/http-client.ts'
import type {
  CallOutcome,
  CallPlan,
  PartialImage,
  ProviderCall,
  ProviderJob,
  UsageEstimate,
} from '../../ports/provider.ts'

/**
 * A request in the provider's words. The flow adds base URL, credential, limits and address policy.
 */
export interface WireRequest {
  readonly method: HttpRequest['method']
  /** Path below the base URL (starts with `/`), or an absolute URL that the provider gave. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: HttpRequest['body']
}

/** An image that still lies at the provider: fetched without the credential, at once. */
export interface RemoteImage {
  readonly url: string
  readonly seed?: number
  readonly revisedPrompt?: string
}

/** A picture in an answer: bytes that came with it, or a link to fetch. */
export type WireImage =
  | (ImageBytes & { readonly seed?: number; readonly revisedPrompt?: string })
  | RemoteImage

/** A provider's answer, read. */
export type WireOutcome =
  | (Omit<Extract<CallOutcome, { kind: 'produced' }>, 'images'> & {
      readonly images: readonly WireImage[]
    })
  | Extract<CallOutcome, { kind: 'failed' }>
  | { readonly kind: 'submitted'; readonly job: ProviderJob }
  /** Still working; `checkAfterMs` overrides the flow's interval. */
  | { readonly kind: 'pending'; readonly checkAfterMs?: number }

/** One event of a stream, read. */
export type WireEvent =
  | { readonly kind: 'partial'; readonly partial: PartialImage }
  | { readonly kind: 'outcome'; readonly outcome: WireOutcome }
  | { readonly kind: 'ignored' }

/** One call, one answer (or, when the caller streams and the model can, one stream of events). */
export interface SyncFlow {
  readonly kind: 'sync'
  /** Reads one server-sent event; absent when the provider has no streaming. */
  readonly fromEvent?: (event: HttpEvent, call: ProviderCall) => WireEvent
}

/** Submit, then poll until the job has ended. */
export interface PollFlow {
  readonly kind: 'poll'
  /** Pause before each poll, in milliseconds. */
  readonly everyMs: number
  readonly toPoll: (job: ProviderJob) => WireRequest
  readonly fromPoll: (answer: HttpAnswer, job: ProviderJob, plan: CallPlan) => WireOutcome
}

/** Where a provider lives and which hosts are its own. */
export interface ProviderOrigin {
  readonly baseUrl: string
  /** Host suffixes that may get the credential: `.bfl.ai` means `bfl.ai` and all below. */
  readonly ownHosts: readonly string[]
  /** Environment variables, as the vendor names them. */
  readonly apiKeyVariable: string
  readonly baseUrlVariable: string
}

/**
 * A provider as data and pure functions; `createProvider` adds the network.
 * `toWire`, `fromWire` and `classify` never throw for anything a provider sends.
 */
export interface ProviderDefinition {
  readonly id: string
  readonly displayName: string
  readonly origin: ProviderOrigin
  readonly models: readonly Model[]
  readonly aliases: readonly ModelAlias[]
  readonly prices: readonly PriceRow[]
  /** Headers that carry the credential; added only on the provider's own hosts. */
  readonly authorize: (apiKey: string) => Readonly<Record<string, string>>
  /** JSON members that hold base64 images. */
  readonly imageFields: readonly string[]
  readonly checkOptions: (plan: CallPlan) => Unfit | undefined
  readonly estimate: (plan: CallPlan) => UsageEstimate
  readonly toWire: (call: ProviderCall) => WireRequest
  /** Reads an answer with a 2xx status. */
  readonly fromWire: (answer: HttpAnswer, call: ProviderCall) => WireOutcome
  /** Reads an answer with any other status. */
  readonly classify: (answer: HttpAnswer) => ProviderFailure
  readonly flow: SyncFlow | PollFlow
  /** A free request that proves address and credential (2xx = good). */
  readonly probe?: WireRequest
}

/** Declares a provider; gives the definition its type and nothing else. */
export const defineProvider = (definition: ProviderDefinition): ProviderDefinition => definition
